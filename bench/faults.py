"""What targets at fault can do to us: how far a run outlasts its timeout, what it needs, how its neighbours look."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.daemon import child
from monitor.clock import DaemonClock
from monitor.core.model import SECOND, Duration, Verdict
from monitor.core.ports import Prober
from monitor.probers import Probers
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings

TIMEOUT: Duration = SECOND
LASTS = 20  # seconds, alone and then beside the fault
NEIGHBOURS = 20  # each of them asked once a second
STATUS = Path("/proc/self/status")


def measure() -> list[Mapping[str, float | str]]:
    """A row for each fault, measured in a process of its own; takes three quarters of a minute each."""
    core = min(os.sched_getaffinity(0))
    rows = []
    with child("-m", "bench.target") as target, child("-m", "bench.faulty") as faulty:
        healthy = said(target)
        for fault, port in json.loads(said(faulty)).items():
            with child("-m", "bench.faults", healthy.strip(), str(port), core=core) as watch:
                rows.append({"fault": fault} | json.loads(said(watch)))
    return rows


def said(process: subprocess.Popen[str]) -> str:
    """The next line that the process prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(process.communicate()[1])
    return line


async def beside(healthy: int, faulty: int) -> Mapping[str, float | str]:
    """Ask healthy neighbours alone, and then with a target at fault among them."""
    async with Probers(DaemonClock(), str) as probers:
        neighbours = [probers.prober(probe(f"healthy/{number}", healthy)) for number in range(NEIGHBOURS)]
        sick = probers.prober(probe("sick/probe", faulty))
        alone = await asked(neighbours)
        before = resident_megabytes("VmRSS")
        forget_peak()
        (late, came_to), troubled = await asyncio.gather(suffered(sick), asked(neighbours))
        grown = resident_megabytes("VmHWM") - before
    return {
        "comes to": came_to,
        "over timeout ms": late,
        "grown MB": grown,
        "p99 alone ms": percentile(alone),
        "p99 beside ms": percentile(troubled),
        "ratio": percentile(troubled) / percentile(alone),
    }


def probe(name: str, port: int) -> ProbeSettings:
    target = HttpTarget(url=f"http://127.0.0.1:{port}/")
    return ProbeSettings(id=name, target=target, expect=Expect(), timeout=TIMEOUT, slow_after=TIMEOUT)


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


def percentile(ordered: Sequence[float]) -> float:
    return ordered[len(ordered) * 99 // 100]


def resident_megabytes(which: str) -> float:
    """Now (VmRSS), or at most since the peak was forgotten (VmHWM)."""
    (kilobytes,) = re.findall(rf"{which}:\s+(\d+) kB", STATUS.read_text())
    return int(kilobytes) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


if __name__ == "__main__":
    row = asyncio.run(beside(*map(int, sys.argv[1:])))
    sys.stdout.write(f"{json.dumps(row)}\n")
