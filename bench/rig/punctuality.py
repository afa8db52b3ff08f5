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
EARLY: Duration = 1  # ms by which timers may come before their time


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
    """Of the daemon that wrote to `data` and has ended; dropped are points of the grid without a run."""
    results, late, met = results_of(data), list[int](), set[tuple[str, Instant]]()
    phases = {probe: phase(probe, watched.interval) for probe in {result.probe for result in results}}
    for result in results:
        point = _point(result.started, phases[result.probe], watched.interval)
        if watched.since <= point < watched.until:
            met.add((result.probe, point))
            late.append(max(0, result.started - point))
    late.sort()
    seen = [result for result in results if watched.since <= result.started < watched.until]
    return {
        "runs": len(late),
        "dropped": watched.expected - len(met),
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


def _point(started: Instant, phase: Duration, interval: Duration) -> Instant:
    """The latest point of the grid at a start, or the next one just before it."""
    return started - (started + EARLY - phase) % interval + EARLY
