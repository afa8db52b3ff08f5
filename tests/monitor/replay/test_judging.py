from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Cancelled,
    Configured,
    Duration,
    Instant,
    Observation,
    Phases,
    Planned,
    ProbeSetup,
    Reason,
    Result,
    Setup,
    Started,
    Tick,
    Verdict,
    Window,
)
from monitor.core.recurring import Rule
from monitor.recurrence import occurrences
from monitor.replay.judging import Calendar, as_judged_by, as_recorded, at_pace_of, judged
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.replay.histories import config_of, decided

PASS, SLOW, FAIL, UNKNOWN = Verdict.PASS, Verdict.SLOW, Verdict.FAIL, Verdict.UNKNOWN
LATE, EXPIRING = Reason.LATENCY, Reason.CERTIFICATE_EXPIRING


def ran(verdict: Verdict, reason: Reason | None, took: Duration, *, stalled: bool = False) -> Result:
    seen = result(verdict=verdict, phases=Phases(connect=1_000, processing=took * 1_000 - 1_000))
    return replace(seen, reason=reason, detail="as it was", stalled=stalled)


@pytest.mark.parametrize(
    ("verdict", "reason", "took", "slow_after", "expected"),
    [
        (PASS, None, 800, 1_000, PASS),
        (PASS, None, 800, 800, PASS),
        (PASS, None, 800, 799, SLOW),
        (SLOW, LATE, 1_200, 1_000, SLOW),
        (SLOW, LATE, 1_200, 1_200, PASS),
        (SLOW, LATE, 1_200, 1_199, SLOW),
        (SLOW, EXPIRING, 100, 1_000, SLOW),
        (FAIL, Reason.HTTP_STATUS, 1_200, 1_000, FAIL),
        (FAIL, Reason.HTTP_STATUS, 100, 1_000, FAIL),
        (UNKNOWN, Reason.STALL, 1_200, 1_000, UNKNOWN),
    ],
)
def test_a_run_that_worked_is_slow_when_its_phases_took_longer_than_that(
    verdict: Verdict, reason: Reason | None, took: Duration, slow_after: Duration, expected: Verdict
) -> None:
    assert judged(ran(verdict, reason, took), slow_after).verdict is expected


def test_what_is_judged_as_before_is_the_very_same_result() -> None:
    for seen in (ran(PASS, None, 800), ran(SLOW, LATE, 1_200), ran(SLOW, EXPIRING, 800)):
        assert judged(seen, 1_000) is seen


def test_what_became_slow_says_why_as_the_prober_would_have() -> None:
    slowed = judged(ran(PASS, None, 800), 500)
    assert (slowed.reason, slowed.detail) == (LATE, "took 800 ms, more than 500 ms")


def test_what_is_slow_no_more_has_nothing_to_say() -> None:
    passed = judged(ran(SLOW, LATE, 1_200), 2_000)
    assert (passed.reason, passed.detail) == (None, "")


def test_a_run_beside_which_our_own_loop_stalled_does_not_become_slow() -> None:
    assert judged(ran(PASS, None, 800, stalled=True), 500).verdict is PASS


@pytest.mark.parametrize("other", [Started(NOON, None), result("cdn/asset")])
def test_what_is_no_config_and_no_result_of_its_probes_is_seen_as_it_was(other: Observation, tmp_path: Path) -> None:
    for lens in (as_judged_by(config_of(setup(), tmp_path, slow_after=1)), as_recorded):
        (seen,) = lens(other)
        assert seen is other


def test_results_are_judged_by_the_slow_after_of_their_probe(tmp_path: Path) -> None:
    (seen,) = as_judged_by(config_of(setup(), tmp_path, slow_after=500))(ran(PASS, None, 800))
    assert isinstance(seen, Result)
    assert seen.verdict is SLOW


# ── configs ──────────────────────────────────────────────────────────────────────────────────────────


def only_probe(watched: Setup) -> ProbeSetup:
    ((probe,),) = (component.probes for component in watched.components)
    return probe


def watching(**changes: object) -> Setup:
    return setup(component_setup(probes=(probe_setup("api/health", **changes),)))


def test_a_recorded_config_is_replaced_by_the_other_at_the_pace_of_then(tmp_path: Path) -> None:
    recorded = watching(interval=15 * SECOND, recheck_interval=3 * SECOND, fingerprint="then", failure_threshold=3)
    wanted = watching(interval=MINUTE, recheck_interval=9 * SECOND, fingerprint="now", failure_threshold=7)
    (seen,) = as_judged_by(config_of(wanted, tmp_path))(Configured(NOON, recorded))
    assert seen == Configured(
        NOON, watching(interval=15 * SECOND, recheck_interval=3 * SECOND, fingerprint="then", failure_threshold=7)
    )


def test_all_that_is_no_pace_is_that_of_the_other_config() -> None:
    cdn = component_setup("cdn", name="Edge", depends_on=("api",))
    wanted = setup(component_setup(), cdn, resolve_after=9 * MINUTE)
    assert at_pace_of(setup(resolve_after=MINUTE), wanted) == wanted


def test_when_beats_are_due_is_a_threshold_like_any_other() -> None:
    recorded, wanted = watching(interval=MINUTE, grace=SECOND), watching(interval=2 * MINUTE, grace=9 * SECOND)
    assert only_probe(at_pace_of(recorded, wanted)) == only_probe(wanted)


@pytest.mark.parametrize(("was", "wanted"), [(None, SECOND), (SECOND, None)])
def test_what_was_asked_and_reports_in_now_is_judged_as_what_it_was(
    was: Duration | None, wanted: Duration | None
) -> None:
    recorded, other = watching(interval=MINUTE, grace=was), watching(interval=2 * MINUTE, grace=wanted)
    probe = only_probe(at_pace_of(recorded, other))
    assert (probe.interval, probe.grace) == (MINUTE, was)


