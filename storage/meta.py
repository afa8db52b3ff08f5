"""Single values: one row per name."""

from __future__ import annotations

from sqlite_utils import Database

ALIVE = "alive"  # the last instant at which we were known to watch
AT = "at"  # the board's instant
CLEAN = "clean"  # 1 after an orderly close, 0 while open
HORIZON = "horizon"  # what is packed and started earlier may be forgotten
PACKED = "packed"  # results up to that number are read from their packs
PAGE_NAME = "page_name"  # see page.py
REMOVED = "removed"  # JSON of a setup of the components that were watched once, and are no more
SEQUENCE = "sequence"  # the last number given to an observation
SETUP = "setup"  # JSON of what is watched
SUSPECT = "suspect"  # 1 once SQLite found the file broken while we worked
TIMEZONE = "timezone"  # of the page


def number(db: Database, key: str) -> int | None:
    value = _value(db, key)
    return None if value is None else int(value)


def text(db: Database, key: str) -> str | None:
    value = _value(db, key)
    return None if value is None else str(value)


def put(db: Database, key: str, value: int | str) -> None:
    db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))


def _value(db: Database, key: str) -> int | str | None:
    row: tuple[int | str] | None = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]
