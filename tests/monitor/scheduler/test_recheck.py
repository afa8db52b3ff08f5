"""Runs that are asked for while a streak is unconfirmed."""

from __future__ import annotations

import pytest

from monitor.core.model import HOUR, MINUTE, SECOND, Duration
from monitor.scheduler import Scheduler
from tests.builders import NOON
from tests.monitor.scheduler.virtual import World, points

API = "api/health"
INTERVAL = 30 * SECOND
DUE = points(API, INTERVAL, NOON, NOON + INTERVAL)[0]


async def test_a_recheck_runs_once_at_its_instant_and_then_the_grid_goes_on(world: World) -> None:
    world.begin({API: INTERVAL})
    world.scheduler.recheck(API, NOON + 1_234)
    await world.passes(2 * MINUTE)
    assert world.instants(API) == [NOON + 1_234, *points(API, INTERVAL, NOON, NOON + 2 * MINUTE)]
    assert max(world.lateness) == 0


async def test_points_of_the_grid_are_skipped_while_a_recheck_waits(world: World) -> None:
    world.begin({API: INTERVAL})
    world.scheduler.recheck(API, DUE + 1)
    await world.passes(MINUTE)
    assert world.instants(API) == [DUE + 1, DUE + INTERVAL]


@pytest.mark.parametrize("ago", [0, 1, HOUR])
async def test_a_recheck_in_the_past_runs_at_once(world: World, ago: Duration) -> None:
    world.begin({API: INTERVAL})
    await world.passes(SECOND)
    world.scheduler.recheck(API, NOON + SECOND - ago)
    await world.passes(SECOND)
    assert world.instants(API) == [NOON + SECOND]
    assert world.lateness == [0]


async def test_a_recheck_due_while_a_run_goes_on_starts_as_soon_as_that_ends(world: World) -> None:
    world.lasts[API] = 10 * SECOND
    world.begin({API: INTERVAL}, fresh=False)
    await world.passes(SECOND)
    world.scheduler.recheck(API, NOON + 5 * SECOND)
    await world.passes(12 * SECOND)
    assert world.instants(API) == [NOON, NOON + 10 * SECOND]
    assert world.lateness == pytest.approx([0, 0])


async def test_a_recheck_due_after_the_run_that_goes_on_waits_for_its_instant(world: World) -> None:
    world.lasts[API] = 2 * SECOND
    world.begin({API: INTERVAL}, fresh=False)
    await world.passes(SECOND)
    world.scheduler.recheck(API, NOON + 5 * SECOND)
    await world.passes(8 * SECOND)
    assert world.instants(API) == [NOON, NOON + 5 * SECOND]


async def test_a_recheck_asked_for_by_the_run_itself_starts_when_it_ends(world: World) -> None:
    async def run(probe: str) -> None:
        await world.run(probe)
        if len(world.starts) < 3:
            scheduler.recheck(probe, world.starts[-1].at + 5 * SECOND)
            await world.passes(SECOND)

    scheduler = Scheduler(run, world.clock, late=world.lateness.append)
    world.lasts[API] = 10 * SECOND
    scheduler.start()
    scheduler.replace({API: HOUR}, {})
    await world.passes(MINUTE)
    assert [start.after for start in world.starts] == [0, 11 * SECOND, 22 * SECOND]


async def test_an_outage_is_rechecked_every_five_seconds_and_then_the_grid_goes_on(world: World) -> None:
    async def run(probe: str) -> None:
        await world.run(probe)
        if len(world.starts) < 3:
            scheduler.recheck(probe, world.starts[-1].at + 5 * SECOND)

    scheduler = Scheduler(run, world.clock, late=world.lateness.append)
    scheduler.start()
    scheduler.replace({API: INTERVAL}, {API: NOON})
    await world.passes(MINUTE)
    assert world.instants(API) == [DUE, DUE + 5 * SECOND, DUE + 10 * SECOND, DUE + INTERVAL]


async def test_the_last_word_on_a_recheck_counts(world: World) -> None:
    world.begin({API: INTERVAL})
    world.scheduler.recheck(API, NOON + 1 * SECOND)
    world.scheduler.recheck(API, NOON + 3 * SECOND)
    world.scheduler.recheck(API, NOON + 2 * SECOND)
    await world.passes(10 * SECOND)
    assert world.instants(API) == [NOON + 2 * SECOND]


async def test_a_recheck_takes_the_place_of_a_first_run_that_waits_for_its_turn(world: World) -> None:
    many = [f"component-{number}/probe" for number in range(400)]
    world.begin(dict.fromkeys([*many, API], HOUR), fresh=False)
    world.scheduler.recheck(API, NOON + SECOND)
    await world.passes(5 * SECOND)
    assert world.instants(API) == [NOON + SECOND]


async def test_a_reload_forgets_the_recheck_of_a_probe_it_takes_out(world: World) -> None:
    world.begin({API: INTERVAL})
    world.scheduler.recheck(API, NOON + 5 * SECOND)
    world.scheduler.replace({}, {})
    await world.passes(MINUTE)
    assert world.starts == []


async def test_a_reload_leaves_the_recheck_of_a_probe_that_stays(world: World) -> None:
    world.begin({API: HOUR})
    world.scheduler.recheck(API, NOON + 5 * SECOND)
    world.scheduler.replace({API: HOUR}, {})
    await world.passes(MINUTE)
    assert world.instants(API) == [NOON + 5 * SECOND]


async def test_a_probe_that_is_not_in_the_plan_is_not_rechecked(world: World) -> None:
    world.begin({})
    world.scheduler.recheck(API, NOON)
    await world.passes(MINUTE)
    assert world.starts == []


async def test_a_recheck_reckoned_before_the_clock_was_set_back_does_not_wait_for_hours(
    world: World,
) -> None:
    world.begin({API: INTERVAL})
    world.scheduler.recheck(API, NOON + 6 * HOUR)
    await world.passes(2 * MINUTE)
    assert world.instants(API)[0] == NOON + MINUTE
