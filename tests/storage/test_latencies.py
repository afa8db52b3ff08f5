"""Latencies a slice at a time."""

from __future__ import annotations

import pytest

from monitor.core.model import QUIET, Instant, Phases, Result, Verdict
from monitor.core.ports import Place
from storage.latencies import RUNS_AT_A_TIME
from storage.store import Store
from tests.builders import NOON, result


async def remember(store: Store, runs: list[Result]) -> None:
    await store.commit([(run, QUIET) for run in runs], alive=NOON)


async def slices(store: Store, since: Instant, until: Instant) -> list[list[int]]:
    found: list[list[int]] = []
    place: Place | None = None
    while True:
        latencies, place = await store.latency_slice("api", since, until, place)
        found.append(latencies)
        if place is None:
            return found


def timed(probe: str, started: Instant, microseconds: int, verdict: Verdict = Verdict.PASS) -> Result:
    return result(probe, verdict, started=started, phases=Phases(connect=microseconds))


async def test_latencies_between_two_instants_are_of_runs_that_worked_and_were_timed(store: Store) -> None:
    await remember(
        store,
        [
            timed("api/a", NOON - 1, 1),
            timed("api/a", NOON, 2),
            timed("api/a", NOON + 1, 3, Verdict.SLOW),
            timed("api/a", NOON + 2, 4, Verdict.FAIL),
            timed("api/a", NOON + 3, 5, Verdict.UNKNOWN),
            result("api/a", started=NOON + 4, phases=Phases(tls=0, processing=6, transfer=1)),
            Result(probe="api/beat", started=NOON + 5, at=NOON + 5, verdict=Verdict.PASS),
            timed("api/a", NOON + 9, 8),
        ],
    )
    assert await slices(store, NOON, NOON + 9) == [[2, 3, 7]]


async def test_latencies_are_of_all_probes_of_the_component_and_of_no_other(store: Store) -> None:
    names = ["api/a", "cdn/a", "api/b", "api-2/a", "ap/a", "api0/a", "api/a"]
    await remember(store, [timed(name, NOON + n, n) for n, name in enumerate(names)])
    (found,) = await slices(store, NOON, NOON + 9)
    assert sorted(found) == [0, 2, 6]


async def test_a_slice_is_of_so_many_runs_and_the_next_one_goes_on_from_there(store: Store) -> None:
    """Two probes, and runs that started at the same instant: none is lost and none comes twice."""
    runs = [timed(f"api/{n % 2}", NOON + n // 6, n) for n in range(2 * RUNS_AT_A_TIME + 2)]
    await remember(store, runs)
    found = await slices(store, NOON, NOON + len(runs))
    assert [len(latencies) for latencies in found] == [RUNS_AT_A_TIME, RUNS_AT_A_TIME, 2]
    assert sorted(latency for latencies in found for latency in latencies) == list(range(len(runs)))


async def test_runs_that_failed_count_towards_a_slice_too(store: Store) -> None:
    await remember(store, [timed("api/a", NOON + n, 1, Verdict.FAIL) for n in range(RUNS_AT_A_TIME)])
    await remember(store, [timed("api/a", NOON + RUNS_AT_A_TIME, 7)])
    assert await slices(store, NOON, 2 * NOON) == [[], [7]]


async def test_without_runs_there_is_one_empty_slice(store: Store) -> None:
    assert await slices(store, 0, NOON) == [[]]


@pytest.mark.parametrize("length", [0, -1])
async def test_a_stretch_without_length_is_empty(store: Store, length: int) -> None:
    await remember(store, [timed("api/a", NOON, 1)])
    assert await slices(store, NOON, NOON + length) == [[]]
