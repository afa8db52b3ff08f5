"""Half an hour of ordinary life: does anything grow?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from statistics import median

from storage.opening import DATABASE
from tests.torture.gauges import Reading, observe, trend_of_memory
from tests.torture.running import Running
from tests.torture.scorecard import Scale, Score
from tests.torture.world import DEFAULTS, World, meanwhile, misbehave, world

COMPONENTS, PROBES = 40, 5
PACE = {**DEFAULTS, "interval": "5s", "timeout": "2s", "recheck_interval": "1s", "slow_after": "1s"}
AILING, AILS_EVERY = 12, 2.0  # parts that fail at times, and seconds until another of them changes
VISITS = {"/metrics": 15.0, "/": 10.0}  # path → seconds between two
LASTS, PART_LASTS = 1_800, 20  # seconds
WARMS_UP = 600  # seconds, in which caches fill
READS_EVERY = 1.0  # seconds
BINS = 60.0  # seconds whose mean is one point of the slope
GROWS_AT_MOST = 4.0  # MB an hour
MORE_DESCRIPTORS = 3  # that are no trend: what is under way when we look differs
MORE_THREADS = 1
OK, TOO_SLOW = 200, -1  # statuses, or what is in place of one
LARGEST_LOG = 16.0  # MB; SQLite folds it in at 4, when no reader is in the way


async def run(scale: Scale) -> Score:
    lasts = scale.trials(PART_LASTS, LASTS)
    async with world(components=COMPONENTS, probes=PROBES, defaults=PACE) as around:
        await around.begun()
        async with around.daemon() as daemon:
            await daemon.ready()
            readings, visits = await _life(around, daemon, scale, lasts)
            code = await daemon.terminated()
        lost = [] if code == 0 else [f"it left with {code}; {daemon.last_words}"]
        results, incidents = _counted(around)
        await around.drained()
        lost += around.faults()
        heard = len(set(around.receiver.ids))
    wrong = {visit: count for visit, count in visits.items() if visit[1] not in (OK, TOO_SLOW)}
    lost += [f"{path} was answered {status}, {count} times" for (path, status), count in wrong.items()]
    lost += [] if heard else ["no webhook was ever received"]
    figures = {"results": str(results), "incidents": str(incidents), "events received": str(heard)}
    figures |= {f"visits of {path}": _visits(visits, path) for path in VISITS}
    if scale.part:
        return Score(incidents, lost, figures | _spans(readings))
    settled = [each for each in readings if each.at >= readings[0].at + WARMS_UP]
    return Score(incidents, [*lost, *_growth(settled)], figures | _spans(settled) | _slope(settled))


async def _life(
    around: World, daemon: Running, scale: Scale, lasts: float
) -> tuple[list[Reading], Counter[tuple[str, int]]]:
    """What was read of it meanwhile, and how often each path was answered with which status."""
    chance = scale.chance("soak")
    readings: list[Reading] = []
    visits: Counter[tuple[str, int]] = Counter()
    ailing = chance.sample(around.parts, AILING)
    async with meanwhile(
        misbehave(around.target, ailing, chance, AILS_EVERY),
        observe(daemon.pid, readings, READS_EVERY, around.data / f"{DATABASE}-wal"),
        *(_visit(daemon, path, every, visits) for path, every in VISITS.items()),
    ):
        await asyncio.sleep(lasts)
        assert daemon.alive, f"it ended by itself; {daemon.last_words}"
    return readings, visits


async def _visit(daemon: Running, path: str, every: float, visits: Counter[tuple[str, int]]) -> None:
    while True:
        try:
            status, _ = await daemon.ask("GET", path)
        except TimeoutError:  # a busy machine may be to blame; that it happened is told
            status = TOO_SLOW
        visits[path, status] += 1
        await asyncio.sleep(every)


def _visits(visits: Counter[tuple[str, int]], path: str) -> str:
    return f"{visits[path, OK]} answered, {visits[path, TOO_SLOW]} not in time"


def _counted(around: World) -> tuple[int, int]:
    """Results and incidents that are in the file."""
    with closing(sqlite3.connect(f"file:{around.data / DATABASE}?mode=ro", uri=True)) as database:
        results, incidents = database.execute(
            "SELECT (SELECT count(*) FROM results), (SELECT count(*) FROM incidents)"
        ).fetchone()
    return results, incidents


def _growth(settled: Sequence[Reading]) -> list[str]:
    """A sentence for each thing that grew."""
    half = len(settled) // 2
    before, after = settled[:half], settled[half:]
    lost = []
    trend = trend_of_memory(settled, BINS)
    if trend.slope > GROWS_AT_MOST:
        lost.append(f"its memory grows by {trend} MB/h, which may be {GROWS_AT_MOST:g}")
    descriptors = _typical(before, "descriptors"), _typical(after, "descriptors")
    if descriptors[1] > descriptors[0] + MORE_DESCRIPTORS:
        lost.append(f"its open descriptors went from {descriptors[0]:g} to {descriptors[1]:g}")
    threads = _typical(before, "threads"), _typical(after, "threads")
    if threads[1] > threads[0] + MORE_THREADS:
        lost.append(f"its threads went from {threads[0]:g} to {threads[1]:g}")
    largest = max(each.log for each in settled)
    if largest > LARGEST_LOG:
        lost.append(f"its write-ahead log grew to {largest:.1f} MB, which may be {LARGEST_LOG:g}")
    return lost


def _typical(readings: Sequence[Reading], name: str) -> float:
    return float(median(getattr(each, name) for each in readings))


def _spans(readings: Sequence[Reading]) -> dict[str, str]:
    """From where to where each went."""
    units = {"resident": " MB", "descriptors": "", "threads": "", "log": " MB"}
    figures = {}
    for name, unit in units.items():
        values = [getattr(each, name) for each in readings]
        figures[name] = f"{values[0]:.4g} to {values[-1]:.4g}{unit}, at most {max(values):.4g}{unit}"
    return figures


def _slope(settled: Sequence[Reading]) -> dict[str, str]:
    minutes = (settled[-1].at - settled[0].at) / 60
    return {"growth of memory": f"{trend_of_memory(settled, BINS)} MB/h over the last {minutes:.0f} min"}
