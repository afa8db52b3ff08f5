"""Cuts of our own network at the defaults: scheduler, references, doubts and rules together, on virtual time."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from monitor.core.model import MINUTE, SECOND, EventKind, Instant, Reason, Verdict
from monitor.doubts import Doubts, Reference, References, Witness
from monitor.scheduler import Scheduler
from tests.builders import NOON, component_setup, probe_setup, result
from tests.monitor.core.story import Story
from tests.monitor.doubts.uplink import Cut, Uplink
from tests.monitor.scheduler.virtual import VirtualLoop, World

HOSTS = ("api", "auth", "batch", "cdn", "dashboard", "webhooks")
PROBES = {
    f"{host}/health": probe_setup(f"{host}/health") for host in HOSTS
}  # every 30 s, again after 5 s, 3 failures
TIMEOUT = 10 * SECOND
SLOW_AFTER = 1 * SECOND
REFERENCE_LIMIT = 2 * SECOND
OPENS_WITHIN = 45 * SECOND


class Watch:
    """Six hosts and one reference behind one uplink, watched as the daemon does."""

    def __init__(self, world: World, uplink: Uplink) -> None:
        self.story = Story(*(component_setup(host) for host in HOSTS))
        self.degraded: list[Instant] = []  # when it began
        self._is_degraded = False
        self._world, self._uplink = world, uplink
        self._references = References(self._answers, world.clock.now)
        self._references.use([Reference("gateway", 443)])
        self._doubts = Doubts(self.story.board, self._references, lambda: None, world.clock.now)
        self._doubts.use(dict.fromkeys(PROBES, Witness.ANY_ANSWER))
        self._scheduler = Scheduler(self._run, world.clock, late=world.lateness.append)

    async def until(self, end: Instant) -> None:
        asking = asyncio.create_task(self._references.run())
        self._scheduler.start()
        self._scheduler.replace({probe: setup.interval for probe, setup in PROBES.items()}, {})
        while self._world.clock.now() < end:
            await self._world.passes(SECOND)
            self._note()
        await self._scheduler.stop(limit=0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await self._references.close()

    async def _answers(self, reference: Reference) -> bool:
        answered, takes = self._uplink.takes(reference.host, self._world.clock.now(), REFERENCE_LIMIT)
        await self._world.passes(takes)
        return answered

    async def _run(self, probe: str) -> None:
        started = self._world.clock.now()
        answered, takes = self._uplink.takes(probe.partition("/")[0], started, TIMEOUT)
        await self._world.passes(takes)
        silence = Reason.CONNECT_TIMEOUT if takes == TIMEOUT else Reason.UNREACHABLE
        verdict = Verdict.FAIL if not answered else Verdict.SLOW if takes > SLOW_AFTER else Verdict.PASS
        reason = silence if verdict is Verdict.FAIL else None
        seen = await self._doubts.judge(result(probe, verdict, started=started, took=takes, reason=reason))
        self.story.observe(seen)
        self._note()
        if seen.reason is Reason.OWN_NETWORK or self.story.board.probes[probe].streak_since is not None:
            self._scheduler.recheck(probe, started + PROBES[probe].recheck_interval)

    def _note(self) -> None:
        latest = self.story.board.latest.values()
        degraded = self._references.unsettled or any(seen.reason is Reason.OWN_NETWORK for seen in latest)
        if degraded and not self._is_degraded:
            self.degraded.append(self._world.clock.now())
        self._is_degraded = degraded


async def _watched(uplink: Uplink, end: Instant) -> Watch:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    watch = Watch(World(loop), uplink)
    await watch.until(end)
    return watch


def watched(uplink: Uplink, end: Instant) -> Watch:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_watched(uplink, end))


def cuts(seed: int, *, refused: bool) -> list[Cut]:
    """Twenty, of a second to 70, each some time after the one before."""
    random, at, found = Random(seed), NOON + 2 * MINUTE, []
    for _ in range(20):
        begins = at + random.randrange(1, MINUTE)
        at = begins + random.randrange(1 * SECOND, 70 * SECOND)
        found.append(Cut(begins, at, refused))
        at += 30 * SECOND
    return found


@pytest.mark.parametrize("refused", [False, True], ids=["packets are lost", "there is no way"])
@pytest.mark.parametrize("seed", range(3))
def test_cuts_of_our_own_network_open_nothing(seed: int, refused: bool) -> None:
    uplink = Uplink(cuts(seed, refused=refused))
    watch = watched(uplink, uplink.cuts[-1].ends + 3 * MINUTE)
    assert watch.story.incidents == {}
    assert watch.story.told() == []
    for cut, following in zip(uplink.cuts, [*(cut.begins for cut in uplink.cuts[1:]), 2**62], strict=True):
        assert len([at for at in watch.degraded if cut.begins <= at < following]) <= 1
    assert len(watch.degraded) >= 15  # the others were over before they could be seen


@pytest.mark.parametrize("seed", range(20))
def test_an_outage_that_begins_in_a_cut_opens_soon_after_it(seed: int) -> None:
    random = Random(seed)
    begins = NOON + 2 * MINUTE + random.randrange(MINUTE)
    cut = Cut(begins, begins + random.randrange(20 * SECOND, 90 * SECOND))
    uplink = Uplink([cut], {"cdn": random.randrange(cut.begins, cut.ends)})
    story = watched(uplink, cut.ends + 2 * MINUTE).story
    (created,) = story.told(EventKind.INCIDENT_CREATED)
    assert [incident.components for incident in story.incidents.values()] == [("cdn",)]
    assert cut.ends < created.at <= cut.ends + OPENS_WITHIN
