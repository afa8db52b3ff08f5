"""Where nothing was wrong with any target, nothing may be said to be."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from exporter.documents import timestamp
from monitor.core.model import TROUBLE
from storage.opening import DATABASE
from tests.torture.soundness import some

TROUBLED = f"SELECT component, status, since FROM spans WHERE status IN ({', '.join('?' for _ in TROUBLE)})"
OPENED = "SELECT body ->> 'title', created_at FROM incidents WHERE body ->> 'by' = ''"
BETWEEN = "SELECT count(*) FROM results WHERE started > ? AND started <= ?"


def false_alarms(data: Path) -> list[str]:
    """A sentence for each trouble in a ledger, and each incident that the machine opened."""
    with closing(_reading(data)) as database:
        spans = database.execute(TROUBLED, sorted(TROUBLE)).fetchall()
        incidents = database.execute(OPENED).fetchall()
    return some(
        [
            *(f"{component} was said to be in {status} at {timestamp(since)}" for component, status, since in spans),
            *(f"the incident {title!r} was opened at {timestamp(at)}" for title, at in incidents),
        ]
    )


def written_between(data: Path, since: int, until: int) -> int:
    """How many results of runs that started between these instants (ms) are in the file."""
    with closing(_reading(data)) as database:
        return int(database.execute(BETWEEN, (since, until)).fetchone()[0])


def _reading(data: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)
