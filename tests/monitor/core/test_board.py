"""The board: what it knows, when it must be looked at, and what it forgets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.board import NEVER, Board
from monitor.core.model import (
    MINUTE,
    QUIET,
    SECOND,
    Health,
    Incident,
    IncidentStatus,
    Instant,
    ProbeSetup,
    ProbeState,
    Started,
    Step,
    Streak,
    Tick,
    Window,
)
from tests.builders import NOON, component_setup, incident, probe_setup, probe_state, result, setup

PROBE = probe_setup()
BEAT = replace(PROBE, grace=10 * SECOND)
INTERVAL = PROBE.interval


def board(
    probe: ProbeSetup = PROBE, state: ProbeState | None = None, *, heard: Instant | None = NOON, **more: object
) -> Board:
    """Of one probe, whose latest result was observed at `heard`."""
    latest = {} if heard is None else {probe.id: result(probe.id, started=heard, took=0)}
    return Board(
        setup=setup(component_setup(probes=(probe,))),
        probes={probe.id: state or probe_state()},
        latest=latest,
        **more,  # type: ignore[arg-type]
    )


def over(reopen_until: Instant | None, **changes: object) -> Incident:
    return replace(incident(status=IncidentStatus.RESOLVED, resolved_at=NOON, **changes), reopen_until=reopen_until)  # type: ignore[arg-type]


def test_an_empty_board_knows_nothing_and_waits_for_nothing() -> None:
    empty = Board()
    assert (empty.at, empty.revision, empty.next_calendar) == (0, 0, NEVER)
    assert not empty.is_due(NEVER - 1)
    assert empty.component_of("api/health") is None
    assert empty.dependencies("api") == frozenset()


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("probe", "state", "after"),
    [
        (PROBE, probe_state(), 3 * INTERVAL),
        (PROBE, probe_state(Health.DOWN), 3 * INTERVAL),
        (PROBE, replace(probe_state(), unwatched=MINUTE), 3 * INTERVAL + MINUTE),
        (PROBE, probe_state(blind=True), None),
        (BEAT, probe_state(), INTERVAL + 10 * SECOND),
        (BEAT, probe_state(Health.SLOW), INTERVAL + 10 * SECOND),
        (BEAT, replace(probe_state(), unwatched=MINUTE), INTERVAL + 10 * SECOND + MINUTE),
        (BEAT, replace(probe_state(), deaf=True), 2 * INTERVAL + 10 * SECOND),
        (BEAT, probe_state(Health.DOWN), None),
    ],
    ids=[
        "three intervals",
        "also of what is down",
        "while we watch",
        "unknown already",
        "a beat that is late",
        "a beat that told of trouble",
        "a beat while we watched",
        "a beat that we may have missed",
        "a beat that was missed",
    ],
)
def test_a_probe_falls_silent_when_nothing_more_is_heard_of_it(
    probe: ProbeSetup, state: ProbeState, after: int | None
) -> None:
    assert board(probe, state).silent_at(probe.id) == (NEVER if after is None else NOON + after)


def test_a_probe_that_was_never_heard_of_does_not_fall_silent() -> None:
    assert board(heard=None).silent_at(PROBE.id) == NEVER
    assert board().silent_at("gone/probe") == NEVER


@pytest.mark.parametrize("at", [NOON + 3 * INTERVAL, NOON + 3 * INTERVAL + 1])
def test_silence_is_due_from_its_instant_on_and_is_found_as_often_as_one_looks(at: Instant) -> None:
    known = board()
    assert not known.is_due(NOON + 3 * INTERVAL - 1)
    assert known.silent_by(NOON + 3 * INTERVAL - 1) == []
    for _ in range(2):
        assert known.is_due(at)
        assert known.silent_by(at) == [(NOON + 3 * INTERVAL, PROBE.id)]


def test_a_later_result_puts_silence_off() -> None:
    known = board()
    known.apply(result(started=NOON + INTERVAL, took=0), QUIET)
    assert not known.is_due(NOON + 4 * INTERVAL - 1)
    assert known.silent_by(NOON + 4 * INTERVAL) == [(NOON + 4 * INTERVAL, PROBE.id)]


def test_what_is_heard_of_for_the_first_time_may_fall_silent_from_then_on() -> None:
    known = board(heard=None)
    known.apply(result(started=NOON, took=0), QUIET)
    assert known.silent_by(NOON + 3 * INTERVAL) == [(NOON + 3 * INTERVAL, PROBE.id)]


def test_what_went_unknown_can_fall_silent_again_once_it_is_heard() -> None:
    known = board()
    known.apply(Tick(NOON), Step(probes={PROBE.id: probe_state(blind=True)}))
    assert known.silent_by(NOON + 9 * INTERVAL) == []
    known.apply(result(started=NOON + 9 * INTERVAL, took=0), Step(probes={PROBE.id: probe_state()}))
    assert known.silent_by(NOON + 12 * INTERVAL) == [(NOON + 12 * INTERVAL, PROBE.id)]


def test_the_silent_are_told_in_the_order_in_which_they_fell_so() -> None:
    quick, slow = probe_setup("api/quick", interval=SECOND), probe_setup("api/slow")
    known = Board(
        setup=setup(component_setup(probes=(slow, quick))),
        probes={slow.id: probe_state(), quick.id: probe_state()},
        latest={probe.id: result(probe.id, started=NOON, took=0) for probe in (slow, quick)},
    )
    assert known.silent_by(NOON + MINUTE) == [(NOON + 3 * SECOND, quick.id)]
    assert known.silent_by(NOON + 2 * MINUTE) == [(NOON + 3 * SECOND, quick.id), (NOON + 90 * SECOND, slow.id)]


def test_a_beat_that_comes_takes_back_the_time_that_deafness_lent() -> None:
    known = board(BEAT, replace(probe_state(), deaf=True))
    known.apply(result(started=NOON + SECOND, took=0), Step(probes={BEAT.id: probe_state()}))
    due = NOON + SECOND + INTERVAL + 10 * SECOND
    assert not known.is_due(due - 1)
    assert known.is_due(due)


# ── the calendar ─────────────────────────────────────────────────────────────────────────────────────


def window(starts: Instant, ends: Instant, **changes: object) -> Window:
    fixed = {"id": "mnt_1", "title": "Upgrade", "components": ("api",)}
    return Window(starts=starts, ends=ends, **{**fixed, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "edge"),
    [(NOON - 1, NOON), (NOON, NOON + MINUTE), (NOON + MINUTE - 1, NOON + MINUTE), (NOON + MINUTE, NEVER)],
)
def test_the_next_edge_of_a_window_is_the_first_that_lies_ahead(at: Instant, edge: Instant) -> None:
    planned = Board(setup=setup(windows=(window(NOON, NOON + MINUTE),)), at=at)
    assert planned.next_calendar == edge
    assert planned.is_due(edge)
    assert not planned.is_due(edge - 1)


def test_a_window_that_was_cancelled_has_no_edges() -> None:
    assert Board(setup=setup(windows=(window(NOON, NOON + MINUTE, cancelled=True),))).next_calendar == NEVER


@pytest.mark.parametrize(
    ("known", "due"),
    [
        (incident(resolve_at=NOON + 5), NOON + 5),
        (incident(resolve_at=NOON + MINUTE), NOON + 30),
        (incident(resolve_at=None), NOON + 30),
        (over(NOON + MINUTE, resolve_at=NOON + 5), NOON + 30),
    ],
    ids=["before the window", "after its start", "no deadline", "over"],
)
def test_the_resolve_of_an_open_incident_is_in_the_calendar(known: Incident, due: Instant) -> None:
    planned = Board(setup=setup(windows=(window(NOON + 30, NOON + 60),)), incidents=[known], at=NOON)
    assert planned.next_calendar == due


def test_the_calendar_is_renewed_by_each_step_that_changes_something() -> None:
    known = Board(setup=setup(), at=NOON)
    known.apply(Tick(NOON), Step(incidents={"inc_1": incident("inc_1", resolve_at=NOON + 5)}))
    assert known.next_calendar == NOON + 5


# ── change ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_board_stands_at_the_latest_instant_that_was_observed() -> None:
    known = board(at=NOON)
    known.apply(Tick(NOON + 2), QUIET)
    known.apply(Tick(NOON + 1), QUIET)
    assert known.at == NOON + 2


def test_only_a_start_turns_it_back() -> None:
    known = board(at=NOON)
    known.apply(Started(NOON - MINUTE, NOON), QUIET)
    assert known.at == NOON - MINUTE


def test_its_revision_grows_by_one_with_each_step_but_the_quiet_one() -> None:
    known = board()
    known.apply(result(started=NOON), QUIET)
    assert known.revision == 0
    for revision in (1, 2):
        known.apply(result(started=NOON), Step(probes={PROBE.id: probe_state()}))
        assert known.revision == revision


def test_a_result_of_a_probe_that_is_not_watched_is_not_remembered() -> None:
    known = board()
    known.apply(result("gone/probe"), QUIET)
    assert known.latest.keys() == {PROBE.id}


def test_a_probe_whose_state_is_forgotten_has_no_latest_result_either() -> None:
    known = board()
    known.apply(Tick(NOON), Step(probes={PROBE.id: None, "api/other": None}, components={"api": None}))
    assert (known.probes, known.latest, known.components) == ({}, {}, {})


# ── incidents ────────────────────────────────────────────────────────────────────────────────────────


def failing(since: Instant, count: int = 1) -> ProbeState:
    return replace(probe_state(), fails=Streak(count, since))


@pytest.mark.parametrize(
    ("known", "state", "kept"),
    [
        (incident(), probe_state(), True),
        (over(None), probe_state(), False),
        (over(NOON - 1), probe_state(), False),
        (over(NOON), probe_state(), True),
        (over(NOON - 1), failing(NOON - 1), True),
        (over(NOON - 1), failing(NOON), False),
        (over(NOON - 1), failing(NOON - 1, count=0), False),
        (over(NOON - 1, components=("cdn",)), failing(NOON - 1), False),
        (over(None), failing(NOON - 1), False),
    ],
    ids=[
        "open",
        "never to be reopened",
        "its time is up",
        "may be reopened",
        "a streak that began in time",
        "a streak that began too late",
        "no streak",
        "a streak elsewhere",
        "a streak, but never to be reopened",
    ],
)
def test_an_incident_is_kept_while_it_is_open_or_may_be_reopened(
    known: Incident, state: ProbeState, kept: bool
) -> None:
    found = board(state=state, at=NOON)
    found.apply(Tick(NOON), Step(incidents={known.id: known}))
    assert (known.id in found.incidents) is kept


def test_open_incidents_are_told_oldest_first_and_by_id_where_they_are_of_one_age() -> None:
    ages = [("inc_b", 1), ("inc_c", 0), ("inc_a", 1)]
    known = [incident(name, created_at=NOON + age) for name, age in ages]
    found = Board(incidents=[*known, replace(over(NOON), id="inc_0")]).open_incidents()
    assert [each.id for each in found] == ["inc_c", "inc_a", "inc_b"]


# ── dependencies ─────────────────────────────────────────────────────────────────────────────────────


def test_a_component_depends_on_all_that_those_depend_on_on_which_it_does() -> None:
    chain = (
        component_setup("page", depends_on=("api", "cdn")),
        component_setup("api", depends_on=("auth", "gone")),
        component_setup("auth"),
        component_setup("cdn", depends_on=("auth",)),
    )
    known = Board(setup=setup(*chain))
    assert {name: set(known.dependencies(name)) for name in ("page", "api", "auth", "cdn", "gone")} == {
        "page": {"api", "cdn", "auth"},
        "api": {"auth"},
        "auth": set(),
        "cdn": {"auth"},
        "gone": set(),
    }


def test_a_copy_is_another_board_that_knows_the_same() -> None:
    known = board(at=NOON, incidents=[incident()], components={})
    again = known.copy()
    assert vars(again) == vars(known)
    again.apply(Tick(NOON + 1), Step(probes={PROBE.id: None}))
    assert known.probes.keys() == {PROBE.id}
