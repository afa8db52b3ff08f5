"""Events: each with its subject as it was then."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from monitor.core.model import Event
from storage.codec import encode

# An id is derived from its fact, so a repeated id is the same fact told again: the first telling stands, and the
# commit that repeats it must not fail, or a replay would never get past it.
INSERT = "INSERT INTO events (id, kind, at, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"


def record(db: Database, events: Iterable[Event]) -> None:
    rows = [(event.id, event.kind, event.at, encode(event.subject)) for event in events]
    db.conn.executemany(INSERT, rows)
