from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.machine import advance
from monitor.core.model import (
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    Configured,
    EventKind,
    Started,
    Status,
    StatusChange,
    Tick,
    Verdict,
)
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.core.story import PACE, Story, replayed

TWO_PROBES = component_setup(probes=(probe_setup("api/health"), probe_setup("api/deep")))


@pytest.mark.parametrize(
    ("series", "ledger"),
    [
        ("..", [(0, ".")]),
        (".FFF", [(0, "."), (30, "M")]),
        (".FFF..", [(0, "."), (30, "M"), (120, ".")]),
        (".SSS..", [(0, "."), (30, "d"), (120, ".")]),
        (".SFFF", [(0, "."), (30, "d"), (60, "M")]),
        (".FF.FF.", [(0, ".")]),
        (".UU.", [(0, "."), (30, "u"), (90, ".")]),
        (".FUFF", [(0, "."), (30, "M"), (60, "u"), (90, "M")]),
        ("FFF", [(0, "M")]),
    ],
)
def test_the_ledger_is_dated_by_the_runs_that_decided(series: str, ledger: list[tuple[int, str]]) -> None:
    assert Story().runs(series).ledger() == ledger


def test_the_healths_of_two_probes_are_laid_over_one_another() -> None:
    story = Story(TWO_PROBES).runs({"api/health": ".FFF....", "api/deep": "..FFFF.."})
    assert story.ledger() == [(0, "."), (30, "p"), (60, "M"), (120, "p"), (180, ".")]


def test_a_pass_of_a_healthy_probe_returns_the_one_quiet_step() -> None:
    story = Story().runs("..")
    assert story.observe(result(started=story.now)) is QUIET


def test_a_tick_before_any_deadline_returns_the_one_quiet_step() -> None:
    story = Story().runs("..")
    assert story.tick() is QUIET


def test_a_result_of_a_probe_that_is_not_watched_changes_nothing() -> None:
    assert Story().observe(result("gone/probe", Verdict.FAIL)) is QUIET


def test_advance_leaves_the_board_as_it_is() -> None:
    story = Story().runs(".FF")
    before = story.board.copy()
    step = advance(story.board, result(verdict=Verdict.FAIL, started=story.now))
    assert step.incidents
    assert vars(before) == vars(story.board.copy())


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_probe_unheard_of_for_three_intervals_is_unknown_from_then_on() -> None:
    story = Story().runs(".").wait(10 * MINUTE)
    assert story.ledger() == [(0, "."), (90, "u")]
    assert story.status() is Status.UNKNOWN


def test_one_result_ends_the_silence_and_what_waited_beneath_holds_again() -> None:
    story = Story().runs(".FFF").wait(10 * MINUTE)
    assert story.status() is Status.UNKNOWN
    story.runs("F")
    assert story.status() is Status.MAJOR_OUTAGE
    assert story.timeline() == ["investigating"]


def test_silence_is_told_the_same_whether_or_not_a_tick_came() -> None:
    story = Story().runs(".").wait(MINUTE).wait(MINUTE).wait(MINUTE).runs("..")
    silent = replayed(story.observed, ticks=False)
    assert silent.rows == story.rows
    assert silent.ledger() == [(0, "."), (90, "u"), (210, ".")]


# ── events of status ─────────────────────────────────────────────────────────────────────────────────


def changes(story: Story) -> list[tuple[Status | None, Status]]:
    subjects = [event.subject for event in story.told(EventKind.COMPONENT_STATUS_CHANGED)]
    return [(s.previous, s.status) for s in subjects if isinstance(s, StatusChange)]


def test_a_change_of_status_is_told_with_when_it_was_decided_and_when_it_began() -> None:
    (event,) = Story().runs(".FFF").told(EventKind.COMPONENT_STATUS_CHANGED)
    assert event.at == NOON + 3 * PACE + 100
    assert event.subject == StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON + PACE)


