"""Amendments: what people say that stretches of ledgers really were."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from monitor.core.model import Amendment, Instant
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


def put(db: Database, amendments: Iterable[Amendment]) -> None:
    """Write them down after those that there are; one that is known stays where it stands."""
    rows = [(it.id, it.component, it.since, it.until, encode(it)) for it in amendments]
    db.conn.executemany(INSERT, rows)


def of(db: Database, component: str, since: Instant, until: Instant) -> list[Amendment]:
    """Those that touch the time since ≤ t < until, in the order in which they were made."""
    return [decode(Amendment, body) for (body,) in db.execute(OF, (component, since, until)).fetchall()]
