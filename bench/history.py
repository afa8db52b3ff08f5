"""What a component's document costs with a day and with a month of history behind it."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from exporter.figures import measure as figures
from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import (
    DAY,
    SECOND,
    ComponentSetup,
    Configured,
    Instant,
    Observation,
    Phases,
    ProbeSetup,
    Result,
    Setup,
    Verdict,
)
from monitor.core.ports import Decided
from storage import Store

PACE = 30 * SECOND
END: Instant = 1_796_126_400_000
ASKED = 200  # times
BATCH = 5_000
OUTAGES = 5  # as many in a day as in a month: what grows is the number of results


def measure() -> list[Mapping[str, float]]:
    """A row for each length of history."""
    return [asyncio.run(history(days)) for days in (1, 30)]


async def history(days: int) -> Mapping[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        store = await Store.open(Path(directory))
        await fill(store, days)
        began = time.process_time()
        for _ in range(ASKED):
            await figures(store, "api", END)
        spent = time.process_time() - began
        await store.close()
        size = sum(file.stat().st_size for file in os.scandir(directory))
    runs = days * DAY // PACE
    return {"days": days, "runs": runs, "CPU ms/document": 1_000 * spent / ASKED, "bytes/result": size / runs}


async def fill(store: Store, days: int) -> None:
    probe = ProbeSetup(
        id="api/health",
        interval=PACE,
        failure_threshold=3,
        success_threshold=2,
        recheck_interval=5 * SECOND,
        fingerprint="f",
    )
    board, begin = Board(), END - days * DAY
    setup = Setup(components=(ComponentSetup(id="api", name="API", probes=(probe,)),))
    waiting: list[Decided] = []
    decide(board, Configured(begin, setup), waiting)
    runs = days * DAY // PACE
    for number in range(runs):
        decide(board, result(begin + number * PACE, failed=number % (runs // OUTAGES) < 4), waiting)
        if len(waiting) >= BATCH:
            await store.commit(waiting, board.at)
            waiting.clear()
    await store.commit(waiting, board.at)


def decide(board: Board, observation: Observation, waiting: list[Decided]) -> None:
    step = advance(board, observation)
    board.apply(observation, step)
    waiting.append((observation, step))


def result(started: Instant, *, failed: bool) -> Result:
    return Result(
        probe="api/health",
        started=started,
        at=started + 100,
        verdict=Verdict.FAIL if failed else Verdict.PASS,
        phases=Phases(1_000, 2_000, 3_000, 90_000 + started % 1_000, 4_000),
        http_status=503 if failed else 200,
    )
