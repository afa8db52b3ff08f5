"""Two daemons on one directory, and one that follows another that was killed."""

from __future__ import annotations

import asyncio
import signal
import time

from tests.torture.running import LOOKS_AGAIN, Running
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.world import World, meanwhile, misbehave, world

HELD = 3  # exit code of who finds the directory taken
LEAVES_WITHIN = 5.0
READY_WITHIN = 3.0


async def run(scale: Scale) -> Score:
    chance = scale.chance("rivals")
    left: list[float] = []
    followed: list[float] = []
    lost: list[str] = []
    async with world() as around:
        await around.begun()
        async with meanwhile(misbehave(around.target, around.parts, chance)):
            trials = scale.trials(2, 60)
            for _ in range(trials):
                lost += await _trial(around, left, followed)
        await around.drained()
        lost += around.faults()
    lost += scale.judged("the second", left, LEAVES_WITHIN)
    lost += scale.judged("who followed a killed one", followed, READY_WITHIN)
    return Score(trials, lost, {"the second left": spread(left), "the follower was ready": spread(followed)})


async def _trial(around: World, left: list[float], followed: list[float]) -> list[str]:
    """A second daemon beside the first, then the first is killed and another one started in the same moment."""
    async with around.daemon() as first:
        await first.ready()
        async with meanwhile(around.witness.watch(first)):
            async with around.daemon() as second:
                code = await second.left()
                left.append(time.monotonic() - second.born)
            lost = [] if code == HELD else [f"the second left with {code} instead of {HELD}; {second.last_words}"]
            await _goes_on(around, first)
        first.signal(signal.SIGKILL)
        async with around.daemon() as follower:
            followed.append(await follower.ready())
            assert not first.alive, "the first outlived its kill"
            await around.witness.look(follower)
            await follower.killed()
    return lost


async def _goes_on(around: World, first: Running) -> None:
    """Whoever came second, the first still watches and writes down."""
    before = len(around.witness.checks)
    async with asyncio.timeout(first.patience):
        while len(around.witness.checks) == before:
            await asyncio.sleep(LOOKS_AGAIN)
