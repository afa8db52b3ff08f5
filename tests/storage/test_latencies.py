"""Latencies between two instants, as a whole and in slots."""

from __future__ import annotations

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, QUIET, Duration, Instant, Phases, Result, Verdict
from monitor.core.sketch import Sketch, Slot
from storage import runs as timed_runs
from storage import sketches
from storage.latencies import Window
from storage.store import Store
from tests.builders import NOON, result
from tests.storage.costs import costly, machine_steps
from tests.storage.sketched import between, counts, exact, exact_slots, of, slots, timed

TODAY: Instant = NOON // DAY * DAY


async def remember(store: Store, runs: list[Result]) -> None:
    await store.commit([(run, QUIET) for run in runs], alive=NOON)


async def roll_up(store: Store) -> None:
    while await store.sketch():
        pass


def steady(since: Instant, until: Instant, interval: Duration) -> list[Result]:
    return [timed("api/a", at, 1_000 + at // interval % 1_000) for at in range(since, until, interval)]


@pytest.mark.parametrize("sketched", [True, False])
async def test_latencies_are_of_timed_runs_of_the_component_that_worked_in_that_time(
    store: Store, sketched: bool
) -> None:
    await remember(
        store,
        [
            timed("api/a", NOON - 1, 1),
            timed("api/a", NOON, 20),
            timed("api/b", NOON + 1, 30, Verdict.SLOW),
            timed("api/a", NOON + 2, 4, Verdict.FAIL),
            timed("api/a", NOON + 3, 5, Verdict.UNKNOWN),
            Result(probe="api/beat", started=NOON + 5, at=NOON + 5, verdict=Verdict.PASS),
            *(timed(f"{name}/a", NOON + 6, 7) for name in ("cdn", "api-2", "ap", "api0")),
            timed("api/a", NOON + HOUR, 8),
        ],
    )
    if sketched:
        await roll_up(store)
    assert await store.latency("api", NOON, NOON + HOUR) == of(20, 30)


async def test_without_runs_there_are_no_latencies(store: Store) -> None:
    assert await store.latency("api", 0, NOON) == Sketch()
    assert await store.latency_slots("api", 0, NOON, HOUR) == []


@pytest.mark.parametrize("length", [0, -1])
async def test_a_stretch_without_length_is_empty(store: Store, length: int) -> None:
    await remember(store, [timed("api/a", NOON, 1)])
    await roll_up(store)
    assert await store.latency("api", NOON, NOON + length) == Sketch()
    assert await store.latency_slots("api", NOON, NOON + length, MINUTE) == []


async def test_a_window_is_exact_in_its_edges(store: Store) -> None:
    since, until = TODAY - 2 * DAY - 3 * HOUR - 7 * MINUTE - 1, TODAY + 3 * HOUR + 17 * MINUTE + 1
    runs = steady(since - DAY, until + DAY, 10 * MINUTE)
    inside = [timed("api/a", since, 5), timed("api/a", until - 1, 6)]
    outside = [timed("api/a", since - 1, 7), timed("api/a", until, 8)]
    await remember(store, [*runs, *inside, *outside])
    await roll_up(store)
    assert await store.latency("api", since, until) == exact([*runs, *inside], "api", since, until)


async def test_a_result_counts_at_once_wherever_it_started(store: Store) -> None:
    runs = [timed("api/a", NOON, 10), timed("api/a", NOON - 30 * HOUR, 20), timed("api/b", NOON - HOUR, 30)]
    await remember(store, runs[:1])
    await roll_up(store)
    await remember(store, runs[1:])
    for _ in range(2):
        assert await store.latency("api", TODAY - 2 * DAY, TODAY + DAY) == of(10, 20, 30)
        found = await store.latency_slots("api", TODAY - 2 * DAY, TODAY + DAY, DAY)
        assert found == [Slot(TODAY - DAY, of(20)), Slot(TODAY, of(10, 30))]
        await roll_up(store)


@pytest.mark.parametrize(
    ("since", "width"),
    [
        (TODAY, 15 * MINUTE),
        (TODAY, HOUR),
        (TODAY - DAY, DAY),
        (TODAY - DAY, 2 * DAY),
        (TODAY + 5 * MINUTE, HOUR),
        (TODAY + HOUR, 6 * HOUR),
        (TODAY + 1, HOUR),
        (TODAY, 7 * MINUTE),
        (TODAY - 3 * MINUTE, 3 * HOUR),
    ],
)
@pytest.mark.parametrize("length", [DAY, DAY - 1, 13 * HOUR + 12 * MINUTE])
async def test_slots_of_any_width_and_edges_are_right(
    store: Store, since: Instant, width: Duration, length: Duration
) -> None:
    runs = steady(TODAY - 2 * DAY, TODAY + 2 * DAY, 4 * MINUTE)
    await remember(store, runs[:-100])
    await roll_up(store)
    await remember(store, runs[-100:])
    found = await store.latency_slots("api", since, since + length, width)
    assert found == exact_slots(runs, "api", since, since + length, width)


async def test_a_slot_in_which_no_run_worked_is_left_out(store: Store) -> None:
    await remember(store, [timed("api/a", NOON, 1), timed("api/a", NOON + 2 * HOUR, 2)])
    await roll_up(store)
    assert await store.latency_slots("api", NOON, NOON + 3 * HOUR, HOUR) == [
        Slot(NOON, of(1)),
        Slot(NOON + 2 * HOUR, of(2)),
    ]


async def test_a_slot_tells_what_runs_spent_in_each_phase(store: Store) -> None:
    phases = (Phases(connect=20, processing=80), Phases(processing=100))
    await remember(store, [result("api/a", started=NOON + number, phases=each) for number, each in enumerate(phases)])
    await roll_up(store)
    (slot,) = await store.latency_slots("api", NOON, NOON + HOUR, HOUR)
    assert slot.sketch == Sketch.of(phases)


async def test_a_window_before_the_time_that_narrow_tiers_are_kept_is_right(store: Store) -> None:
    since, until = TODAY - 80 * DAY + 7 * MINUTE, TODAY - 70 * DAY + 7 * HOUR
    runs = steady(since - DAY, until + DAY, 20 * MINUTE)
    await remember(store, runs)
    await roll_up(store)
    assert await store.latency("api", since, until) == exact(runs, "api", since, until)
    assert await store.latency_slots("api", since, until, DAY) == exact_slots(runs, "api", since, until, DAY)


async def test_what_a_window_costs_does_not_grow_with_the_results_in_it(store: Store) -> None:
    async def cost() -> int:
        return await store._connection.ask(
            lambda db: machine_steps(db, lambda asked: between(asked, "api", TODAY - 9 * DAY, NOON + HOUR))
        )

    await remember(store, steady(TODAY - 9 * DAY, NOON, HOUR))
    await roll_up(store)
    before = await cost()
    await remember(store, steady(TODAY - 9 * DAY, NOON, 5 * MINUTE))
    await roll_up(store)
    assert await cost() < before * 1.1


async def test_what_is_packed_counts_in_the_edges_of_a_window_and_in_slots(store: Store) -> None:
    runs = steady(NOON - 6 * HOUR, NOON, 2 * MINUTE)
    await remember(store, runs)
    await roll_up(store)
    while await store.pack(NOON + DAY):
        pass
    since, until = NOON - 5 * HOUR - 7 * MINUTE, NOON - HOUR - 3 * MINUTE
    found = await store.latency("api", since, until)
    assert counts(found) == counts(exact(runs, "api", since, until))
    found_slots = await store.latency_slots("api", since, until, 7 * MINUTE)
    assert [(slot.since, counts(slot.sketch)) for slot in found_slots] == [
        (slot.since, counts(slot.sketch)) for slot in exact_slots(runs, "api", since, until, 7 * MINUTE)
    ]


async def test_nothing_is_walked_but_what_is_asked_for(store: Store) -> None:
    await remember(store, steady(NOON - DAY, NOON, HOUR))
    await roll_up(store)
    asked = ("api", NOON - HOUR - 1, NOON + 1)
    assert await store._connection.ask(costly, lambda db: between(db, *asked)) == []
    assert await store._connection.ask(costly, lambda db: slots(db, *asked, MINUTE)) == []


async def test_without_a_roll_up_a_window_costs_no_more_with_more_results_before_it(store: Store) -> None:
    async def cost() -> int:
        return await store._connection.ask(
            lambda db: machine_steps(db, lambda asked: between(asked, "api", NOON - HOUR, NOON))
        )

    few = timed_runs.FEW
    await remember(store, steady(NOON - HOUR, NOON, MINUTE))
    await remember(store, [timed("api/a", NOON - DAY - number, 1) for number in range(2 * few)])
    before = await cost()
    await remember(store, [timed("api/a", NOON - DAY - number, 1) for number in range(8 * few)])
    assert await cost() < before * 1.1


async def test_a_long_backlog_is_read_in_portions(store: Store) -> None:
    runs = [timed("api/a", NOON + number // 3, 1 + number) for number in range(5_000)]
    await remember(store, runs)
    window, portions = Window("api", NOON - 200 * DAY, NOON + DAY), 1
    while await store._connection.ask(window.step):
        portions += 1
    assert portions >= 3
    assert window.whole == exact(runs, "api", NOON - 200 * DAY, NOON + DAY)


@pytest.mark.parametrize("width", [None, HOUR, DAY])
async def test_what_is_counted_packed_and_given_up_between_two_portions_is_read_once(
    store: Store, width: Duration | None
) -> None:
    since, until = TODAY - 3 * DAY + 7 * HOUR, TODAY + 7 * MINUTE
    runs = [timed(f"api/{name}", at, 1_000) for at in range(since - DAY, until + DAY, 5 * MINUTE) for name in "abc"]
    await remember(store, runs)
    window = Window("api", since, until, width)
    ahead = 0
    while await store._connection.ask(window.step):
        await store.sketch()
        await store.pack(NOON + DAY)
        ahead += 10 * DAY
        await store._connection.commit(sketches.expire, 0, NOON + ahead, NOON + ahead)
    assert window.whole.runs == exact(runs, "api", since, until).runs
    if width is not None:
        expected = exact_slots(runs, "api", since, until, width)
        assert [(slot.since, slot.sketch.runs) for slot in window.slots] == [
            (slot.since, slot.sketch.runs) for slot in expected
        ]


async def test_runs_that_spent_less_than_nothing_spent_nothing(store: Store) -> None:
    await remember(store, [result("api/a", started=NOON, phases=Phases(connect=-5, tls=7))])
    await roll_up(store)
    assert await store.latency("api", NOON, NOON + HOUR) == Sketch.of([Phases(connect=0, tls=7)])
