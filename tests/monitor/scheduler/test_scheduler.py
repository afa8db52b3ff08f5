"""The grid: who runs when, and what a reload does to it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from itertools import pairwise

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from monitor.scheduler import Scheduler
from monitor.scheduler.grid import phase
from tests.builders import NOON
from tests.monitor.scheduler.virtual import VirtualLoop, World, points

API = "api/health"
CDN = "cdn/edge"


@pytest.mark.parametrize("interval", [100, 500, 999, 1_000, 1_050, 1_500, 10_000, MINUTE])
async def test_a_probe_runs_at_every_point_of_its_grid_to_the_millisecond(world: World, interval: Duration) -> None:
    world.begin({API: interval})
    await world.passes(3 * MINUTE)
    assert world.instants(API) == points(API, interval, NOON, NOON + 3 * MINUTE)


async def test_a_thousand_probes_all_run_once_in_each_interval(world: World) -> None:
    probes = [f"component-{number}/probe" for number in range(1_000)]
    world.begin(dict.fromkeys(probes, 30 * SECOND))
    await world.passes(2 * MINUTE)
    assert Counter(start.probe for start in world.starts) == dict.fromkeys(probes, 4)
    assert max(world.lateness) == 0


async def test_an_hourly_probe_runs_hourly_for_a_day(world: World) -> None:
    world.begin({API: HOUR})
    await world.passes(24 * HOUR)
    instants = world.instants(API)
    assert len(instants) == 24
    assert {later - earlier for earlier, later in pairwise(instants)} == {HOUR}


@pytest.mark.parametrize("noon", [12 * HOUR, NOON + 36_500 * DAY])
async def test_the_date_of_the_machine_does_not_matter(noon: Instant) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    world = World(loop, noon)
    world.begin({API: 10 * SECOND})
    await world.passes(MINUTE)
    assert world.instants(API) == points(API, 10 * SECOND, noon, noon + MINUTE)


async def test_a_timer_that_is_a_hair_early_does_not_run_its_probe_twice(world: World) -> None:
    class Hesitant:
        """Is a millisecond behind at each grid point."""

        def now(self) -> Instant:
            now = world.clock.now()
            return now - (now % 500 == phase(API, 500))

    scheduler = Scheduler(world.run, Hesitant(), late=world.lateness.append)
    scheduler.start()
    scheduler.replace({API: 500}, {API: NOON})
    await world.passes(MINUTE)
    assert len(world.starts) == 120


async def test_a_point_met_while_a_run_goes_on_is_skipped(world: World) -> None:
    world.lasts[API] = 25 * SECOND
    world.begin({API: 10 * SECOND})
    await world.passes(MINUTE)
    assert world.instants(API) == points(API, 10 * SECOND, NOON, NOON + MINUTE)[::3]


async def test_the_lateness_of_a_start_is_told_in_seconds(world: World) -> None:
    world.begin({API: 10 * SECOND})
    [due, *_] = points(API, 10 * SECOND, NOON, NOON + 10 * SECOND)
    world.loop.call_later((due - NOON) / SECOND - 0.1, world.loop.block, 0.5)
    await world.passes(10 * SECOND)
    assert world.instants(API) == [due + 400]
    assert world.lateness == pytest.approx([0.4])


async def test_a_run_that_raises_is_logged_with_its_probe_and_the_grid_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(probe: str) -> None:
        await world.run(probe)
        if probe == API:
            raise ValueError("no such luck")

    scheduler = Scheduler(run, world.clock, late=world.lateness.append)
    scheduler.start()
    scheduler.replace({API: 10 * SECOND, CDN: 10 * SECOND}, {API: NOON, CDN: NOON})
    with caplog.at_level(logging.ERROR, logger="monitor.scheduler"):
        await world.passes(30 * SECOND)
    assert [(record.name, API in record.getMessage()) for record in caplog.records] == [
        ("monitor.scheduler", True)
    ] * 3
    assert "no such luck" in caplog.text
    assert len(world.instants(CDN)) == 3


async def test_a_probe_taken_out_gets_no_further_run_but_ends_the_one_that_goes_on(world: World) -> None:
    world.lasts[API] = 5 * SECOND
    world.begin({API: 10 * SECOND, CDN: 10 * SECOND})
    [due, *_] = points(API, 10 * SECOND, NOON, NOON + 10 * SECOND)
    await world.passes(due - NOON + SECOND)
    world.scheduler.replace({CDN: 10 * SECOND}, {})
    await world.passes(MINUTE)
    assert world.instants(API) == [due]
    assert API in world.ended


async def test_a_probe_taken_out_just_before_its_point_does_not_run(world: World) -> None:
    world.begin({API: 10 * SECOND})
    [due, *_] = points(API, 10 * SECOND, NOON, NOON + 10 * SECOND)
    await world.passes(due - NOON - 1)
    world.scheduler.replace({}, {})
    await world.passes(MINUTE)
    assert world.starts == []


async def test_a_probe_that_stays_keeps_its_grid_and_its_run(world: World) -> None:
    world.lasts[API] = 5 * SECOND
    world.begin({API: 10 * SECOND})
    for _ in range(60):
        await world.passes(SECOND)
        world.scheduler.replace({API: 10 * SECOND, CDN: 10 * SECOND}, {})
    assert world.instants(API) == points(API, 10 * SECOND, NOON, NOON + MINUTE)


async def test_a_probe_taken_out_and_put_back_while_its_run_goes_on_does_not_run_twice_at_once(
    world: World,
) -> None:
    world.lasts[API] = 15 * SECOND
    world.begin({API: 10 * SECOND}, fresh=False)
    await world.passes(SECOND)
    world.scheduler.replace({}, {})
    world.scheduler.replace({API: 10 * SECOND}, {})
    await world.passes(5 * SECOND)
    assert len(world.starts) == 1


async def test_a_changed_interval_moves_the_probe_to_its_new_grid(world: World) -> None:
    world.begin({API: HOUR})
    await world.passes(SECOND)
    world.scheduler.replace({API: 10 * SECOND}, {API: NOON})
    await world.passes(MINUTE)
    assert world.instants(API) == points(API, 10 * SECOND, NOON + SECOND, NOON + SECOND + MINUTE)


@pytest.mark.parametrize("ahead", [1, 50, 500, 1_050, 1_150])
async def test_a_probe_that_comes_just_before_its_point_does_not_miss_it(world: World, ahead: Duration) -> None:
    world.begin({})
    [due, *_] = points(API, 10 * SECOND, NOON + 2 * SECOND, NOON + 12 * SECOND)
    await world.passes(due - NOON - ahead)
    world.scheduler.replace({API: 10 * SECOND}, {API: world.clock.now()})
    await world.passes(5 * SECOND)
    assert world.instants(API) == [due]
