from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.model import (
    MINUTE,
    SECOND,
    Configured,
    Duration,
    Observation,
    Phases,
    ProbeSetup,
    Reason,
    Result,
    Setup,
    Started,
    Verdict,
)
from monitor.replay.judging import as_judged_by, as_recorded, at_pace_of, judged
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.replay.histories import config_of

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
    assert as_judged_by(config_of(setup(), tmp_path, slow_after=1))(other) is other
    assert as_recorded(other) is other


def test_results_are_judged_by_the_slow_after_of_their_probe(tmp_path: Path) -> None:
    seen = as_judged_by(config_of(setup(), tmp_path, slow_after=500))(ran(PASS, None, 800))
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
    seen = as_judged_by(config_of(wanted, tmp_path))(Configured(NOON, recorded))
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
