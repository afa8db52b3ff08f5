"""What a component's figures cost with a day and with a month of history behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rig.figures import Row, progress
from bench.rig.past import Past, written
from exporter.figures import measure as figures
from monitor.core.model import DAY
from storage import Store

ASKED = 200  # times


def measure() -> Sequence[Row]:
    """A row for each length of history; takes a quarter of a minute."""
    return [asyncio.run(_history(days)) for days in (1, 30)]


async def _history(days: int) -> Row:
    progress(f"{days} days")
    past = Past(probes=1, lasts=days * DAY)
    with TemporaryDirectory() as directory:
        until = await written(Path(directory), past)
        store = await Store.open(Path(directory))
        spent = time.process_time()
        for _ in range(ASKED):
            await figures(store, "c0", until)
        spent = time.process_time() - spent
        await store.close()
    return {"days": days, "runs": past.results, "CPU ms/document": 1_000 * spent / ASKED}
