"""The end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import pytest

from monitor.core.model import HOUR, MINUTE, SECOND
from monitor.scheduler import Scheduler
from monitor.scheduler.runs import CANCEL_LIMIT
from tests.builders import NOON
from tests.monitor.scheduler.virtual import World

API = "api/health"
CDN = "cdn/edge"


async def test_stopping_waits_for_the_runs_that_go_on(world: World) -> None:
    world.lasts = {API: 4 * SECOND, CDN: 2 * SECOND}
    world.begin({API: HOUR, CDN: HOUR}, fresh=False)
    await world.passes(SECOND)
    await world.scheduler.stop(10)
    assert world.ended == [CDN, API]
    assert world.clock.now() == NOON + 4 * SECOND


async def test_a_run_that_goes_on_over_the_limit_is_cancelled(world: World) -> None:
    world.lasts = {API: HOUR, CDN: 2 * SECOND}
    world.begin({API: HOUR, CDN: HOUR}, fresh=False)
    await world.passes(SECOND)
    await world.scheduler.stop(3)
    assert world.ended == [CDN]
    assert world.going == []
    assert world.clock.now() == NOON + 4 * SECOND


@pytest.mark.parametrize(
    ("going", "said"),
    [
        ([], []),
        ([API], ["1 run did not end within 3 s and was given up"]),
        ([API, CDN], ["2 runs did not end within 3 s and were given up"]),
    ],
)
async def test_one_sentence_says_how_many_runs_were_given_up(
    world: World, caplog: pytest.LogCaptureFixture, going: list[str], said: list[str]
) -> None:
    world.lasts = dict.fromkeys(going, HOUR)
    world.begin({API: HOUR, CDN: HOUR}, fresh=False)
    await world.passes(SECOND)
    with caplog.at_level(logging.INFO, logger="monitor.scheduler"):
        await world.scheduler.stop(3)
    assert [record.getMessage() for record in caplog.records] == said


async def test_a_run_that_cannot_be_cancelled_does_not_hold_up_the_end(world: World) -> None:
    async def stubborn(_probe: str) -> None:
        while world.loop.time() < 100:
            with suppress(asyncio.CancelledError):
                await world.passes(MINUTE)

    scheduler = Scheduler(stubborn, world.clock, late=world.lateness.append)
    scheduler.start()
    scheduler.replace({API: HOUR}, {})
    await world.passes(SECOND)
    await scheduler.stop(2)
    assert world.clock.now() == NOON + 3 * SECOND + round(CANCEL_LIMIT * SECOND)
    await world.passes(3 * MINUTE)


async def test_nothing_starts_after_the_stop(world: World) -> None:
    world.lasts[API] = 5 * SECOND
    world.begin({API: 10 * SECOND, CDN: SECOND}, fresh=False)
    await world.passes(2 * SECOND)
    world.scheduler.recheck(API, NOON + 3 * SECOND)
    started = len(world.starts)
    await world.scheduler.stop(10)
    world.scheduler.recheck(CDN, NOON)
    world.scheduler.replace({API: SECOND}, {})
    await world.passes(MINUTE)
    assert len(world.starts) == started


async def test_stopping_with_nothing_going_on_takes_no_time(world: World) -> None:
    world.begin({API: HOUR})
    await world.passes(SECOND)
    await world.scheduler.stop(10)
    assert world.clock.now() == NOON + SECOND


async def test_when_the_stop_returns_apscheduler_has_ended(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.begin({API: HOUR})
    with caplog.at_level(logging.INFO, logger="apscheduler"):
        await world.scheduler.stop(10)
    assert "Scheduler has been shut down" in caplog.text
