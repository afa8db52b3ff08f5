"""Amendments: what people say that stretches of ledgers really were."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from monitor.core.model import Amendment, Instant
from monitor.core.ports import Cursor
from storage.codec import decode, encode

INSERT = """
    INSERT INTO amendments (id, component, since, until, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING
"""

OF = """
    SELECT body FROM amendments
    WHERE component = ? AND until > ? AND since < ?
    ORDER BY ordinal
"""

PAGE = """
    SELECT body FROM amendments
    WHERE (body ->> 'at', id) < (?, ?) OR ?
    ORDER BY body ->> 'at' DESC, id DESC LIMIT ?
"""


def put(db: Database, amendments: Iterable[Amendment]) -> None:
    """Write them down after those that there are; one that is known stays where it stands."""
    rows = [(it.id, it.component, it.since, it.until, encode(it)) for it in amendments]
    db.conn.executemany(INSERT, rows)


def of(db: Database, component: str, since: Instant, until: Instant) -> list[Amendment]:
    """Those that touch the time since ≤ t < until, in the order in which they were made."""
    return [decode(Amendment, body) for (body,) in db.execute(OF, (component, since, until)).fetchall()]


def page(db: Database, limit: int, before: Cursor | None) -> list[Amendment]:
    """At most `limit` that were made before the place, newest first, in the order of (at, id)."""
    at, id_ = before or (0, "")
    return [decode(Amendment, body) for (body,) in db.execute(PAGE, (at, id_, before is None, limit)).fetchall()]
