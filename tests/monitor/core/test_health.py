from __future__ import annotations

import pytest

from monitor.core import health
from monitor.core.model import SECOND, Health, ProbeState, Reason, Stretch, Verdict
from tests.builders import NOON, probe_setup, result
from tests.monitor.core.story import PACE, VERDICTS


def heard(series: str, state: ProbeState | None = None) -> ProbeState:
    state = state or health.unheard_of(NOON)
    for beat, letter in enumerate(series):
        state = health.hear(state, probe_setup(), result(verdict=VERDICTS[letter], started=NOON + beat * PACE))
    return state


def track(state: ProbeState) -> str:
    """The health at each beat: up, slow, Down, ? for unknown, in the order of the runs."""
    letters = {Health.UP: "u", Health.SLOW: "s", Health.DOWN: "D", Health.UNKNOWN: "?"}
    beats = range(int((state.track[-1].since - NOON) / PACE) + 1)
    return "".join(
        letters[[stretch for stretch in state.track if stretch.since <= NOON + beat * PACE][-1].effective]
        for beat in beats
    )


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ("", Health.UNKNOWN),
        (".", Health.UP),
        ("S", Health.UP),
        ("F", Health.UNKNOWN),
        ("FF", Health.UNKNOWN),
        ("FFF", Health.DOWN),
        ("FF.", Health.UP),
        (".FF", Health.UP),
        (".FF.F", Health.UP),
        (".FFF", Health.DOWN),
        (".SSS", Health.SLOW),
        (".SFS", Health.SLOW),
        (".SFFS", Health.SLOW),
        (".SS.S", Health.UP),
        (".SFFF", Health.DOWN),
        ("FFF.", Health.DOWN),
        ("FFF..", Health.UP),
        ("FFF.F.", Health.DOWN),
        ("FFFS.", Health.UP),
        ("FFF.S", Health.SLOW),
        ("FFFSS", Health.SLOW),
        (".SSS.", Health.SLOW),
        (".SSS..", Health.UP),
        (".SSS.S.", Health.SLOW),
        (".SSSFFF", Health.DOWN),
        (".FFU", Health.UNKNOWN),
        (".FFUF", Health.DOWN),
        ("FFF.U.", Health.UP),
        (".U.", Health.UP),
        (".UFF", Health.UP),
    ],
)
def test_a_series_of_verdicts_comes_to_a_health(series: str, expected: Health) -> None:
    assert heard(series).effective is expected


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (".FFF", "uD"),  # a confirmed outage begins at the first failure of its streak
        (".FFF.F..", "uDDDDDu"),  # and ends at the first run of the streak that ended it
        (".SFFF", "usD"),  # slow at first, then down since the first failure
        (".FUFF", "uD?D"),  # unknown time stays unknown
        ("FFF", "D"),
        ("U.", "?u"),
    ],
)
def test_the_track_is_dated_back_to_the_run_that_decided(series: str, expected: str) -> None:
    assert track(heard(series)) == expected


def test_a_pass_of_a_settled_probe_changes_nothing() -> None:
    state = heard("..")
    assert health.is_settled(state)
    assert health.hear(state, probe_setup(), result(started=NOON + 9 * PACE)) is state


def test_one_more_failure_of_a_down_probe_changes_nothing() -> None:
    state = heard("FFF")
    assert health.hear(state, probe_setup(), result(verdict=Verdict.FAIL, started=NOON + 9 * PACE)) is state


def test_thresholds_of_one_confirm_at_once() -> None:
    quick = probe_setup(failure_threshold=1, success_threshold=1)
    down = health.hear(heard("."), quick, result(verdict=Verdict.FAIL, started=NOON + PACE))
    assert down.health is Health.DOWN
    assert health.hear(down, quick, result(started=NOON + 2 * PACE)).health is Health.UP


