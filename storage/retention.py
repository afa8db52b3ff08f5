"""Retention: results that were kept for long enough go, and the oldest where room is short; nothing else does."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.core.model import HOUR, Duration, Instant
from storage import chunks, meta, sketches
from storage.chunks import COLUMNS, YOUNG, Chunk

STRIDE: Duration = HOUR  # so far the horizon moves at a time: a clock that is wrong for a while takes little with it

# What steps of some 10 ms take.
PACKS_AT_A_TIME = 200
ROWS_AT_A_TIME = 2_000
SKETCHES_AT_A_TIME = 500
PAGES_AT_A_TIME = 256  # of 4 KiB

LEAST_ROOM = 8 * 1024 * 1024  # bytes, for the log and for what comes in between
SLACK = 20  # one free page in so many is left where it is: soon it is needed again
LEAST_SLACK = 256  # pages

# A chunk with a result from the future stays, and those after it go.
EXPIRED = f"SELECT {COLUMNS} FROM chunks WHERE until < ? AND last <= ? ORDER BY last LIMIT 1"
OLDEST = "SELECT min(until) FROM chunks WHERE last <= ?"
OLDEST_ROW = "SELECT min((SELECT min(started) FROM results WHERE probe = probes.id)) FROM probes"

# From the last probe on, in whose order they are packed: one that is half forgotten may be packed on.
PACKS = f"""
    DELETE FROM packs WHERE rowid IN (
        SELECT rowid FROM packs WHERE chunk = ? ORDER BY probe DESC LIMIT {PACKS_AT_A_TIME}
    )
"""

# What lies ahead came when our clock was wrong.
ROWS = f"""
    DELETE FROM results WHERE seq IN (
        SELECT seq FROM results WHERE seq NOT IN (SELECT latest FROM probes WHERE latest IS NOT NULL)
        ORDER BY seq LIMIT {ROWS_AT_A_TIME}
    ) AND at NOT BETWEEN ? AND ?
    RETURNING started
"""


def expire(db: Database, now: Instant, keep: Duration) -> Duration:
    """Move the horizon towards `keep` ago: back at once, ahead by an hour or to the oldest that is there.

    Returns:
        How many ms it lies behind where it should be.
    """
    wanted = now - keep
    known, oldest = meta.number(db, meta.HORIZON), _oldest(db)
    reached = [at for at in (None if known is None else known + STRIDE, oldest) if at is not None]
    if not reached:
        return 0
    horizon = min(wanted, max(reached))
    if horizon != known:
        meta.put(db, meta.HORIZON, horizon)
    sketches.expire(db, horizon, keep, now)
    return wanted - horizon


def step(db: Database, now: Instant, max_size: int | None) -> bool:
    """Delete some packed results from before the horizon, with their sketches, or the oldest where room is short.

    What came in the last hour stays in any case.

    Args:
        max_size: bytes that database and log may take; None: as many as there are.

    Returns:
        Whether there was something to delete.
    """
    expired = _expired(db)
    if expired is not None:
        return _forget(db, expired)
    if sketches.forget(db, SKETCHES_AT_A_TIME):
        return True
    return not fits(db, max_size) and _forget_oldest(db, now)


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


def _oldest(db: Database) -> Instant | None:
    """When the first of what may be forgotten ended; None: there is nothing."""
    found = (db.execute(OLDEST, (chunks.packed(db),)), db.execute(OLDEST_ROW))
    return min((at for (at,) in (each.fetchone() for each in found) if at is not None), default=None)


def _expired(db: Database) -> Chunk | None:
    asked = (meta.number(db, meta.HORIZON) or 0, chunks.packed(db))
    row = db.execute(EXPIRED, asked).fetchone()
    return None if row is None else Chunk(*row)


def _forget(db: Database, chunk: Chunk) -> bool:
    if not db.execute(PACKS, (chunk.last,)).rowcount:
        chunks.forget(db, chunk.last)
    return True


def _forget_oldest(db: Database, now: Instant) -> bool:
    """Some of what came first; whether there was anything. Sketches are given up as far as results are gone."""
    chunk = chunks.oldest(db) or chunks.begun(db)
    if chunk is not None:
        sketches.give_up(db, min(chunk.until + 1, now))
        return _forget(db, chunk)
    gone = [started for (started,) in db.execute(ROWS, (now - YOUNG + 1, now)).fetchall()]
    if gone:
        sketches.give_up(db, min(max(gone) + 1, now))
        return True
    return sketches.give_up_oldest(db, now - YOUNG)


def _taken(db: Database) -> int:
    """Bytes of the file that hold something."""
    return (_pragma(db, "page_count") - _pragma(db, "freelist_count")) * _pragma(db, "page_size")


def _most(max_size: int) -> int:
    """Bytes that the file may take, so that the log has room beside it."""
    return max_size - max(LEAST_ROOM, max_size // 10)


def _pragma(db: Database, name: str) -> int:
    row: tuple[int] = db.execute(f"PRAGMA {name}").fetchone()
    return row[0]
