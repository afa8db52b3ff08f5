"""kill -9 at random moments, while incidents come and go, people work and webhooks are sent."""

from __future__ import annotations

import asyncio
import random
import signal
from statistics import median

from storage.opening import DATABASE
from tests.torture.people import People
from tests.torture.running import LOOKS_AGAIN, Running
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.world import World, meanwhile, misbehave, world

LONGEST_LIFE = 1.0  # seconds under load: some twenty commits
KILLED_AT_START = 0.1  # of all, at a moment of their start
LOADED = 2  # looks of the witness that find something, before a kill counts as one under load
READY_WITHIN = 3.0


async def run(scale: Scale) -> Score:
    chance = scale.chance("killed")
    starts: list[float] = []
    hits = {"under load": 0, "in its start": 0, "with a log not folded in": 0}
    async with world() as around:
        people = await around.begun()
        async with meanwhile(misbehave(around.target, around.parts, chance)):
            for _ in range(scale.trials(5, 1_000)):
                await _life(around, people, chance, starts, hits)
        await around.drained()
        lost = [*around.faults(), *around.witness.unseen(), *scale.judged("the next start", starts, READY_WITHIN)]
    heard = f"{len(around.receiver.got)} of {len(set(around.receiver.ids))} events"
    figures = {
        "ready again": spread(starts),
        **{f"killed {how}": str(count) for how, count in hits.items()},
        "acknowledged": around.witness.noted,
        "webhooks": heard,
    }
    return Score(hits["under load"] + hits["in its start"], lost, figures)


async def _life(
    around: World, people: People, chance: random.Random, starts: list[float], hits: dict[str, int]
) -> None:
    """One daemon from birth to kill."""
    async with around.daemon() as daemon:
        if starts and chance.random() < KILLED_AT_START:
            await asyncio.sleep(chance.uniform(0, median(starts)))
            how = "in its start"
        else:
            starts.append(await daemon.ready())
            await _under_load(around, people, daemon, chance)
            how = "under load"
        code = await daemon.killed()
    assert code == -signal.SIGKILL, f"it ended by itself with {code}; {daemon.last_words}"
    hits[how] += 1
    log = around.data / f"{DATABASE}-wal"
    hits["with a log not folded in"] += log.exists() and log.stat().st_size > 0


async def _under_load(around: World, people: People, daemon: Running, chance: random.Random) -> None:
    """Until a random moment of its life, in which commits are shown to go on, and then dead."""
    before = len(around.witness.checks)
    async with meanwhile(around.witness.watch(daemon), people.work(daemon, chance)):
        async with asyncio.timeout(daemon.patience):
            while len(around.witness.checks) < before + LOADED:
                await asyncio.sleep(LOOKS_AGAIN)
        await asyncio.sleep(chance.uniform(0, LONGEST_LIFE))
        daemon.signal(signal.SIGKILL)
