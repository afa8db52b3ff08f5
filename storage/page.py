"""What the status page is called, and whose months it counts, as the config that was last in use says."""

from __future__ import annotations

from sqlite_utils import Database

from storage import meta


def put(db: Database, name: str, timezone: str) -> None:
    meta.put(db, meta.PAGE_NAME, name)
    meta.put(db, meta.TIMEZONE, timezone)


def remembered(db: Database) -> tuple[str, str] | None:
    """Its name and its time zone (IANA); None: nobody wrote them down yet."""
    name, timezone = meta.text(db, meta.PAGE_NAME), meta.text(db, meta.TIMEZONE)
    return None if name is None or timezone is None else (name, timezone)
