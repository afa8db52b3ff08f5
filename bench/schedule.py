"""How punctual the scheduler is on one core, and what a firing costs, with runs that do nothing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from bench.rig.cores import MEASURED, on
from bench.rig.figures import Asked, Row, percentile, progress
from monitor.clock import DaemonClock
from monitor.core.model import SECOND, Duration
from monitor.scheduler import Scheduler

INTERVAL: Duration = 10 * SECOND
LASTS: Duration = 20 * SECOND
SLACK: Duration = SECOND // 2  # a start this late is still counted, a later one is dropped
SIZES = (1_000, 10_000)

ASKED = (Asked(column="late p99 ms", most=20), Asked(column="dropped", most=0))


def measure() -> Sequence[Row]:
    """A row for each number of probes; takes twenty seconds each."""
    with on(MEASURED):
        return [asyncio.run(schedule(size)) for size in SIZES]


async def schedule(size: int) -> Row:
    progress(f"{size:,} probes")
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
        "late p50 ms": percentile(lateness, 50) * SECOND,
        "late p99 ms": percentile(lateness, 99) * SECOND,
        "late max ms": lateness[-1] * SECOND,
        "CPU ms/firing": spent * SECOND / len(lateness),
    }
