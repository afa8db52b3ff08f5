"""Somebody sets the clock, or the machine sleeps, while all is well with every target."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.torture.calm import false_alarms
from tests.torture.gauges import read
from tests.torture.running import Running
from tests.torture.scorecard import Scale, Score
from tests.torture.shown import Shown
from tests.torture.soundness import some
from tests.torture.targets import NotingTarget
from tests.torture.timepieces import Timepieces, time_of_day
from tests.torture.world import DEFAULTS, World, meanwhile, world

HOUR = 3_600.0  # seconds, as all that follows
YEARS = 3_652 * 24 * HOUR  # ten of them
NIGHT = 8 * HOUR
STEPS = (HOUR, -HOUR, -HOUR, HOUR, YEARS, -YEARS)
PARTS = [f"part{nth}" for nth in range(20)]
INTERVAL, PART_INTERVAL = 5.0, 2.0
FOLLOWED_WITHIN = 75.0  # the daemon's clock follows the wall clock after a minute
WATCHED_FOR = 3  # intervals, after each of them
ALIKE = 2.0  # a header tells whole seconds
LONGEST_GAP, SHORTEST_GAP = 1.5, 0.5  # in intervals, between two starts of a probe
GROWS_AT_MOST = 16.0  # MB, whatever the clock says
SET, SLEPT = "the wall clock was set by", "nothing ran for"  # what the log says when it is noticed


@dataclass
class _Days:
    """The days on which something happens to the clock.

    Args:
        followed: we wait until the daemon's clock follows a step, which takes a minute.
        slept: the moments of the suspends.
        jumps: how often the daemon's clock followed a step.
    """

    daemon: Running
    clocks: Timepieces
    shown: Shown
    interval: float
    chance: random.Random
    followed: bool
    slept: list[float] = field(default_factory=list)
    jumps: int = 0
    seen: int = 0
    lost: list[str] = field(default_factory=list)

    async def set(self, seconds: float) -> None:
        """Set the clock, by some seconds more, so that the grid is hit anywhere."""
        noticed = self._times(SET)
        self.clocks.step(seconds + self.chance.uniform(0, self.interval))
        await self._happened()
        if self.followed:
            await self._noticed(SET, noticed)
            self.jumps += 1
        await self._goes_on()

    async def set_and_set_back(self, seconds: float) -> None:
        """Nobody is to follow a clock that is soon right again."""
        self.clocks.step(seconds)
        await self._happened()
        await self._goes_on()
        self.clocks.step(-seconds)
        await self._happened()
        await self._goes_on()

    async def sleep(self, seconds: float) -> None:
        noticed = self._times(SLEPT)
        self.clocks.suspend(seconds + self.chance.uniform(0, self.interval))
        self.slept.append(time.monotonic())
        await self._happened()
        await self._noticed(SLEPT, noticed)
        await self._goes_on()

    async def _happened(self) -> None:
        """Whether the daemon really has the clock that it was given."""
        apart = await time_of_day(f"{self.daemon.url}/livez") - time.time() - self.clocks.wall_ahead
        assert abs(apart) < ALIKE, f"the daemon's clock is {apart:+.1f} s from what it was set to"
        self.seen += 1

    async def _noticed(self, words: str, before: int) -> None:
        """Whether the log says so once more than before."""
        try:
            await self.shown.until(lambda: self._times(words) > before, FOLLOWED_WITHIN)
        except TimeoutError:
            self.lost.append(f"the log never said that {words} …; {self.daemon.last_words}")

    def _times(self, words: str) -> int:
        return sum(words in line for line in self.daemon.log)

    async def _goes_on(self) -> None:
        await asyncio.sleep(WATCHED_FOR * self.interval)
        if not self.shown.all_well():
            self.lost.append(f"afterwards not all was well: {self.shown.statuses}, {sorted(self.shown.degraded)}")


async def run(scale: Scale) -> Score:
    interval = PART_INTERVAL if scale.part else INTERVAL
    pace = {**DEFAULTS, "interval": f"{interval:g}s", "timeout": "1900ms", "slow_after": "1500ms"}
    async with world(defaults=pace) as around, NotingTarget() as target:
        around.settings["components"] = target.components(PARTS)
        around.write()
        clocks = Timepieces(around.directory)
        async with around.daemon(environ=clocks.environ) as daemon:
            await daemon.ready()
            days = _Days(daemon, clocks, Shown(daemon), interval, scale.chance("clocks"), not scale.part)
            async with meanwhile(days.shown.watch()):
                grown = await _live(days, target, scale)
            code = await daemon.terminated()
        lost = [*days.lost, *_untroubled(around, daemon, code)]
    probes = [_gaps(moments, days.slept, interval) for moments in target.asked.values()]
    if not scale.part:
        lost += [*_uneven(probes, days.jumps), *_grown(grown)]
    gaps = [gap for probe in probes for gap in probe]
    awake = [gap.lasts for gap in gaps if not gap.slept]
    figures = {
        "between two starts of a probe": f"{min(awake):.2f} to {max(awake):.2f} intervals, {len(gaps)} times",
        "growth of memory": f"{grown:+.1f} MB",
    }
    return Score(days.seen, lost, figures)


async def _live(days: _Days, target: NotingTarget, scale: Scale) -> float:
    """Through all days, once the start is over. Returns by how many MB the daemon grew."""
    await days.shown.until(days.shown.all_well)
    await asyncio.sleep(2 * days.interval)
    target.asked.clear()
    before = read(days.daemon.pid)
    for _ in range(scale.trials(1, 2)):
        for step in STEPS[: scale.trials(1, len(STEPS))]:
            await days.set(step)
        await days.set_and_set_back(HOUR)
        await days.sleep(NIGHT)
    return read(days.daemon.pid).resident - before.resident


def _untroubled(around: World, daemon: Running, code: int) -> list[str]:
    left = [] if code == 0 else [f"it left with {code}; {daemon.last_words}"]
    return [*left, *around.faults(), *false_alarms(around.data)]


@dataclass(frozen=True, slots=True)
class _Gap:
    """Between two starts of a probe, in intervals; if the machine `slept` meanwhile, since it woke."""

    lasts: float
    slept: bool


def _gaps(moments: Sequence[float], slept: Sequence[float], interval: float) -> list[_Gap]:
    """Of one probe, in their order."""
    gaps = []
    for before, after in pairwise(moments):
        woke = next((moment for moment in slept if before <= moment < after), None)
        gaps.append(_Gap((after - (woke or before)) / interval, slept=woke is not None))
    return gaps


def _uneven(probes: Sequence[Sequence[_Gap]], jumps: int) -> list[str]:
    """A sentence for each lack of watching, and each burst.

    When the clock jumps, a probe may be asked once out of its turn, as nobody knows then how long it was not watched.
    """
    far, often, thrice = [], [], []
    for gaps in probes:
        close = sum(gap.lasts < SHORTEST_GAP and not gap.slept for gap in gaps)
        far += [f"a probe was not asked for {gap.lasts:.2f} intervals" for gap in gaps if gap.lasts > LONGEST_GAP]
        often += [f"a probe was asked out of its turn {close} times, for {jumps} jumps"] if close > jumps else []
        thrice += [
            f"a probe was asked three times within {one.lasts + other.lasts:.2f} intervals"
            for one, other in pairwise(gaps)
            if one.lasts + other.lasts < SHORTEST_GAP and not (one.slept or other.slept)
        ]
    return [*some(far), *some(often), *some(thrice)]


def _grown(megabytes: float) -> list[str]:
    return [f"its memory grew by {megabytes:.1f} MB"] if megabytes > GROWS_AT_MOST else []
