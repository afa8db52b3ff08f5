"""How punctual the scheduler is on one core, and what a firing costs, with runs that do nothing."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from monitor.clock import DaemonClock
from monitor.core.model import SECOND, Duration
from monitor.scheduler import Scheduler

INTERVAL: Duration = 10 * SECOND
LASTS: Duration = 30 * SECOND
SLACK: Duration = SECOND // 2  # a start this late is still counted, a later one is dropped
SIZES = (1_000, 10_000)


def measure() -> list[Mapping[str, float]]:
    """A row for each number of probes; takes half a minute each."""
    with one_core():
        return [asyncio.run(schedule(size)) for size in SIZES]


async def schedule(size: int) -> Mapping[str, float]:
    starts: Counter[str] = Counter()
    lateness: list[float] = []
    clock = DaemonClock()

    async def run(probe: str) -> None:
        starts[probe] += 1

    scheduler = Scheduler(run, clock, late=lateness.append)
    plan = {f"component-{number}/probe": INTERVAL for number in range(size)}
    scheduler.start()
    scheduler.replace(plan, dict.fromkeys(plan, clock.now()))
    spent = time.process_time()
    await asyncio.sleep((LASTS + SLACK) / SECOND)
    spent = time.process_time() - spent
    await scheduler.stop(limit=1)

    lateness.sort()
    return {
        "probes": size,
        "starts": len(lateness),
        "dropped": sum(max(0, LASTS // INTERVAL - starts[probe]) for probe in plan),
        "late p50 ms": lateness[len(lateness) // 2] * SECOND,
        "late p99 ms": lateness[len(lateness) * 99 // 100] * SECOND,
        "late max ms": lateness[-1] * SECOND,
        "CPU ms/firing": spent * SECOND / len(lateness),
    }


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one of its cores, where the platform lets us."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
