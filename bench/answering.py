"""What an answer costs with few and with many probes: CPU, and the longest time for which the loop is held by it."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.rig.costs import cpu_nanoseconds
from bench.rig.daemons import Daemon, config_of, daemon, settles
from bench.rig.figures import Row, progress
from bench.rig.past import month
from bench.rig.requests import Connection, ask, connect
from bench.rig.target import target

SIZES = (6, 100, 1_000)  # probes; behind the six is a month
INTERVAL = 3_600  # seconds: probes ask once, and then leave the daemon alone
PATHS = (
    "/api/v1/status",
    "/api/v1/components",
    "/api/v1/components/c0",
    "/api/v1/components/c0/latency",
    "/metrics",
)
REPEATED = 100  # times
ROUNDS = 2
RENDERED_ANEW = 10.5  # seconds after which a document is too old


class Cost(NamedTuple):
    """In ms: CPU of all threads, and the longest wait of somebody else who asks for next to nothing meanwhile."""

    spent: float
    held: float


def measure() -> Sequence[Row]:
    """A row for each path and size; takes a minute and a half, if the month is written down."""
    return [row for probes in SIZES for row in _rows(probes)]


def _rows(probes: int) -> Sequence[Row]:
    progress(f"{probes:,} probes")
    with TemporaryDirectory() as directory, target() as asked:
        if probes == min(SIZES):
            shutil.copytree(month(), Path(directory) / "data")
        with daemon(config_of(probes, INTERVAL, asked), Path(directory)) as running:
            time.sleep(settles(probes, INTERVAL))
            return asyncio.run(_asked(probes, running))


async def _asked(probes: int, running: Daemon) -> Sequence[Row]:
    reader, other = await connect(running.url), await connect(running.url)
    served = [path for path in PATHS if await ask(reader, path) == 200]
    idle = median([await _waited(other) for _ in range(REPEATED)])
    anew: dict[str, list[Cost]] = {path: [] for path in served}
    for _ in range(ROUNDS):
        await asyncio.sleep(RENDERED_ANEW)
        for path in served:
            anew[path].append(await _cost(running.pid, path, reader, other, idle))
    return [await _row(probes, path, anew[path], running.pid, reader) for path in served]


async def _row(probes: int, path: str, anew: Sequence[Cost], pid: int, reader: Connection) -> Row:
    spent = cpu_nanoseconds(pid)
    for _ in range(REPEATED):
        await ask(reader, path)
    spent = cpu_nanoseconds(pid) - spent
    return {
        "probes": probes,
        "path": path,
        "CPU ms": spent / REPEATED / 1e6,
        "CPU ms, anew": median(cost.spent for cost in anew),
        "held ms": median(cost.held for cost in anew),
        "held ms, longest": max(cost.held for cost in anew),
    }


async def _cost(pid: int, path: str, reader: Connection, other: Connection, idle: float) -> Cost:
    """Of one answer; `idle` is how many ms the other waits when nothing else is asked."""
    spent = cpu_nanoseconds(pid)
    answered = asyncio.ensure_future(ask(reader, path))
    waits = [await _waited(other)]
    while not answered.done():
        waits.append(await _waited(other))
    spent = cpu_nanoseconds(pid) - spent
    return Cost(spent / 1e6, max(0.0, max(waits) - idle))


async def _waited(other: Connection) -> float:
    began = time.perf_counter()
    await ask(other, "/livez")
    return (time.perf_counter() - began) * 1_000
