"""How punctual a daemon was: when its runs started, as it wrote them down, against the grid they belong to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.rig.figures import Row, percentile
from monitor.core.model import Duration, Instant, Result, Verdict
from monitor.scheduler.grid import phase
from storage import Store

AT_A_TIME = 10_000  # observations


@dataclass(frozen=True, slots=True)
class Watched:
    """So many probes at this interval in ms, watched for since ≤ t < until, which is a whole number of intervals."""

    probes: int
    interval: Duration
    since: Instant
    until: Instant

    @property
    def expected(self) -> int:
        """Points of the grid."""
        return self.probes * ((self.until - self.since) // self.interval)


def punctuality(data: Path, watched: Watched) -> Row:
    """Of the daemon that wrote to `data` and has ended."""
    results, late = results_of(data), list[int]()
    point = {probe: phase(probe, watched.interval) for probe in {result.probe for result in results}}
    for result in results:
        lateness = _lateness(result.started - point[result.probe], watched.interval)
        if watched.since <= result.started - lateness < watched.until:
            late.append(lateness)
    late.sort()
    seen = [result for result in results if watched.since <= result.started < watched.until]
    return {
        "runs": len(late),
        "dropped": max(0, watched.expected - len(late)),
        "not passed": sum(result.verdict is not Verdict.PASS for result in seen),
        "late p50 ms": percentile(late, 50),
        "late p99 ms": percentile(late, 99),
        "late max ms": late[-1],
    }


def results_of(data: Path) -> Sequence[Result]:
    """All results that a daemon wrote down which has ended, in the order in which they were decided."""
    return asyncio.run(_results_of(data))


async def _results_of(data: Path) -> Sequence[Result]:
    store, found, last = await Store.open(data), list[Result](), 0
    while some := await store.observations(last, AT_A_TIME):
        last = some[-1][0]
        found += [each for _, each in some if isinstance(each, Result)]
    await store.close()
    return found


def _lateness(after: Duration, interval: Duration) -> Duration:
    """In ms; none if the start was nearer to the next point, since timers may be a hair early."""
    lateness = after % interval
    return lateness if lateness <= interval - 2 else 0
