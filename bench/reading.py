"""How long it takes to read a month and a year: uptime, percentiles, slots, and the report of a month."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from bench.rig.daemons import config_of, daemon
from bench.rig.figures import Row, progress
from bench.rig.past import Past, month, written
from bench.rig.target import target
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from monitor.core.uptime import as_amended, uptime
from storage import Store

ASKED = 15  # times
# Its sketches are as many at any pace; a year every 30 s would take minutes to write down.
YEAR = Past(probes=1, lasts=365 * DAY, interval=30 * MINUTE)
COMPONENT = "c0"


def measure() -> Sequence[Row]:
    """A row for each question; takes a minute, if nobody wrote down the month before."""
    with TemporaryDirectory() as directory:
        shutil.copytree(month(), Path(directory) / "month")
        progress("a year of a probe is written down")
        asyncio.run(written(Path(directory) / "year", YEAR))
        rows = asyncio.run(_of_a_month(Path(directory) / "month")) + asyncio.run(_of_a_year(Path(directory) / "year"))
        return [*rows, _report()]


async def _of_a_month(data: Path) -> list[Row]:
    store, until = await Store.open(data), _now()
    questions = {
        "uptime": (30 * DAY, lambda: _uptime(store, until - 30 * DAY, until)),
        "latency": (DAY, lambda: store.latency(COMPONENT, until - DAY, until)),
        "latency ": (30 * DAY, lambda: store.latency(COMPONENT, until - 30 * DAY, until)),
        "latency_slots, 1 h": (30 * DAY, lambda: store.latency_slots(COMPONENT, until - 30 * DAY, until, HOUR)),
    }
    rows = await _asked(questions)
    await store.close()
    return rows


async def _of_a_year(data: Path) -> list[Row]:
    store, until = await Store.open(data), _now()
    questions = {
        "uptime": (365 * DAY, lambda: _uptime(store, until - 365 * DAY, until)),
        "latency": (365 * DAY, lambda: store.latency(COMPONENT, until - 365 * DAY, until)),
    }
    rows = await _asked(questions)
    await store.close()
    return rows


async def _uptime(store: Store, since: Instant, until: Instant) -> float | None:
    amendments = await store.amendments(COMPONENT, since, until)
    return uptime(as_amended(await store.spans(COMPONENT, since), amendments, until), since, until).percent


async def _asked(questions: Mapping[str, tuple[Duration, Callable[[], Awaitable[object]]]]) -> list[Row]:
    return [await _row(name.strip(), window, ask) for name, (window, ask) in questions.items()]


async def _row(name: str, window: Duration, ask: Callable[[], Awaitable[object]]) -> Row:
    spent = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await ask()
        spent.append((time.perf_counter() - began) * SECOND)
    return {
        "read": name,
        "days": window // DAY,
        "first ms": spent[0],
        "median ms": median(spent),
        "max ms": max(spent),
    }


def _report() -> Row:
    """That of the month that goes on, of all six, as a daemon answers it over HTTP."""
    this_month = datetime.now(UTC).strftime("%Y-%m")
    with TemporaryDirectory() as directory, target() as asked:
        shutil.copytree(month(), Path(directory) / "data")
        with daemon(config_of(6, 3_600, asked), Path(directory)) as running:
            return asyncio.run(
                _row("report of a month", 30 * DAY, lambda: _got(f"{running.url}/api/v1/reports/{this_month}"))
            )


async def _got(url: str) -> None:
    await asyncio.to_thread(lambda: urlopen(url, timeout=60).read())


def _now() -> Instant:
    return int(time.time() * SECOND)
