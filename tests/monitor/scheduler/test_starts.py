"""What runs at once: at the start, and when a reload brings a probe."""

from __future__ import annotations

import pytest

from monitor.core.model import DAY, HOUR, SECOND, Duration
from tests.builders import NOON
from tests.monitor.scheduler.virtual import World, points

API = "api/health"
CDN = "cdn/edge"
MANY = [f"component-{number}/probe" for number in range(1_000)]


@pytest.mark.parametrize(
    ("age", "at_once"),
    [(None, True), (HOUR + 1, True), (HOUR, False), (SECOND, False), (0, False), (-2 * HOUR, False)],
)
async def test_a_probe_runs_at_once_when_its_newest_result_is_older_than_its_interval(
    world: World, age: Duration | None, at_once: bool
) -> None:
    world.scheduler.start()
    world.scheduler.replace({API: HOUR}, {} if age is None else {API: NOON - age})
    await world.passes(SECOND)
    assert world.instants(API) == ([NOON] if at_once else [])


async def test_after_its_first_run_a_probe_is_on_its_grid(world: World) -> None:
    world.begin({API: 10 * SECOND}, fresh=False)
    await world.passes(30 * SECOND)
    assert world.instants(API) == [NOON, *points(API, 10 * SECOND, NOON, NOON + 30 * SECOND)]


async def test_a_reload_runs_what_it_adds_and_nothing_else(world: World) -> None:
    world.begin({API: HOUR}, fresh=False)
    await world.passes(SECOND)
    world.scheduler.replace({API: HOUR, CDN: HOUR}, {})
    await world.passes(SECOND)
    assert [(start.probe, start.after) for start in world.starts] == [(API, 0), (CDN, SECOND)]


async def test_first_runs_come_in_the_order_of_the_plan_at_two_hundred_a_second(world: World) -> None:
    world.begin(dict.fromkeys(MANY, DAY), fresh=False)
    await world.passes(10 * SECOND)
    assert [(start.probe, start.after) for start in world.starts] == [
        (probe, 5 * place) for place, probe in enumerate(MANY)
    ]


async def test_waiting_for_the_turn_is_not_lateness(world: World) -> None:
    world.begin(dict.fromkeys(MANY, HOUR), fresh=False)
    await world.passes(5 * SECOND)
    assert max(world.lateness) == pytest.approx(0, abs=0.001)


async def test_two_reloads_in_a_row_do_not_double_the_pace(world: World) -> None:
    world.begin(dict.fromkeys(MANY[:50], HOUR), fresh=False)
    world.scheduler.replace(dict.fromkeys(MANY[:100], HOUR), {})
    await world.passes(SECOND)
    assert [start.after for start in world.starts] == list(range(0, 500, 5))


async def test_a_reload_right_after_the_last_first_run_waits_for_its_turn(world: World) -> None:
    world.begin({API: HOUR}, fresh=False)
    await world.passes(1)
    world.scheduler.replace({API: HOUR, CDN: HOUR}, {})
    await world.passes(SECOND)
    assert [start.after for start in world.starts] == [0, 5]


async def test_a_probe_whose_point_comes_before_its_turn_runs_only_then(world: World) -> None:
    world.begin(dict.fromkeys(MANY, 10 * SECOND), fresh=False)
    await world.passes(5 * SECOND)
    grid = {probe: points(probe, 10 * SECOND, NOON, NOON + 5 * SECOND) for probe in MANY[-100:]}
    early = [probe for probe, instants in grid.items() if instants and instants[0] < NOON + 2 * SECOND]
    assert early
    assert all(world.instants(probe) == grid[probe] for probe in early)
    assert min(world.lateness) == 0


async def test_a_probe_taken_out_before_its_turn_does_not_run(world: World) -> None:
    world.begin(dict.fromkeys(MANY, HOUR), fresh=False)
    await world.passes(SECOND + 1)
    started = len(world.starts)
    world.scheduler.replace({}, {})
    await world.passes(10 * SECOND)
    assert len(world.starts) == started
