"""When runs began and what they came to, from the file of a daemon that has ended."""

from __future__ import annotations

import sqlite3
from bisect import bisect
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from monitor.core.model import SECOND, Duration
from monitor.scheduler.grid import phase
from storage.opening import DATABASE

LIVES = "SELECT at FROM observations WHERE kind = 'started' ORDER BY seq"
RUNS = "SELECT name, started, verdict FROM results JOIN probes ON probes.id = results.probe ORDER BY started"


@dataclass(frozen=True, slots=True)
class Punctuality:
    """`late` is seconds from the latest point of the grid to each start; `verdicts` counts all runs."""

    late: list[float]
    verdicts: Counter[str]

    @property
    def wrong(self) -> int:
        """How many runs blamed a target, where it is known to have been well."""
        return self.verdicts["fail"] + self.verdicts["slow"]


def punctuality(data: Path, interval: Duration) -> Punctuality:
    """Of probes that all have the interval; the first run of each in a life may be at once, and does not count."""
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)) as database:
        lives = [at for (at,) in database.execute(LIVES)]
        rows = database.execute(RUNS).fetchall()
    begun: set[tuple[str, int]] = set()
    found = Punctuality([], Counter())
    for probe, started, verdict in rows:
        found.verdicts[verdict] += 1
        life = probe, bisect(lives, started)
        if life in begun:
            found.late.append((started - phase(probe, interval)) % interval / SECOND)
        begun.add(life)
    return found