def test_another_config_plans_its_own_recurring_maintenance(tmp_path: Path) -> None:
    other = replace(config_of(setup(), tmp_path), rules=(rule("0 12 * * *"),))
    seen = list(as_judged_by(other)(Configured(NOON, setup())))
    assert seen[1:] == [Planned(at=NOON, window=occurrence(other.rules[0], NOON))]


# ── recurring maintenance ────────────────────────────────────────────────────────────────────────────


def rule(cron: str, *, notice: Duration = HOUR, duration: Duration = HOUR) -> Rule:
    return Rule(title="Compaction", components=("api",), cron=cron, duration=duration, timezone="UTC", notice=notice)


def occurrence(of: Rule, starts: Instant) -> Window:
    (window,) = occurrences(of, starts, starts + 1)
    return window


def seen_by(calendar: Calendar, observed: Iterable[Observation]) -> list[Observation]:
    return [each for observation in observed for each in calendar(observation)]


def hours(*numbers: int) -> Iterator[Observation]:
    """A config at noon, and a tick after so many hours each."""
    yield Configured(NOON, setup())
    yield from (Tick(NOON + number * HOUR) for number in numbers)


def test_an_occurrence_becomes_known_its_notice_before_it_begins() -> None:
    daily = rule("0 15 * * *", notice=2 * HOUR)
    config, first, second = hours(0, 4)
    window = occurrence(daily, NOON + 3 * HOUR)
    assert seen_by(Calendar([daily]), [config, first, second]) == [
        config,
        first,
        Planned(at=NOON + HOUR, window=window),
        second,
    ]


def test_what_runs_or_is_near_when_the_config_comes_is_known_right_after_it() -> None:
    hourly = rule("30 * * * *", notice=45 * MINUTE)
    (config,) = hours()
    windows = [occurrence(hourly, NOON + half * HOUR // 2) for half in (-1, 1)]
    assert seen_by(Calendar([hourly]), [config]) == [config, *(Planned(at=NOON, window=each) for each in windows)]


def test_nothing_is_planned_before_there_is_a_config() -> None:
    started = Started(NOON, None)
    assert seen_by(Calendar([rule("* * * * *")]), [started]) == [started]


def test_each_occurrence_is_planned_once_however_often_there_is_a_config() -> None:
    calendar = Calendar([rule("0 */6 * * *", notice=DAY)])
    seen = seen_by(calendar, [*hours(1), Configured(NOON + 2 * HOUR, setup()), Tick(NOON + 3 * DAY)])
    windows = [each.window.id for each in seen if isinstance(each, Planned)]
    assert len(windows) == len(set(windows)) == 4 * 4 + 1


def test_the_occurrences_of_several_rules_become_known_in_their_order() -> None:
    seen = seen_by(Calendar([rule("0 16 * * *"), rule("0 14 * * *"), rule("0 15 * * *")]), hours(5))
    assert [(each.at - NOON) // HOUR for each in seen] == [0, 1, 2, 3, 5]


def test_what_becomes_known_while_nobody_watches_is_known_when_somebody_does_again() -> None:
    config = Configured(NOON, setup())
    again = Started(NOON + 5 * HOUR, NOON + 2 * HOUR)
    before, meanwhile = rule("0 14 * * *"), rule("30 15 * * *")
    assert seen_by(Calendar([meanwhile, before]), [config, again]) == [
        config,
        Planned(at=NOON + HOUR, window=occurrence(before, NOON + 2 * HOUR)),
        again,
        Planned(at=again.at, window=occurrence(meanwhile, NOON + 7 * HOUR // 2)),
    ]


def test_what_people_changed_or_cancelled_of_an_occurrence_stays_so() -> None:
    daily = rule("0 14 * * *")
    window = occurrence(daily, NOON + 2 * HOUR)
    said: list[Observation] = [
        Planned(at=NOON, window=replace(window, ends=window.ends + HOUR, changed=1)),
        Cancelled(at=NOON, window=window.id),
    ]
    assert seen_by(Calendar([daily]), said) == said


def test_the_end_of_a_rule_that_stands_here_is_left_out() -> None:
    daily = rule("0 14 * * *")
    gone = Cancelled(at=NOON, window=occurrence(daily, NOON + 2 * HOUR).id, orphaned=True)
    assert seen_by(Calendar([daily]), [gone]) == []


def test_the_occurrences_that_were_recorded_are_left_out() -> None:
    window = occurrence(rule("0 14 * * *"), NOON + 2 * HOUR)
    recorded: list[Observation] = [
        Planned(at=NOON, window=window),
        Planned(at=NOON, window=replace(window, ends=window.ends + HOUR, changed=1)),
        Cancelled(at=NOON, window=window.id),
    ]
    assert seen_by(Calendar([]), [*hours(), *recorded]) == [*hours()]


@pytest.mark.parametrize("by", ["ada", "rule_keeper", ""])
def test_what_people_planned_stays_as_it_was(by: str) -> None:
    window = replace(occurrence(rule("0 14 * * *"), NOON + 2 * HOUR), id="mnt_0", by=by)
    recorded: list[Observation] = [Planned(at=NOON, window=window), Cancelled(at=NOON, window=window.id)]
    assert seen_by(Calendar([]), recorded) == recorded


def test_trouble_within_an_occurrence_opens_no_incident() -> None:
    story: list[Observation] = [
        Configured(NOON, watching(failure_threshold=1)),
        result(verdict=FAIL, started=NOON + HOUR),
    ]
    opened = [
        len([step for _, step in decided(seen_by(Calendar(rules), story)) if step.incidents])
        for rules in ([], [rule("0 13 * * *")])
    ]
    assert opened == [1, 0]
