"""Stalls, suspends and steps of the wall clock: nobody is lost, nothing is made up for twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from monitor.core.model import HOUR, MINUTE, SECOND, Duration, Instant
from monitor.scheduler.grid import phase
from tests.builders import NOON
from tests.monitor.scheduler.virtual import World, points

API = "api/health"
MANY = [f"component-{number}/probe" for number in range(300)]
INTERVAL = 30 * SECOND
STEPS = [-24 * HOUR, -6 * HOUR, -2 * SECOND, 2 * SECOND, 6 * HOUR, 24 * HOUR]


def gaps(world: World, probe: str) -> list[Duration]:
    """Time that really passed from the loop's begin over all starts of a probe until now."""
    after = [start.after for start in world.starts if start.probe == probe]
    return [later - earlier for earlier, later in pairwise([0, *after, round(world.loop.time() * SECOND)])]


def off_grid(world: World, probe: str) -> list[Instant]:
    return [at for at in world.instants(probe) if at % INTERVAL != phase(probe, INTERVAL)]


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_of_the_wall_clock_that_does_not_stand_changes_nothing(world: World, step: Duration) -> None:
    world.begin({API: INTERVAL})
    await world.watched(MINUTE)
    world.wall_ahead = step
    await world.watched(50 * SECOND)
    world.wall_ahead = 0
    await world.watched(5 * MINUTE)
    assert world.instants(API) == points(API, INTERVAL, NOON, world.clock.now())


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_of_the_wall_clock_neither_stops_nor_floods_the_probes(world: World, step: Duration) -> None:
    world.begin(dict.fromkeys(MANY[:100], INTERVAL))
    await world.watched(MINUTE)
    world.wall_ahead = step
    stepped = world.clock.now() + 61 * SECOND + step
    await world.watched(10 * MINUTE)
    assert world.clock.now() == NOON + 11 * MINUTE + step
    for probe in MANY[:100]:
        assert max(gaps(world, probe)) < 2 * INTERVAL
        assert len(world.instants(probe)) <= 11 * MINUTE // INTERVAL + 1
        assert len(off_grid(world, probe)) <= 1
        on_grid_again = points(probe, INTERVAL, stepped + INTERVAL // 2, world.clock.now())
        assert set(on_grid_again) <= set(world.instants(probe))


@pytest.mark.parametrize("step", [-6 * HOUR - 27 * SECOND, -6 * HOUR - 15 * SECOND, 6 * HOUR + 27 * SECOND])
async def test_a_step_that_moves_the_grid_leaves_no_probe_unwatched_for_long(world: World, step: Duration) -> None:
    world.begin(dict.fromkeys(MANY, INTERVAL))
    await world.watched(MINUTE)
    world.wall_ahead = step
    await world.watched(3 * MINUTE)
    assert max(gap for probe in MANY for gap in gaps(world, probe)) <= INTERVAL * 3 // 2


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_of_the_wall_clock_leaves_a_recheck_where_it_was(world: World, step: Duration) -> None:
    world.begin({API: HOUR})
    world.wall_ahead = step
    await world.watched(59 * SECOND)
    world.scheduler.recheck(API, world.clock.now() + 5 * SECOND)
    await world.watched(10 * SECOND)
    assert world.starts[0].after == 64 * SECOND


async def test_after_a_suspend_every_probe_runs_once_in_its_turn_and_is_on_its_grid_again(
    world: World,
) -> None:
    world.begin(dict.fromkeys(MANY, INTERVAL))
    await world.watched(INTERVAL)
    world.asleep = 8 * HOUR
    woken = world.clock.now()
    await world.watched(2 * INTERVAL)
    for probe in MANY:
        instants = [at for at in world.instants(probe) if at > woken]
        grid = points(probe, INTERVAL, woken + INTERVAL // 2 + SECOND, woken + 2 * INTERVAL)
        assert instants[-len(grid) :] == grid
        assert len(instants) <= 3
        assert instants[0] < woken + 3 * SECOND
    assert max(world.lateness) < 0.01  # sleeping is not being late


async def test_who_was_asked_after_a_suspend_is_not_asked_again_at_once(world: World) -> None:
    world.begin(dict.fromkeys(MANY, INTERVAL))
    await world.watched(INTERVAL)
    world.asleep = 8 * HOUR
    woken = world.clock.now()
    await world.watched(3 * INTERVAL)
    for probe in MANY:
        made_up, following = [at for at in world.instants(probe) if at > woken][:2]
        assert INTERVAL // 2 - 2 * SECOND < following - made_up < INTERVAL * 3 // 2 + SECOND  # it waited for its turn


async def test_an_hourly_probe_does_not_wait_for_its_hour_after_a_suspend(world: World) -> None:
    world.begin({API: HOUR})
    await world.watched(10 * SECOND)
    world.asleep = 8 * HOUR
    await world.watched(2 * SECOND)
    assert [start.after for start in world.starts] == [11 * SECOND]


async def test_a_suspend_is_noticed_when_a_slot_fires_before_the_watch_looks(world: World) -> None:
    world.begin(dict.fromkeys(MANY, INTERVAL))
    await world.passes(INTERVAL)
    before = len(world.starts)
    world.asleep = 8 * HOUR
    await world.passes(3 * SECOND)
    assert len({start.probe for start in world.starts[before:]}) == len(MANY)
    assert max(world.lateness) < 0.01


async def test_the_watch_follows_the_clock_within_a_second(world: World) -> None:
    world.begin({API: HOUR})
    watch = asyncio.create_task(world.scheduler.watch())
    await world.passes(10 * SECOND)
    world.asleep = 8 * HOUR
    await world.passes(SECOND)
    watch.cancel()
    assert len(world.starts) == 1


async def test_following_a_clock_that_did_not_jump_changes_nothing(world: World) -> None:
    world.begin({API: INTERVAL})
    await world.passes(10 * SECOND)
    assert not world.scheduler.follow_clock()
    world.asleep = SECOND
    assert not world.scheduler.follow_clock()
    world.asleep = SECOND + 1
    assert world.scheduler.follow_clock()
    assert not world.scheduler.follow_clock()


@pytest.mark.parametrize("blocked", [3 * SECOND, 29 * SECOND, 95 * SECOND, 8 * HOUR])
async def test_after_a_blocked_loop_a_probe_runs_once_for_all_it_missed(world: World, blocked: Duration) -> None:
    world.begin(dict.fromkeys(MANY, INTERVAL))
    world.loop.call_later(60.5, world.loop.block, blocked / SECOND)
    await world.passes(61 * SECOND)
    freed = world.clock.now()
    await world.passes(INTERVAL)
    for probe in MANY:
        missed = points(probe, INTERVAL, freed - blocked, freed)
        soon = points(probe, INTERVAL, freed, freed + 2 * SECOND)
        made_up = off_grid(world, probe)
        assert len(made_up) <= bool(missed)
        assert made_up or soon or not missed
        assert all(at <= freed + 2 * SECOND for at in made_up)
        assert set(points(probe, INTERVAL, freed, freed + INTERVAL)) <= set(world.instants(probe))


async def test_what_a_blocked_loop_missed_does_not_start_all_at_once(world: World) -> None:
    world.begin(dict.fromkeys(MANY, INTERVAL))
    world.loop.call_later(60.5, world.loop.block, 95)
    await world.passes(3 * MINUTE)
    freed = [start for start in world.starts if start.after > MINUTE + SECOND]
    assert max(Counter(start.after // 100 for start in freed).values()) < 40


async def test_a_run_made_up_for_after_a_stall_says_how_late_it_is(world: World) -> None:
    world.begin({API: INTERVAL})
    [due] = points(API, INTERVAL, NOON, NOON + INTERVAL)
    world.loop.call_later((due - NOON) / SECOND - 5, world.loop.block, 12)
    await world.passes(INTERVAL + 10 * SECOND)
    assert world.instants(API)[0] == due + 7 * SECOND
    assert world.lateness[0] == pytest.approx(7)
