"""The daemon is stopped for seconds, and shares its core with others who never rest."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.torture.calm import false_alarms
from tests.torture.running import Running
from tests.torture.scorecard import Scale, Score, Unavailable
from tests.torture.shown import Shown
from tests.torture.targets import NotingTarget
from tests.torture.verdicts import blamed, marked_as_stalled, unmarked_latencies
from tests.torture.world import DEFAULTS, meanwhile, world

ANSWERS_AFTER = 0.02  # seconds, as all that follows
STOPPED_FOR = 2.5  # longer than the timeout
GOES_ON_FOR = 0.5, 3.0
HOGGED_FOR, PART_HOGGED_FOR = 120, 6
HOGS = 3  # on the daemon's core
HOG = (sys.executable, "-c", "while True: pass")
LESS_IMPORTANT = ("nice", "-n", "5")  # than they are
WAITED_AT_LEAST = 0.02  # of the time, for its core
OFF_BY_AT_MOST = 0.01  # 99 of 100 latencies that bear no mark, beside what the target says of itself
PACE = {**DEFAULTS, "interval": "2s", "timeout": "1900ms", "slow_after": "1s"}
PARTS = [f"part{nth}" for nth in range(20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hogged:
    """From when to when, as instants; what part of that time the daemon waited for its core; what the target took."""

    since: int
    until: int
    waited: float
    took: Sequence[float]

    @property
    def happened(self) -> list[str]:
        enough = self.waited > WAITED_AT_LEAST
        return [] if enough else [f"it waited only {self.waited:.1%} of the time for its core"]


async def run(scale: Scale) -> Score:
    ours, theirs = _cores()
    pinned = ("taskset", "--cpu-list", str(theirs))
    with _undisturbed(ours):
        async with world(defaults=PACE) as around, NotingTarget(after=ANSWERS_AFTER) as target:
            around.settings["components"] = target.components(PARTS)
            around.write()
            async with around.daemon(wrapper=(*pinned, *LESS_IMPORTANT)) as daemon:
                await daemon.ready()
                stops, hogged = await _lives(daemon, target, scale, pinned)
                code = await daemon.terminated()
            lost = [] if code == 0 else [f"it left with {code}; {daemon.last_words}"]
            lost += [*around.faults(), *false_alarms(around.data), *blamed(around.data), *hogged.happened]
            marked = marked_as_stalled(around.data)
            latencies = unmarked_latencies(around.data, hogged.since, hogged.until)
    lost += [] if stops else ["it was never stopped in the midst of a run"]
    off = _most_of(latencies) - _most_of(hogged.took)
    lost += scale.judged("99 of 100 latencies, less what the target itself took,", [off], OFF_BY_AT_MOST)
    figures = {
        "runs marked, others were repeated": f"{marked}",
        "waited for its core": f"{hogged.waited:.0%} of {(hogged.until - hogged.since) / 1_000:.0f} s",
        "latency beside the hogs": _told(latencies),
        "the target's own": _told(hogged.took),
    }
    return Score(stops + 1, lost, figures)


async def _lives(daemon: Running, target: NotingTarget, scale: Scale, pinned: Sequence[str]) -> tuple[int, _Hogged]:
    """First it is stopped now and then, and then it has company on its core."""
    shown = Shown(daemon)
    async with meanwhile(shown.watch()):
        await shown.until(shown.all_well)
        stops = await _stopped(daemon, target, scale.chance("stalled"), scale.trials(2, 40))
        async with _hogs(pinned):
            hogged = await _watched(daemon, target, scale.trials(PART_HOGGED_FOR, HOGGED_FOR))
        await shown.until(shown.all_well)
    return stops, hogged


async def _stopped(daemon: Running, target: NotingTarget, chance: random.Random, trials: int) -> int:
    """Stop it again and again, while a run is under way. How often it was seen to stand still in the midst of one."""
    stood = 0
    pid = daemon.pid  # to find it takes as long as a run
    for _ in range(trials):
        await asyncio.sleep(chance.uniform(*GOES_ON_FOR))
        asked = target.times_asked
        while target.times_asked == asked:
            await asyncio.sleep(ANSWERS_AFTER / 10)
        os.kill(pid, signal.SIGSTOP)
        under_way = target.times_asked > len(target.took)
        await asyncio.sleep(STOPPED_FOR)
        stood += under_way and _stands(pid)
        os.kill(pid, signal.SIGCONT)
    return stood


async def _watched(daemon: Running, target: NotingTarget, lasts: float) -> _Hogged:
    target.took.clear()
    since, before = time.time(), _waited(daemon.pid)
    await asyncio.sleep(lasts)
    until, after = time.time(), _waited(daemon.pid)
    waited = (after - before) / (until - since)
    return _Hogged(since=round(since * 1_000), until=round(until * 1_000), waited=waited, took=tuple(target.took))


@asynccontextmanager
async def _hogs(pinned: Sequence[str]) -> AsyncIterator[None]:
    """They take all of the core that they are given."""
    hogs = [await asyncio.create_subprocess_exec(*pinned, *HOG) for _ in range(HOGS)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            await hog.wait()


@contextmanager
def _undisturbed(core: int) -> Iterator[None]:
    """We stay on one core meanwhile, and where we may, nobody goes before us there: so the target is on time."""
    cores, policy = os.sched_getaffinity(0), os.sched_getscheduler(0)
    os.sched_setaffinity(0, {core})
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, os.sched_param(0))
        os.sched_setaffinity(0, cores)


def _cores() -> tuple[int, int]:
    """One for us and our target, another for the daemon and the hogs."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise Unavailable("it takes two cores: one for the target, one for the daemon and those who hog it")
    return cores[0], cores[1]


def _stands(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def _waited(pid: int) -> float:
    """Seconds for which its main thread could have run and did not."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1_000_000_000


def _most_of(seconds: Sequence[float]) -> float:
    """What 99 of 100 do not exceed."""
    return quantiles(seconds, n=100)[-1]


def _told(seconds: Sequence[float]) -> str:
    of = [1_000 * each for each in seconds]
    return f"p50 {median(of):.1f} ms, p99 {_most_of(of):.1f} ms, max {max(of):.1f} ms"
