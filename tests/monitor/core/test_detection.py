"""How soon a real outage is confirmed at the defaults: scheduler and rules together, on a simulated clock."""

from __future__ import annotations

import asyncio

import pytest

from monitor.core.model import MINUTE, SECOND, Duration, EventKind, Instant, Reason, Status, Verdict
from monitor.scheduler import Scheduler
from tests.builders import NOON, component_setup, probe_setup, result
from tests.monitor.core.story import Story
from tests.monitor.scheduler.virtual import VirtualLoop, World, points

PROBE = "api/health"
DEFAULTS = probe_setup(PROBE)  # every 30 s, again after 5 s, three failures
TIMEOUT: Duration = 10 * SECOND
ANSWERS_IN: Duration = 100

# From the instant after a run on the grid to the next run, second by second.
LAST_RUN: Instant = points(PROBE, DEFAULTS.interval, NOON + MINUTE, NOON + 2 * MINUTE)[0]
BEGINNINGS = [LAST_RUN + 1 + second * SECOND for second in range(DEFAULTS.interval // SECOND)]


class Watch:
    """Watches one target, which is well until an instant; from then on its runs fail, and take so long."""

    def __init__(self, world: World, outage: Instant, takes: Duration, reason: Reason) -> None:
        self.story = Story(component_setup(probes=(DEFAULTS,)))
        self._world, self._outage, self._takes, self._reason = world, outage, takes, reason
        self._scheduler = Scheduler(self._run, world.clock, late=world.lateness.append)

    async def watch(self, duration: Duration) -> Story:
        self._scheduler.start()
        self._scheduler.replace({PROBE: DEFAULTS.interval}, {})
        await self._world.passes(duration)
        await self._scheduler.stop(limit=0)
        return self.story

    async def _run(self, probe: str) -> None:
        started = self._world.clock.now()
        well = started < self._outage
        verdict, reason = (Verdict.PASS, None) if well else (Verdict.FAIL, self._reason)
        took = ANSWERS_IN if well else self._takes
        await self._world.passes(took)
        self.story.observe(result(probe, verdict, started=started, took=took, reason=reason))
        if self.story.board.probes[probe].streak_since is not None:
            self._scheduler.recheck(probe, started + DEFAULTS.recheck_interval)


async def told(outage: Instant, takes: Duration, reason: Reason) -> Story:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return await Watch(World(loop), outage, takes, reason).watch(5 * MINUTE)


def confirmed_after(outage: Instant, takes: Duration, reason: Reason) -> Duration:
    """How long after the beginning of the outage its incident opened."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        story = runner.run(told(outage, takes, reason))
    assert story.status() is Status.MAJOR_OUTAGE
    (created,) = story.told(EventKind.INCIDENT_CREATED)
    return created.at - outage


@pytest.mark.parametrize(
    ("reason", "takes", "most"),
    [
        (Reason.CONNECT_REFUSED, 0, 40 * SECOND),
        (Reason.TIMEOUT_HEADERS, TIMEOUT, 60 * SECOND),
    ],
)
def test_an_outage_is_confirmed_in_time_whenever_it_begins(reason: Reason, takes: Duration, most: Duration) -> None:
    waits = [confirmed_after(outage, takes, reason) for outage in BEGINNINGS]
    assert max(waits) <= most
    assert max(waits) == waits[0]  # the grid has just gone by
    assert max(waits) - min(waits) == DEFAULTS.interval - SECOND


def test_a_target_that_is_well_is_never_confirmed_to_be_down() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        story = runner.run(told(NOON + 10 * MINUTE, TIMEOUT, Reason.CONNECT_TIMEOUT))
    assert story.status() is Status.OPERATIONAL
    assert story.incidents == {}