def reasons_of(*reasons: Reason | None) -> tuple[Reason, ...]:
    """The reasons of the health that these runs come to; None is a pass."""
    state = heard(".")
    for beat, reason in enumerate(reasons, 1):
        slow = reason in (Reason.LATENCY, Reason.CERTIFICATE_EXPIRING)
        verdict = Verdict.PASS if reason is None else Verdict.SLOW if slow else Verdict.FAIL
        run = result(verdict=verdict, reason=reason, started=NOON + beat * PACE)
        state = health.hear(state, probe_setup(), run)
    return state.reasons


def test_trouble_has_the_distinct_reasons_of_the_streak_that_confirmed_it() -> None:
    assert reasons_of(Reason.RESET, Reason.DNS, Reason.RESET) == (Reason.RESET, Reason.DNS)
    assert reasons_of(Reason.LATENCY, Reason.DNS, Reason.DNS) == (Reason.LATENCY, Reason.DNS)


def test_an_outage_has_the_reasons_of_its_failures_alone() -> None:
    assert reasons_of(Reason.LATENCY, Reason.DNS, Reason.DNS, Reason.DNS) == (Reason.DNS,)


def test_one_unconfirmed_failure_does_not_change_what_is_known_of_slowness() -> None:
    slow = (Reason.CERTIFICATE_EXPIRING,) * 3
    assert reasons_of(*slow, Reason.RESET, *slow) == (Reason.CERTIFICATE_EXPIRING,)


def test_an_outage_that_turns_into_slowness_has_the_reasons_of_the_slow_runs() -> None:
    assert reasons_of(*(Reason.DNS,) * 3, Reason.LATENCY, Reason.LATENCY) == (Reason.LATENCY,)


def test_a_probe_that_is_well_has_no_reasons() -> None:
    assert reasons_of(*(Reason.DNS,) * 3, None, None) == ()


def hears_of_a_cut(state: ProbeState) -> ProbeState:
    cut = result(verdict=Verdict.UNKNOWN, reason=Reason.OWN_NETWORK, started=NOON + 3 * PACE)
    return health.hear(state, probe_setup(), cut)


@pytest.mark.parametrize("series", [".FF", ".SS", ".SF"])
def test_what_failed_or_was_slow_before_our_own_network_was_seen_to_be_cut_does_not_count(series: str) -> None:
    cut = hears_of_a_cut(heard(series))
    assert (cut.effective, cut.health, cut.streak_since) == (Health.UNKNOWN, Health.UP, None)


def test_a_cut_of_our_own_network_leaves_what_comes_back_on_its_way_up() -> None:
    assert hears_of_a_cut(heard("FFF.")).goods.count == 1


def test_one_more_run_in_a_cut_changes_nothing() -> None:
    state = hears_of_a_cut(heard(".FF"))
    assert hears_of_a_cut(state) is state


def test_a_changed_target_clears_the_streak_and_keeps_the_history() -> None:
    state = health.without_streaks(heard(".FF"))
    assert state.streak_since is None
    assert state.health is Health.UP


def test_nothing_is_left_after_the_moment_the_clock_is_set_back_to() -> None:
    state = health.set_back(heard(".FFFFF."), NOON + 10 * SECOND)
    assert state.track == (Stretch(NOON, Health.UP), Stretch(NOON + 10 * SECOND, Health.DOWN))
    assert state.goods.since == NOON + 10 * SECOND


def test_pruning_keeps_the_stretch_that_holds_at_the_horizon() -> None:
    state = heard(".FFF..")
    assert health.pruned(state, NOON + 3 * PACE).track == state.track[1:]


def test_a_streak_that_began_as_we_went_blind_is_dated_back_over_the_blind_stretch() -> None:
    setup, state = probe_setup(failure_threshold=2), heard(".")
    for verdict, beat in [(Verdict.FAIL, 1), (Verdict.UNKNOWN, 1), (Verdict.FAIL, 2)]:
        state = health.hear(state, setup, result(verdict=verdict, started=NOON + beat * PACE))
    assert state.track == (
        Stretch(NOON, Health.UP),
        Stretch(NOON + PACE, Health.DOWN, blind=True),
        Stretch(NOON + 2 * PACE, Health.DOWN),
    )
