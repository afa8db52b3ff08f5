from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import (
    QUIET,
    SECOND,
    ComponentState,
    Configured,
    Event,
    EventKind,
    Health,
    Impact,
    IncidentStatus,
    LedgerRewrite,
    Observation,
    ProbeState,
    Setup,
    Span,
    Started,
    Status,
    StatusChange,
    Step,
    Streak,
    Stretch,
    Tick,
    Update,
    Verdict,
)
from monitor.core.ports import Decided
from storage.store import Store
from tests.builders import NOON, component_setup, incident, result, setup
from tests.storage.boards import state

VERDICTS = {".": Verdict.PASS, "S": Verdict.SLOW, "F": Verdict.FAIL}
UP = ProbeState(track=(Stretch(NOON, Health.UP),))


def rows(directory: Path, sql: str) -> list[Any]:
    """What another program reads in the file."""
    with closing(sqlite3.connect(directory / "monitor.db")) as conn:
        return conn.execute(sql).fetchall()


# ── the board ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_store_remembers_nothing(store: Store) -> None:
    assert state(await store.load()) == state(Board())
    assert await store.last_alive() is None


async def test_a_board_comes_back_after_a_restart_as_it_was(tmp_path: Path) -> None:
    watched = setup(component_setup("api"), component_setup("cdn"))
    troubled = incident(reopen_until=NOON + 300 * SECOND, setbacks=(NOON,), reopened=1)
    step = Step(
        setup=watched,
        probes={"api/health": UP},
        components={"api": ComponentState(status=Status.OPERATIONAL, tail=(Span(NOON, Status.OPERATIONAL),))},
        incidents={troubled.id: troubled},
    )
    seen = result(verdict=Verdict.FAIL, started=NOON + SECOND, detail="HTTP 503", evidence={"server": "nginx"})
    decided: list[Decided] = [(Started(NOON, None), QUIET), (Configured(NOON, watched), step), (seen, QUIET)]

    board = Board()
    for observation, change in decided:
        board.apply(observation, change)
    store = await Store.open(tmp_path)
    await store.commit(decided, alive=NOON + 2 * SECOND)
    await store.close()

    store = await Store.open(tmp_path)
    assert state(await store.load()) == state(board)
    assert await store.last_alive() == NOON + 2 * SECOND
    await store.close()


async def test_a_commit_of_nothing_notes_that_we_were_alive(store: Store) -> None:
    await store.commit([], alive=NOON)
    assert await store.last_alive() == NOON


async def test_of_two_setups_in_one_commit_the_later_holds(store: Store) -> None:
    first, second = setup(component_setup("api")), setup(component_setup("cdn"))
    configured: list[Decided] = [(Configured(NOON, it), Step(setup=it)) for it in (first, second)]
    await store.commit(configured, alive=NOON)
    assert (await store.load()).setup == second


async def test_the_latest_result_is_the_one_heard_last_even_if_another_started_later(store: Store) -> None:
    slow_to_come = result(started=NOON - SECOND, took=5_000)
    await store.commit([(Configured(NOON, setup()), Step(setup=setup()))], alive=NOON)
    await store.commit([(result(started=NOON), QUIET), (slow_to_come, QUIET)], alive=NOON)
    assert (await store.load()).latest == {"api/health": slow_to_come}


async def test_a_forgotten_probe_loses_its_state_and_its_latest_result_and_keeps_its_history(store: Store) -> None:
    await store.commit([(Configured(NOON, setup()), Step(setup=setup(), probes={"api/health": UP}))], alive=NOON)
    await store.commit([(result(), QUIET), (Tick(NOON), Step(probes={"api/health": None}))], alive=NOON)
    board = await store.load()
    assert board.probes == {}
    assert board.latest == {}
    assert await store.latencies("api", since=0) == [100_000]


async def test_a_probe_that_was_forgotten_and_heard_again_in_one_commit_has_a_latest_result(store: Store) -> None:
    await store.commit([(Configured(NOON, setup()), Step(setup=setup()))], alive=NOON)
    again = result(started=NOON + SECOND)
    await store.commit(
        [(result(), QUIET), (Tick(NOON), Step(probes={"api/health": None})), (again, QUIET)], alive=NOON
    )
    assert (await store.load()).latest == {"api/health": again}


async def test_a_result_of_a_probe_that_is_not_watched_stays_off_the_board(store: Store) -> None:
    await store.commit([(result("gone/probe"), QUIET)], alive=NOON)
    assert (await store.load()).latest == {}


async def test_a_forgotten_component_keeps_its_ledger(store: Store) -> None:
    begun = Span(NOON, Status.OPERATIONAL)
    step = Step(components={"api": ComponentState()}, ledger={"api": LedgerRewrite(NOON, (begun,))})
    await store.commit([(Tick(NOON), step), (Tick(NOON), Step(components={"api": None}))], alive=NOON)
    assert (await store.load()).components == {}
    assert await store.spans("api", since=0) == [begun]


@pytest.mark.parametrize(
    ("observations", "at"),
    [
        ([Tick(NOON)], NOON),
        ([Tick(NOON), Tick(NOON - 1)], NOON),
        ([Tick(NOON), Started(NOON - 1, None)], NOON - 1),
        ([Tick(NOON), Started(NOON - 9, None), Tick(NOON - 5)], NOON - 5),
    ],
    ids=["a first tick", "a late tick", "a start turns it back", "and on from there"],
)
async def test_the_boards_instant_goes_forward_but_for_a_start(
    store: Store, observations: Sequence[Observation], at: int
) -> None:
    for observation in observations:
        await store.commit([(observation, QUIET)], alive=NOON)
    assert (await store.load()).at == at


