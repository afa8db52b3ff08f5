"""What it costs to write results down, alone and together, and how long keeping the database holds up all others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.rig.figures import Row, progress
from bench.rig.keeping import kept_up
from bench.rig.past import Past, decide, fill, results
from monitor.core.board import Board
from monitor.core.model import HOUR, MINUTE, SECOND, Configured, Started
from monitor.core.ports import Decided
from storage import Store

PAST = Past(probes=1_000, lasts=HOUR)
COMMITS = {1: 2_000, 50: 200, 500: 40}  # results in one commit, and how many commits
BEGINS = 1_796_126_400_000
KEPT = Past(probes=1_000, lasts=110 * MINUTE, interval=MINUTE)  # enough that some is packed, and then forgotten
MICROSECONDS = 1_000_000  # in a second


def measure() -> Sequence[Row]:
    """A row for each batch, and one for each kind of step; takes a minute."""
    return [*(asyncio.run(_committed(*each)) for each in COMMITS.items()), *asyncio.run(_kept())]


async def _committed(batch: int, commits: int) -> Row:
    progress(f"{commits:,} commits of {batch}")
    with TemporaryDirectory() as directory:
        store, waiting = await Store.open(Path(directory)), _decided()
        await store.commit(list(islice(waiting, PAST.probes)), BEGINS)  # all probes are known
        batches = [list(islice(waiting, batch)) for _ in range(commits)]
        began, spent, each = time.perf_counter(), time.process_time(), list[float]()
        for decided in batches:
            since = time.perf_counter()
            await store.commit(decided, BEGINS)
            each.append((time.perf_counter() - since) * SECOND)
        lasted, spent = time.perf_counter() - began, time.process_time() - spent
        await store.close()
    written = batch * commits
    return {
        "what": "commit",
        "results": batch,
        "times": commits,
        "µs/result": MICROSECONDS * lasted / written,
        "CPU µs/result": MICROSECONDS * spent / written,
        "median ms": median(each),
        "max ms": max(each),
    }


def _decided() -> Iterator[Decided]:
    """All probes pass again and again."""
    board, waiting = Board(), list[Decided]()
    decide(board, Started(BEGINS, None), waiting)
    decide(board, Configured(BEGINS, PAST.setup), waiting)
    for result in results(PAST, BEGINS):
        decide(board, result, waiting)
        yield from waiting
        waiting.clear()


async def _kept() -> Sequence[Row]:
    """Steps after so long without any."""
    progress(f"{KEPT.results:,} results of {KEPT.probes:,} probes are kept")
    with TemporaryDirectory() as directory:
        store = await Store.open(Path(directory))
        until = await fill(store, KEPT, kept=False)
        steps = await kept_up(store, until, keep=HOUR)
        await store.close()
    return [
        {"what": name, "times": len(spent), "median ms": median(spent), "max ms": max(spent)}
        for name, spent in steps.items()
    ]