@pytest.mark.parametrize("series", [".", "..U.", "U.U", "FF."])
def test_becoming_known_and_unknown_and_operational_again_tells_nothing(series: str) -> None:
    assert Story().runs(series).events == []


def test_trouble_of_a_component_that_was_never_known_is_told_without_a_status_before() -> None:
    assert changes(Story().runs("FFF")) == [(None, Status.MAJOR_OUTAGE)]


def test_unknown_between_two_statuses_is_not_told_but_their_difference_is() -> None:
    story = Story().runs(".FFFU").runs("..")
    assert changes(story) == [
        (Status.OPERATIONAL, Status.MAJOR_OUTAGE),
        (Status.MAJOR_OUTAGE, Status.OPERATIONAL),
    ]


# ── starts ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_time_in_which_nobody_watched_is_unknown_and_changes_nothing_else() -> None:
    story = Story().runs(".FFF").sleep(HOUR)
    assert story.ledger() == [(0, "."), (30, "M"), (120, "u"), (3720, "M")]
    assert story.timeline() == ["investigating"]
    story.runs("..")
    assert story.timeline() == ["investigating", "monitoring"]


def test_a_streak_goes_on_after_a_restart() -> None:
    story = Story().runs(".FF").sleep(HOUR).runs("F")
    assert story.ledger() == [(0, "."), (30, "M"), (90, "u"), (3690, "M")]
    assert story.only_incident().started_at == NOON + PACE


def test_the_deadline_of_a_resolve_moves_on_by_the_time_nobody_watched() -> None:
    story = Story().runs(".FFF..").sleep(HOUR)
    assert story.timeline() == ["investigating", "monitoring"]
    story.runs("....", pace=30 * SECOND)
    assert story.timeline() == ["investigating", "monitoring", "resolved"]
    assert story.only_incident().resolved_at == NOON + 5 * PACE + 100 + HOUR + 120 * SECOND


def test_silence_is_measured_in_time_that_was_watched() -> None:
    story = Story().runs(".").sleep(HOUR).wait(55 * SECOND)
    assert story.status() is Status.OPERATIONAL
    assert story.wait(10 * SECOND).status() is Status.UNKNOWN


def test_deadlines_due_while_we_still_watched_are_settled_before_the_gap() -> None:
    story = Story().runs(".FFF......")
    story.board.apply(Tick(story.now), QUIET)
    story.observe(Started(story.now + HOUR, story.now))
    assert story.only_incident().resolved_at == NOON + 5 * PACE + 100 + 120 * SECOND


def test_a_clock_set_back_cuts_the_spans_at_the_new_now() -> None:
    story = Story().runs(".FFF..")
    story.observe(Started(NOON + 45 * SECOND, story.now))
    assert story.ledger() == [(0, "."), (30, "M"), (45, ".")]
    story.now = NOON + 50 * SECOND
    story.runs("FFF")
    assert story.ledger() == [(0, "."), (30, "M"), (45, "."), (50, "M")]


# ── config changes ───────────────────────────────────────────────────────────────────────────────────


def test_a_new_probe_has_no_say_until_it_is_heard() -> None:
    story = Story().runs("..")
    story.configure(setup(TWO_PROBES))
    assert story.status() is Status.OPERATIONAL
    assert story.runs({"api/health": "...", "api/deep": "FFF"}).status() is Status.PARTIAL_OUTAGE


def test_a_changed_target_clears_the_streak() -> None:
    story = Story().runs(".FF")
    story.configure(setup(component_setup(probes=(probe_setup(fingerprint="other"),))))
    assert story.runs("F").status() is Status.OPERATIONAL
    assert story.runs("FF").status() is Status.MAJOR_OUTAGE


def test_changed_thresholds_apply_from_the_next_result() -> None:
    story = Story().runs(".FF")
    story.configure(setup(component_setup(probes=(probe_setup(failure_threshold=2),))))
    assert story.status() is Status.OPERATIONAL
    assert story.runs("F").status() is Status.MAJOR_OUTAGE


