"""What targets at fault can do to us: how far a run outlasts its timeout, what it needs, how its neighbours look."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from bench.rig.children import child
from bench.rig.cores import MEASURED
from bench.rig.costs import forget_peak, resident_megabytes
from bench.rig.figures import Row, percentile, progress
from bench.rig.target import target
from monitor.clock import DaemonClock
from monitor.core.model import SECOND, Duration, Verdict
from monitor.core.ports import Prober
from monitor.probers import Probers
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings

TIMEOUT: Duration = SECOND
LASTS = 5  # seconds, alone and then beside the fault
NEIGHBOURS = 20  # each of them asked once a second


def measure() -> Sequence[Row]:
    """A row for each fault, measured in a process of its own; takes a quarter of a minute each."""
    rows = []
    with target() as healthy, child("-m", "bench.rig.faulty") as faulty:
        for fault, port in json.loads(faulty.said()).items():
            progress(fault)
            arguments = ("-m", "bench.faults", healthy.url, f"http://127.0.0.1:{port}/")
            with child(*arguments, cores=MEASURED) as watch:
                rows.append({"fault": fault} | json.loads(watch.said()))
    return rows


async def beside(healthy: str, faulty: str) -> Row:
    """Ask healthy neighbours alone, and then with a target at fault among them."""
    async with Probers(DaemonClock(), str) as probers:
        neighbours = [probers.prober(probe(f"healthy/{number}", healthy)) for number in range(NEIGHBOURS)]
        sick = probers.prober(probe("sick/probe", faulty))
        alone = await asked(neighbours)
        before = resident_megabytes()
        forget_peak()
        (late, came_to), troubled = await asyncio.gather(suffered(sick), asked(neighbours))
        grown = resident_megabytes(which="VmHWM") - before
    return {
        "comes to": came_to,
        "over timeout ms": late,
        "grown MB": grown,
        "p99 alone ms": percentile(alone, 99),
        "p99 beside ms": percentile(troubled, 99),
        "ratio": percentile(troubled, 99) / percentile(alone, 99),
    }


def probe(name: str, url: str) -> ProbeSettings:
    return ProbeSettings(id=name, target=HttpTarget(url=url), expect=Expect(), timeout=TIMEOUT, slow_after=TIMEOUT)


async def asked(neighbours: Sequence[Prober]) -> list[float]:
    """Latencies in ms, sorted."""
    per_probe = await asyncio.gather(*(once_a_second(each, n / NEIGHBOURS) for n, each in enumerate(neighbours)))
    return sorted(latency for latencies in per_probe for latency in latencies)


async def once_a_second(prober: Prober, offset: float) -> list[float]:
    latencies, begun = [], time.monotonic() + offset
    for second in range(LASTS):
        await asyncio.sleep(max(0.0, begun + second - time.monotonic()))
        result = await prober.run()
        if result.verdict is not Verdict.PASS:
            raise RuntimeError(f"a healthy neighbour came to {result.verdict}: {result.detail}")
        latencies.append(result.phases.latency / 1_000)
    return latencies


async def suffered(sick: Prober) -> tuple[float, str]:
    """By how many ms the longest run outlasted its timeout (below zero: it ended before), and what the last said."""
    longest, begun, came_to = 0.0, time.monotonic(), ""
    for second in range(LASTS):
        await asyncio.sleep(max(0.0, begun + second - time.monotonic()))
        since = time.monotonic()
        result = await sick.run()
        longest, came_to = max(longest, time.monotonic() - since), str(result.reason or result.verdict)
    return longest * SECOND - TIMEOUT, came_to


if __name__ == "__main__":
    row = asyncio.run(beside(*sys.argv[1:]))
    print(json.dumps(row), flush=True)
