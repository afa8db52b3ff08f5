"""Chunks: ranges of numbers whose results are packed together, some two hours of them, an hour old at least."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from sqlite_utils import Database

from monitor.core.model import HOUR, Duration, Instant
from storage import meta, sketches

YOUNG: Duration = HOUR  # results are read most in that time, and some come late
SPAN: Duration = 2 * HOUR  # shorter ones take more room: 5.1 bytes a result in place of 4.6 with one hour
MOST = 40_000  # numbers in a chunk: to count them takes 15 ms; but of 1,000 probes a result then takes 7 bytes
MOST_OF_A_PROBE = 1_000  # results: packing them takes 10 ms

COLUMNS = "last, first, since, until"
FIRST = "SELECT seq, at FROM results WHERE seq > ? ORDER BY seq LIMIT 1"
AT = "SELECT at FROM results WHERE seq <= ? ORDER BY seq DESC LIMIT 1"
PROBES = "SELECT count(*), min(started), max(started) FROM results WHERE seq BETWEEN ? AND ? GROUP BY probe"


class Chunk(NamedTuple):
    """Results with the numbers first ≤ seq ≤ last; they started at since ≤ t ≤ until."""

    last: int
    first: int
    since: Instant
    until: Instant


def packed(db: Database) -> int:
    """Results up to that number are read from packs, whether or not their rows are still there."""
    return meta.number(db, meta.PACKED) or 0


def begun(db: Database) -> Chunk | None:
    """The one of which not all is packed yet."""
    return _one(db, f"SELECT {COLUMNS} FROM chunks WHERE last > ?", packed(db))


def after(db: Database, seq: int) -> Chunk | None:
    """The first complete one that goes beyond that number."""
    return _one(db, f"SELECT {COLUMNS} FROM chunks WHERE last > ? AND last <= ? ORDER BY last", seq, packed(db))


def before(db: Database, since: Instant) -> Chunk | None:
    """The last complete one of which results started before an instant."""
    question = f"SELECT {COLUMNS} FROM chunks WHERE since < ? AND last <= ? ORDER BY last DESC"
    return _one(db, question, since, packed(db))


def oldest(db: Database) -> Chunk | None:
    return after(db, 0)


def begin(db: Database, now: Instant) -> bool:
    """Write down the next one that can be packed now; whether there is any yet."""
    chunk = _next(db, now)
    if chunk is None:
        return False
    db.execute("INSERT INTO chunks VALUES (?, ?, ?, ?)", chunk)
    return True


def forget(db: Database, last: int) -> None:
    db.execute("DELETE FROM chunks WHERE last = ?", (last,))


def _next(db: Database, now: Instant) -> Chunk | None:
    beginning: tuple[int, Instant] | None = db.execute(FIRST, (packed(db),)).fetchone()
    if beginning is None:
        return None
    first, at = beginning
    last = min(first + MOST, _later(db, first, at + SPAN)) - 1
    full = last - first + 1 == MOST or not _is_young(at, now, SPAN + YOUNG)
    (ended,) = db.execute(AT, (last,)).fetchone()
    if not full or _is_young(ended, now, YOUNG) or last > sketches.counted(db):
        return None
    return _bounded(db, first, last)


def _bounded(db: Database, first: int, last: int) -> Chunk:
    """From `first` up to `last`, or as far as no probe has too many."""
    counts, since, until = zip(*db.execute(PROBES, (first, last)).fetchall(), strict=True)
    if max(counts) > MOST_OF_A_PROBE:  # a little less than it should be, not to count again
        return _bounded(db, first, first + (last - first) * MOST_OF_A_PROBE * 9 // (max(counts) * 10))
    return Chunk(last, first, min(since), max(until))


def _later(db: Database, first: int, until: Instant) -> int:
    """The first number from which on results came after an instant, or none; they come nearly in order."""

    def late(seq: int) -> bool:
        found: tuple[int, Instant] | None = db.execute(FIRST, (seq - 1,)).fetchone()
        return found is None or found[1] > until

    return bisect_left(range(first + MOST), True, lo=first, key=late)


def _is_young(at: Instant, now: Instant, age: Duration) -> bool:
    """Whether it was less than so long ago; what lies ahead came when our clock was wrong."""
    return now - age < at <= now


def _one(db: Database, question: str, *asked: int) -> Chunk | None:
    row = db.execute(f"{question} LIMIT 1", asked).fetchone()
    return None if row is None else Chunk(*row)
