"""A stretch in which the storage refuses all writes, under a daemon that runs and before one that starts."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from monitor.core.model import SECOND, Instant
from tests.torture.calm import false_alarms, written_between
from tests.torture.people import People
from tests.torture.running import LOOKS_AGAIN, Running
from tests.torture.scorecard import Scale, Score, spread
from tests.torture.world import World, meanwhile

RECOVERS_WITHIN = 2.0  # seconds: one after which a commit is tried again, and one until the next tick tells of it
STARTS_WITHIN = 4.0  # seconds: one after which it is tried again, and a start
WAITS = "the monitor waits for it"
RUNS = re.compile(r'^justkalm_probe_runs_total\{.*verdict="pass".*\} (\S+)$', re.MULTILINE)
WATCHED_AT_LEAST = 0.5  # of all the runs that should be in such a stretch

Refusing: TypeAlias = Callable[[], AbstractContextManager[None]]  # while it is entered, nothing can be written


@dataclass
class Refusals:
    """What came of them so far.

    Args:
        pace: runs a second of all probes together.
        held: results that came meanwhile.
    """

    around: World
    people: People
    scale: Scale
    chance: random.Random
    pace: float
    held: int = 0
    trials: int = 0
    recovered: list[float] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    async def under_load(self, refusing: Refusing, seconds: float) -> None:
        """A daemon watches on, and what it saw is in the file afterwards."""
        async with self.around.daemon() as daemon:
            await daemon.ready()
            async with meanwhile(self.around.witness.watch(daemon), self.people.work(daemon, self.chance)):
                with refusing():
                    await _answers(daemon, 503)
                    since, before = _now(), await _runs(daemon)
                    await asyncio.sleep(seconds)
                    until, seen = _now(), await _runs(daemon) - before
                    await _answers(daemon, 503)
                began = time.monotonic()
                await _answers(daemon, 200)
                self.recovered.append(time.monotonic() - began)
                code = await daemon.terminated()
        if code != 0:
            self.lost.append(f"it left with {code}; {daemon.last_words}")
        self._judge(seen, seconds, written_between(self.around.data, since, until))

    async def at_start(self, refusing: Refusing, seconds: float, data: Path | None = None) -> None:
        """A daemon that starts meanwhile says so, stays, and is ready once it can be."""
        async with AsyncExitStack() as stack:
            with refusing():
                daemon = await stack.enter_async_context(self.around.daemon(data=data))
                await daemon.logs(WAITS)
                await asyncio.sleep(seconds)
                assert daemon.alive, f"it left; {daemon.last_words}"
            began = time.monotonic()
            await daemon.ready()
            self.started.append(time.monotonic() - began)
            code = await daemon.terminated()
        self.trials += 1
        if code != 0:
            self.lost.append(f"it left with {code}; {daemon.last_words}")

    async def score(self) -> Score:
        """When all trials are over."""
        await self.around.drained()
        lost = [*self.lost, *self.around.faults(), *false_alarms(self.around.data)]
        lost += self.scale.judged("taking writes again", self.recovered, RECOVERS_WITHIN)
        lost += self.scale.judged("a start that had waited", self.started, STARTS_WITHIN)
        figures = {
            "held results": str(self.held),
            "took writes again": spread(self.recovered),
            "ready after a start that had waited": spread(self.started),
            "acknowledged": self.around.witness.noted,
        }
        return Score(self.trials, lost, figures)

    def _judge(self, seen: int, seconds: float, written: int) -> None:
        self.trials += 1
        self.held += seen
        due = 1 if self.scale.part else self.pace * seconds * WATCHED_AT_LEAST
        under_way = len(self.around.parts)  # what began before the stretch and ended in it
        if seen < due:
            self.lost.append(f"in {seconds:g} s only {seen} runs were made")
        if written < seen - under_way:
            self.lost.append(f"{seen} results were held, and {written} are in the file")


async def _answers(daemon: Running, status: int) -> None:
    """Until it says that it is ready, or that it is not."""
    async with asyncio.timeout(daemon.patience):
        while (await daemon.ask("GET", "/readyz"))[0] != status:
            await asyncio.sleep(LOOKS_AGAIN)


async def _runs(daemon: Running) -> int:
    """How many runs have passed so far."""
    return sum(int(float(count)) for count in RUNS.findall(await daemon.get("/metrics")))


def _now() -> Instant:
    return round(time.time() * SECOND)