async def test_what_the_machine_decides_comes_back_after_every_commit(store: Store) -> None:
    board = Board()
    runs = [
        result(verdict=VERDICTS[sign], started=NOON + n * 30 * SECOND) for n, sign in enumerate("..FFFF....S.FF", 1)
    ]
    observations: list[Observation] = [
        Started(NOON, None),
        Configured(NOON, setup()),
        *runs,
        Tick(NOON + 3600 * SECOND),
    ]
    for observation in observations:
        step = advance(board, observation)
        await store.commit([(observation, step)], alive=observation.at)
        board.apply(observation, step)
        assert state(await store.load()) == state(board)
    assert len(await store.incidents(limit=9)) == 1


# ── observations ─────────────────────────────────────────────────────────────────────────────────────


async def test_observations_and_results_share_one_sequence_in_the_order_of_the_decisions(
    store: Store, tmp_path: Path
) -> None:
    await store.commit([(Started(NOON, None), QUIET), (result(), QUIET)], alive=NOON)
    await store.commit([(Configured(NOON, Setup()), Step(setup=Setup())), (result(), QUIET)], alive=NOON)
    assert rows(tmp_path, "SELECT seq, kind FROM observations") == [(1, "started"), (3, "configured")]
    assert rows(tmp_path, "SELECT seq FROM results") == [(2,), (4,)]


async def test_a_tick_is_written_down_only_when_it_changed_something(store: Store, tmp_path: Path) -> None:
    await store.commit([(Tick(NOON), QUIET), (Tick(NOON + 1), Step(probes={"api/health": UP}))], alive=NOON)
    assert rows(tmp_path, "SELECT seq, at, body FROM observations") == [(1, NOON + 1, f'{{"at":{NOON + 1}}}')]


async def test_a_half_decoded_detail_does_not_stop_a_commit(store: Store) -> None:
    await store.commit([(Configured(NOON, setup()), Step(setup=setup()))], alive=NOON)
    await store.commit([(result(verdict=Verdict.FAIL, detail="caf\udce9"), QUIET)], alive=NOON)
    assert (await store.load()).latest["api/health"].detail == "caf\\udce9"


# ── incidents and events ─────────────────────────────────────────────────────────────────────────────


async def test_a_growing_timeline_keeps_the_entries_that_it_had(store: Store) -> None:
    begun = incident(updates=(Update(IncidentStatus.INVESTIGATING, "All checks fail.", NOON),))
    more = Update(IncidentStatus.RESOLVED, "Stable for two minutes.", NOON + 1)
    grown = incident(
        status=IncidentStatus.RESOLVED, resolved_at=NOON + 1, impact=Impact.MAJOR, updates=(*begun.updates, more)
    )
    await store.commit([(Tick(NOON), Step(incidents={begun.id: begun}))], alive=NOON)
    await store.commit([(Tick(NOON), Step(incidents={begun.id: grown}))], alive=NOON)
    assert await store.incident(begun.id) == grown
    assert await store.incidents(limit=9, status=IncidentStatus.RESOLVED) == [grown]
    assert await store.incidents(limit=9, status=IncidentStatus.INVESTIGATING) == []


async def test_an_event_that_is_told_again_is_recorded_once_as_it_was_first_told(
    store: Store, tmp_path: Path
) -> None:
    first = Event("evt_1", EventKind.INCIDENT_CREATED, NOON, incident(title="First"))
    again = Event("evt_1", EventKind.INCIDENT_CREATED, NOON + 1, incident(title="Again"))
    other = Event("evt_2", EventKind.INCIDENT_UPDATED, NOON + 2, incident())
    await store.commit([(Tick(NOON), Step(events=(first,)))], alive=NOON)
    await store.commit([(Tick(NOON), Step(events=(again, other)))], alive=NOON)
    assert rows(tmp_path, "SELECT id, kind, at, body ->> 'title' FROM events ORDER BY seq") == [
        ("evt_1", "incident.created", NOON, "First"),
        ("evt_2", "incident.updated", NOON + 2, "API outage"),
    ]


async def test_an_event_carries_its_subject_as_it_was_then(store: Store, tmp_path: Path) -> None:
    change = StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON)
    event = Event("evt_1", EventKind.COMPONENT_STATUS_CHANGED, NOON, change)
    await store.commit([(Tick(NOON), Step(events=(event,)))], alive=NOON)
    assert rows(tmp_path, "SELECT body FROM events") == [
        (f'{{"component":"api","status":"major_outage","previous":"operational","since":{NOON}}}',)
    ]


async def test_an_incident_is_remembered_while_a_streak_that_began_in_time_may_reopen_it(store: Store) -> None:
    over = incident(status=IncidentStatus.RESOLVED, reopen_until=NOON)
    failing = ProbeState(track=UP.track, fails=Streak(1, NOON - 1))
    step = Step(setup=setup(), probes={"api/health": failing}, incidents={over.id: over})
    await store.commit([(Configured(NOON + SECOND, setup()), step)], alive=NOON)
    assert set((await store.load()).incidents) == {over.id}


async def test_an_incident_without_a_hope_of_reopening_is_left_to_history(store: Store) -> None:
    known = {
        "inc_open": incident("inc_open"),
        "inc_fresh": incident("inc_fresh", status=IncidentStatus.RESOLVED, reopen_until=NOON),
        "inc_over": incident("inc_over", status=IncidentStatus.RESOLVED, reopen_until=NOON - 1),
        "inc_never": incident("inc_never", status=IncidentStatus.RESOLVED),
    }
    await store.commit([(Tick(NOON), Step(incidents=known))], alive=NOON)
    assert set((await store.load()).incidents) == {"inc_open", "inc_fresh"}
    assert await store.incident("inc_never") == known["inc_never"]
