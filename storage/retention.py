"""Retention: results that were kept for long enough go, and the oldest where room is short; nothing else does."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.core.model import Duration, Instant
from storage import chunks, sketches
from storage.chunks import YOUNG, Chunk

# What steps of some 10 ms take.
PACKS_AT_A_TIME = 200
ROWS_AT_A_TIME = 2_000
SKETCHES_AT_A_TIME = 500
PAGES_AT_A_TIME = 256  # of 4 KiB

LEAST_ROOM = 8 * 1024 * 1024  # bytes, for the log and for what comes in between
SLACK = 20  # one free page in so many is left where it is: soon it is needed again
LEAST_SLACK = 256  # pages

PACKS = f"DELETE FROM packs WHERE rowid IN (SELECT rowid FROM packs WHERE chunk = ? LIMIT {PACKS_AT_A_TIME})"
ROWS = f"""
    DELETE FROM results WHERE seq IN (
        SELECT seq FROM results WHERE seq NOT IN (SELECT latest FROM probes WHERE latest IS NOT NULL)
        ORDER BY seq LIMIT {ROWS_AT_A_TIME}
    ) AND at <= ?
"""


def step(db: Database, now: Instant, keep: Duration, max_size: int | None) -> bool:
    """Delete some results that started more than `keep` ago, with their sketches, or the oldest where room is short.

    What came in the last hour stays in any case.

    Args:
        max_size: bytes that database and log may take; None: as many as there are.

    Returns:
        Whether there was something to delete.
    """
    oldest = chunks.oldest(db)
    if oldest is not None and oldest.until < now - keep:
        return _forget(db, oldest)
    if sketches.forget(db, now, now - keep, SKETCHES_AT_A_TIME):
        return True
    if fits(db, max_size):
        return False
    if oldest is not None:
        return _forget(db, oldest)
    return db.execute(ROWS, (now - YOUNG,)).rowcount > 0


def fits(db: Database, max_size: int | None) -> bool:
    """Whether what the file holds leaves room for the log in so many bytes."""
    return max_size is None or _taken(db) <= _most(max_size)


def shrink(db: Database, max_size: int | None) -> bool:
    """Cut some free pages off the file; whether more are to be."""
    free, pages = _pragma(db, "freelist_count"), _pragma(db, "page_count")
    short = max_size is not None and pages * _pragma(db, "page_size") > _most(max_size)
    too_many = free - (0 if short else max(LEAST_SLACK, pages // SLACK))
    if too_many <= 0:
        return False
    for _ in range(min(too_many, PAGES_AT_A_TIME)):
        db.execute("PRAGMA incremental_vacuum(1)")  # Python takes but one step of a statement without columns
    return too_many > PAGES_AT_A_TIME


def _forget(db: Database, chunk: Chunk) -> bool:
    if not db.execute(PACKS, (chunk.last,)).rowcount:
        chunks.forget(db, chunk.last)
    return True


def _taken(db: Database) -> int:
    """Bytes of the file that hold something."""
    return (_pragma(db, "page_count") - _pragma(db, "freelist_count")) * _pragma(db, "page_size")


def _most(max_size: int) -> int:
    """Bytes that the file may take, so that the log has room beside it."""
    return max_size - max(LEAST_ROOM, max_size // 10)


def _pragma(db: Database, name: str) -> int:
    row: tuple[int] = db.execute(f"PRAGMA {name}").fetchone()
    return row[0]