def test_a_down_probe_that_is_removed_takes_its_outage_with_it() -> None:
    story = Story(TWO_PROBES).runs({"api/health": ".FFF", "api/deep": "...."})
    story.configure(setup())
    assert story.status() is Status.MAJOR_OUTAGE
    story.configure(setup(component_setup(probes=(probe_setup("api/deep"),))))
    assert story.status() is Status.UNKNOWN


def test_a_component_that_is_removed_closes_its_incident_and_is_unknown_from_then_on() -> None:
    story = Story(component_setup(), component_setup("cdn")).runs(".FFF")
    story.configure(setup(component_setup("cdn")))
    assert story.timeline() == ["investigating", "resolved"]
    assert story.only_incident().updates[-1].message == "API is no longer monitored, which ends this incident."
    assert story.ledger() == [(0, "."), (30, "M"), (120, "u")]
    assert "api" not in story.board.components


def test_the_same_setup_again_changes_no_state() -> None:
    story = Story().runs(".FF")
    step = story.observe(Configured(story.now, story.board.setup))
    assert not step.probes
    assert not step.components
    assert not step.events


def test_the_past_of_which_a_removed_probe_was_part_is_not_rewritten() -> None:
    story = Story(TWO_PROBES).runs({"api/health": ".FFF.", "api/deep": "...SS"})
    story.configure(setup(component_setup(probes=(probe_setup("api/deep"),))))
    story.runs({"api/deep": "SSS"})
    assert story.ledger() == [(0, "."), (30, "p"), (150, "d")]


def test_a_shorter_interval_makes_nobody_silent_at_once() -> None:
    slow = component_setup(probes=(probe_setup(interval=10 * MINUTE),))
    story = Story(slow).runs(".").wait(5 * MINUTE)
    story.configure(setup())
    assert story.wait(SECOND).status() is Status.OPERATIONAL
    assert story.wait(2 * MINUTE).status() is Status.UNKNOWN


# ── runs that take long ──────────────────────────────────────────────────────────────────────────────


def test_a_run_under_way_while_the_clock_is_set_back_began_at_the_new_now() -> None:
    quick = component_setup(probes=(probe_setup(failure_threshold=1),))
    story = Story(quick).runs("..")
    story.observe(Started(NOON + 20 * SECOND, last_alive=NOON + 65 * SECOND))
    late = replace(result(verdict=Verdict.FAIL, started=NOON + 60 * SECOND), at=NOON + 25 * SECOND)
    story.observe(late)
    assert story.ledger()[-1] == (25, "M")


def test_a_run_under_way_while_nobody_watched_vouches_for_nothing_before_its_end() -> None:
    story = Story().runs("..U").sleep(HOUR)
    story.observe(result(started=NOON + 85 * SECOND, took=HOUR + 10 * SECOND))
    assert story.ledger() == [(0, "."), (60, "u"), (3695, ".")]


def test_a_result_that_comes_late_rewrites_back_to_where_its_run_began() -> None:
    eager = {"failure_threshold": 1, "success_threshold": 1}
    story = Story(component_setup(probes=(probe_setup("api/health", **eager), probe_setup("api/deep", **eager))))
    story.runs({"api/health": "..", "api/deep": ".."})
    story.observe(result("api/health", Verdict.FAIL, started=NOON + 63 * SECOND))
    story.observe(result("api/deep", Verdict.FAIL, started=NOON + 60 * SECOND, took=10 * SECOND))
    assert story.ledger() == [(0, "."), (60, "p"), (63, "M")]


@pytest.mark.parametrize(("verdict", "letter"), [(Verdict.PASS, "."), (Verdict.UNKNOWN, "u")])
def test_a_run_that_began_before_its_component_was_watched_vouches_for_nothing_before_that(
    verdict: Verdict, letter: str
) -> None:
    story = Story().runs("..")
    story.configure(setup(component_setup("api"), component_setup("cdn")))
    story.observe(result("cdn/health", verdict, started=story.now - 20 * SECOND, took=25 * SECOND))
    assert story.ledger("cdn") == [(60, letter)]
