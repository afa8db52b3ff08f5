"""Attempts: every POST of a delivery."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from monitor.core.subscribing import Attempt
from storage.codec import storable

# A delivery may be gone by the time its answer comes, and then nobody needs to know of it.
INSERT = """
    INSERT INTO attempts
    SELECT id, (SELECT count(*) FROM attempts WHERE delivery = id), ?, ?, ?, ? FROM deliveries WHERE id = ?
"""


def record(db: Database, attempt: Attempt) -> None:
    """Write an attempt down after the earlier ones of its delivery."""
    row = (attempt.at, attempt.status, attempt.duration_ms, storable(attempt.excerpt), attempt.delivery)
    db.execute(INSERT, row)


def of(db: Database, delivery: str) -> list[Attempt]:
    """Oldest first."""
    tried = "SELECT delivery, at, status, duration_ms, excerpt FROM attempts WHERE delivery = ? ORDER BY ordinal"
    rows = db.execute(tried, (delivery,)).fetchall()
    return [
        Attempt(delivery=id_, at=at, status=status, duration_ms=duration, excerpt=excerpt)
        for id_, at, status, duration, excerpt in rows
    ]


def forget(db: Database, deliveries: Iterable[str]) -> None:
    db.conn.executemany("DELETE FROM attempts WHERE delivery = ?", [(delivery,) for delivery in deliveries])
