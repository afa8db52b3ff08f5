"""Maintenance that became known, as it is now: what is over stays."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from monitor.core.model import Window
from monitor.core.ports import Cursor
from storage.codec import decode, encode

UPSERT = """
    INSERT INTO maintenances VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET starts = excluded.starts, body = excluded.body
"""

PAGE = """
    SELECT body FROM maintenances
    WHERE (starts, id) < (?, ?) OR ?
    ORDER BY starts DESC, id DESC LIMIT ?
"""


def put(db: Database, windows: Iterable[Window]) -> None:
    db.conn.executemany(UPSERT, [(window.id, window.starts, encode(window)) for window in windows])


def one(db: Database, window: str) -> Window | None:
    rows = db.execute("SELECT body FROM maintenances WHERE id = ?", (window,)).fetchall()
    return next((decode(Window, body) for (body,) in rows), None)


def page(db: Database, limit: int, before: Cursor | None) -> list[Window]:
    """At most `limit` that come before the place, latest first, in the order of (starts, id)."""
    starts, id_ = before or (0, "")
    rows = db.execute(PAGE, (starts, id_, before is None, limit)).fetchall()
    return [decode(Window, body) for (body,) in rows]
