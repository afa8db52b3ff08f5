"""Another process that holds the database locked, under a daemon at work, and before one starts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.opening import DATABASE
from tests.torture.refusing import Refusals
from tests.torture.scorecard import Scale, Score
from tests.torture.world import world

COMPONENTS, PROBES = 5, 2
EACH_SECOND = 2  # runs of each probe in the world as it is


async def run(scale: Scale) -> Score:
    minute, waits = scale.trials(5, 60), scale.trials(2, 10)
    async with world(components=COMPONENTS, probes=PROBES) as around:
        people = await around.begun()
        pace = COMPONENTS * PROBES * EACH_SECOND
        refusals = Refusals(around, people, scale, scale.chance("locked"), pace)
        for _ in range(scale.trials(1, 3)):
            await refusals.under_load(lambda: _locked(around.data), minute)
            await refusals.at_start(lambda: _locked(around.data), waits)
        return await refusals.score()


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """We are the other process."""
    with closing(sqlite3.connect(data / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
