"""What it costs to replay a month of six probes: read from the directory, and handed out by a running daemon."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from bench.daemon import child, listens
from bench.history import decide
from monitor.config import Config, load
from monitor.core.board import Board
from monitor.core.model import DAY, SECOND, Configured, Instant, Phases, Reason, Result, Started, Verdict
from monitor.core.ports import Decided
from storage import Store

PROBES = 6
PACE = 30 * SECOND
DAYS = 30
RUNS = DAYS * DAY // PACE  # of each probe
OUTAGE_EVERY, OUTAGE_LASTS = 2_880, 10  # runs: one a day of each probe, five minutes long
BATCH = 5_000


def measure() -> list[Mapping[str, float]]:
    """A row without a daemon, and one with it."""
    with tempfile.TemporaryDirectory() as directory:
        data, old, new = (Path(directory) / name for name in ("data", "old.yaml", "new.yaml"))
        old.write_text(json.dumps(config_of(failure_threshold=3, slow_after="1s")))
        new.write_text(json.dumps(config_of(failure_threshold=5, slow_after="500ms")))
        asyncio.run(fill(data, load(old, {})))
        arguments = ("run", "--config", str(old), "--data", str(data), "--listen", "127.0.0.1:0")
        rows: list[Mapping[str, float]] = []
        for running in (False, True):
            with child("-m", "monitor", *arguments) if running else nullcontext() as daemon:
                if daemon is not None:
                    listens(daemon)
                rows.append({"daemon": int(running)} | replayed(new, data))
        return rows


def config_of(failure_threshold: int, slow_after: str) -> dict[str, Any]:
    """JSON is YAML, too. Connections there are refused at once."""
    components = {f"c{number}": {"probes": {"p": {"http": "http://127.0.0.1:1/"}}} for number in range(PROBES)}
    return {"defaults": {"failure_threshold": failure_threshold, "slow_after": slow_after}, "components": components}


async def fill(data: Path, config: Config) -> None:
    """A month that ends now."""
    store, board, begin = await Store.open(data), Board(), int(time.time() * SECOND) - DAYS * DAY + SECOND
    waiting: list[Decided] = []
    decide(board, Started(begin, None), waiting)
    decide(board, Configured(begin, config.setup), waiting)
    for result in results(begin):
        decide(board, result, waiting)
        if len(waiting) >= BATCH:
            await store.commit(waiting, board.at)
            waiting.clear()
    await store.commit(waiting, board.at)
    await store.close()


def results(begin: Instant) -> Iterator[Result]:
    for run in range(RUNS):
        for number in range(PROBES):
            failed = run % OUTAGE_EVERY in range(number * 100, number * 100 + OUTAGE_LASTS)
            started = begin + run * PACE + number * PACE // PROBES
            yield Result(
                probe=f"c{number}/p",
                started=started,
                at=started + 100,
                verdict=Verdict.FAIL if failed else Verdict.PASS,
                reason=Reason.HTTP_STATUS if failed else None,
                phases=Phases(1_000, 2_000, 3_000, 90_000 + started % 1_000, 4_000),
                http_status=503 if failed else 200,
                detail="HTTP 503 instead of 2xx" if failed else "",
            )


def replayed(config: Path, data: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "monitor", "replay", "--json", "--config", str(config), "--data", str(data)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    core = min(os.sched_getaffinity(0))
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, {core})
    )
    lasted, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    document = json.loads(done.stdout)
    return {
        "results": sum(document["results"].values()),
        "incidents": len(document["incidents"]),
        "CPU s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "s": lasted,
        "MB": after.ru_maxrss / 1024,
    }
