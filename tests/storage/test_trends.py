"""Latencies in slots."""

from __future__ import annotations

import pytest

from monitor.core.model import HOUR, MINUTE, QUIET, SECOND, Duration, Instant, Phases, Result, Verdict
from monitor.core.trend import Slot
from storage.store import Store
from storage.trends import KEPT_FOR, SETTLED_AFTER, Trends
from tests.builders import NOON, result
from tests.storage.costs import machine_steps


async def remember(store: Store, runs: list[Result]) -> None:
    await store.commit([(run, QUIET) for run in runs], alive=NOON)


def timed(probe: str, started: Instant, microseconds: int, verdict: Verdict = Verdict.PASS) -> Result:
    return result(probe, verdict, started=started, phases=Phases(connect=microseconds))


async def cost(store: Store, trends: Trends, since: Instant, until: Instant, width: Duration) -> int:
    """What it costs SQLite to read."""
    return await store._connection.ask(
        lambda db: machine_steps(db, lambda asked: trends.read(asked, "api", since, until, width))
    )


async def test_a_trend_has_a_slot_for_each_stretch_of_time_in_which_a_run_worked(store: Store) -> None:
    await remember(
        store,
        [
            timed("api/a", NOON - 1, 9),
            timed("api/a", NOON, 3),
            timed("api/b", NOON + 1, 1, Verdict.SLOW),
            timed("api/a", NOON + MINUTE - 1, 2),
            timed("api/a", NOON + MINUTE, 9, Verdict.FAIL),
            timed("api/a", NOON + MINUTE, 9, Verdict.UNKNOWN),
            Result(probe="api/beat", started=NOON + MINUTE, at=NOON + MINUTE, verdict=Verdict.PASS),
            timed("cdn/a", NOON + MINUTE, 9),
            timed("api/a", NOON + 2 * MINUTE, 7),
            timed("api/a", NOON + 3 * MINUTE, 9),
        ],
    )
    assert await store.latency_trend("api", NOON, NOON + 3 * MINUTE, MINUTE) == [
        Slot(NOON, (1, 2, 3), Phases(connect=2)),
        Slot(NOON + 2 * MINUTE, (7,), Phases(connect=7)),
    ]


async def test_the_phases_of_a_slot_are_means_that_add_up_to_its_mean_latency(store: Store) -> None:
    phases = (Phases(connect=20, processing=80), Phases(processing=100))
    await remember(store, [result("api/a", started=NOON + number, phases=each) for number, each in enumerate(phases)])
    (slot,) = await store.latency_trend("api", NOON, NOON + MINUTE, MINUTE)
    assert slot == Slot(NOON, (100, 100), Phases(connect=10, processing=90))


async def test_a_component_of_which_nothing_is_remembered_has_no_trend(store: Store) -> None:
    assert await store.latency_trend("api", NOON, NOON + MINUTE, MINUTE) == []


async def test_a_trend_reads_no_run_of_another_time(store: Store) -> None:
    await remember(store, [timed("api/a", NOON + n * SECOND, 1) for n in range(100)])
    asked = (NOON + 90 * SECOND, NOON + 99 * SECOND, SECOND)
    before = await cost(store, Trends(), *asked)
    await remember(store, [timed("api/a", NOON - n * SECOND, 1) for n in range(1, 2_000)])
    assert await cost(store, Trends(), *asked) < before * 1.1


async def test_slots_that_are_over_are_read_once_also_when_the_time_asked_for_moves_on(store: Store) -> None:
    await remember(store, [timed("api/a", NOON + n * SECOND, n) for n in range(3_600)])
    trends = Trends()
    whole = await cost(store, trends, NOON, NOON + HOUR, MINUTE)
    moved = (NOON + 5 * MINUTE, NOON + HOUR + 30 * SECOND, MINUTE)
    assert await cost(store, trends, *moved) < whole * 0.4
    read = await store._connection.ask(lambda db: trends.read(db, "api", *moved))
    assert read == await store.latency_trend("api", *moved)
    assert [slot.since for slot in read] == list(range(NOON + 5 * MINUTE, NOON + HOUR, MINUTE))


async def test_a_run_that_is_written_down_late_is_still_counted(store: Store) -> None:
    """At once while its slot may still grow, and within the hour when it was held up for longer."""
    until = NOON + MINUTE + SETTLED_AFTER
    await remember(store, [timed("api/a", NOON, 1), timed("api/a", NOON + MINUTE, 1)])
    assert len(await store.latency_trend("api", NOON, until, MINUTE)) == 2
    await remember(store, [timed("api/a", NOON + 1, 2), timed("api/a", NOON + MINUTE + 1, 2)])

    async def counted(at: Instant) -> list[int]:
        return [len(slot.latencies) for slot in await store.latency_trend("api", NOON, at, MINUTE)]

    assert await counted(until + 1) == [1, 2]
    assert await counted(until + KEPT_FOR) == [2, 2]


@pytest.mark.parametrize("since", [NOON + 30 * SECOND, NOON - 30 * SECOND])
async def test_slots_with_other_edges_are_read_anew(store: Store, since: Instant) -> None:
    await remember(store, [timed("api/a", NOON + 40 * SECOND, 1), timed("api/a", NOON + 80 * SECOND, 2)])
    await store.latency_trend("api", NOON, NOON + HOUR, MINUTE)
    found = await store.latency_trend("api", since, NOON + HOUR, MINUTE)
    assert found == await Store(store._connection).latency_trend("api", since, NOON + HOUR, MINUTE)


async def test_a_clock_that_went_back_has_all_read_anew(store: Store) -> None:
    await remember(store, [timed("api/a", NOON, 1)])
    await store.latency_trend("api", NOON, NOON + 3 * HOUR, MINUTE)
    await remember(store, [timed("api/a", NOON + 1, 2)])
    (slot,) = await store.latency_trend("api", NOON, NOON + HOUR, MINUTE)
    assert slot.latencies == (1, 2)
