"""What the runs came to, by the file of a daemon that has ended."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from monitor.core.model import Reason
from storage.opening import DATABASE

COUNTED = "SELECT reason, count(*) FROM results WHERE verdict = ? GROUP BY 1"
MARKED = "SELECT count(*) FROM results WHERE stalled OR reason = ?"
UNMARKED = "SELECT processing FROM results WHERE verdict = 'pass' AND NOT stalled AND started BETWEEN ? AND ?"
MICROSECONDS = 1_000_000


def unknown(data: Path) -> Counter[str]:
    """How many runs were unknown, by reason."""
    return Counter(dict(_asked(data, COUNTED, "unknown")))


def blamed(data: Path) -> list[str]:
    """A sentence for each reason for which a target was blamed, where all of them were well."""
    found = [each for verdict in ("fail", "slow") for each in _asked(data, COUNTED, verdict)]
    return [f"{count} runs said {reason} of a target that was well" for reason, count in found]


def marked_as_stalled(data: Path) -> int:
    """How many runs say that our own loop stood still meanwhile."""
    return int(_asked(data, MARKED, Reason.STALL)[0][0])


def unmarked_latencies(data: Path, since: int, until: int) -> list[float]:
    """Seconds until the first byte, of the runs that started between these instants, passed, and bear no mark."""
    return [taken / MICROSECONDS for (taken,) in _asked(data, UNMARKED, since, until)]


def _asked(data: Path, question: str, *arguments: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)) as database:
        return database.execute(question, arguments).fetchall()
