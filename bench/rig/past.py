"""A past to read: results as a network gives them, decided and written down as the daemon does."""

from __future__ import annotations

import asyncio
import atexit
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bench.rig.figures import progress
from bench.rig.keeping import kept_up
from bench.rig.naming import names
from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import (
    DAY,
    SECOND,
    ComponentSetup,
    Configured,
    Duration,
    Instant,
    Observation,
    Phases,
    ProbeSetup,
    Reason,
    Result,
    Setup,
    Started,
    Verdict,
)
from monitor.core.ports import Decided
from monitor.scheduler.grid import phase
from storage import Store

BATCH = 5_000
OUTAGE_EVERY, OUTAGE_LASTS = DAY, 300 * SECOND  # of each probe
TYPICAL = (800, 12_000, 25_000, 80_000, 3_000)  # µs in each phase
SPREAD = (0.2, 0.05, 0.05, 0.1, 0.2)  # sigma of their logarithms
SOONEST, LATEST = 0, 3  # ms that a run starts after its point of the grid
EXPIRES = 1_800_000_000_000  # when the certificate does


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Of probes that ran so long at this interval, up to now."""

    probes: int
    lasts: Duration
    interval: Duration = 30 * SECOND

    @property
    def results(self) -> int:
        return self.probes * (self.lasts // self.interval)

    @property
    def setup(self) -> Setup:
        components: dict[str, list[ProbeSetup]] = {}
        for probe in names(self.probes):
            components.setdefault(probe.split("/")[0], []).append(self._probe(probe))
        return Setup(
            components=tuple(
                ComponentSetup(id=name, name=name.upper(), probes=tuple(probes))
                for name, probes in components.items()
            )
        )

    def _probe(self, name: str) -> ProbeSetup:
        return ProbeSetup(
            id=name,
            interval=self.interval,
            failure_threshold=3,
            success_threshold=2,
            recheck_interval=5 * SECOND,
            fingerprint="f",
        )


@cache
def month() -> Path:
    """The data of a daemon that watched six probes for a month, once for all who ask; not to be written to."""
    directory = TemporaryDirectory(prefix="bench-")
    atexit.register(directory.cleanup)
    progress("a month of six probes is written down")
    asyncio.run(written(Path(directory.name), Past(probes=6, lasts=30 * DAY)))
    return Path(directory.name)


async def written(data: Path, past: Past) -> Instant:
    """Write it down, and keep it meanwhile as the daemon does. Returns when it ends."""
    store = await Store.open(data)
    until = await fill(store, past, kept=True)
    await store.close()
    return until


async def fill(store: Store, past: Past, *, kept: bool) -> Instant:
    """Decide all that happened and commit it; the database is kept meanwhile, or left. Returns when it ends."""
    until = int(time.time() * SECOND)
    board, waiting, begin = Board(), list[Decided](), until - past.lasts
    decide(board, Started(begin, None), waiting)
    decide(board, Configured(begin, past.setup), waiting)
    for result in results(past, begin):
        decide(board, result, waiting)
        if len(waiting) >= BATCH:
            await _commit(store, waiting, board.at, kept=kept)
    await _commit(store, waiting, board.at, kept=kept)
    return until


async def _commit(store: Store, waiting: list[Decided], at: Instant, *, kept: bool) -> None:
    await store.commit(waiting, at)
    waiting.clear()
    if kept:
        await kept_up(store, at)


def decide(board: Board, observation: Observation, waiting: list[Decided]) -> None:
    step = advance(board, observation)
    board.apply(observation, step)
    waiting.append((observation, step))


def results(past: Past, begin: Instant) -> Iterator[Result]:
    """In the order in which they started."""
    random, interval = Random(1), past.interval
    first = sorted((begin + (phase(name, interval) - begin) % interval, name) for name in names(past.probes))
    for turn in range(past.lasts // interval):
        for number, (point, probe) in enumerate(first):
            yield _result(probe, point + turn * interval, random, outage=number * DAY // past.probes)


def _result(probe: str, point: Instant, random: Random, outage: Duration) -> Result:
    """That of a point of the grid; the outage begins so many ms after midnight."""
    failed = (point - outage) % OUTAGE_EVERY < OUTAGE_LASTS
    phases = Phases(*(noisy(random, *each) for each in zip(TYPICAL, SPREAD, strict=True)))
    started = point + random.randint(SOONEST, LATEST)
    return Result(
        probe=probe,
        started=started,
        at=started + phases.latency // 1_000 + random.randint(SOONEST, LATEST),
        verdict=Verdict.FAIL if failed else Verdict.PASS,
        reason=Reason.HTTP_STATUS if failed else None,
        phases=phases,
        http_status=503 if failed else 200,
        certificate_expires=EXPIRES,
        detail="HTTP 503 instead of 2xx" if failed else "",
    )


def noisy(random: Random, typical: int, spread: float) -> int:
    """µs around what is typical, as a logarithm that is spread normally."""
    return round(typical * exp(random.gauss(0, spread)))
