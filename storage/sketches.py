"""Sketches: of each probe one row per stretch of time and tier, as `monitor.core.sketch.TIERS` says."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

from sqlite_utils import Database

from monitor.core.model import DAY, Duration, Instant
from monitor.core.sketch import DIGIT, MEASURES, TIERS, Distribution, Sketch
from storage import meta
from storage.cover import Tier

# In meta: results up to that number are counted; and stretches that began earlier are neither written nor read.
COUNTED = "sketched"
KEPT_SINCE = "sketches_since_{width}"

HEADER = Struct("<BBHH")  # bytes of a count, bytes of the total, the lowest bucket, and how many there are from it on
ABSENT = b"\0"
WIDE = DIGIT // 8  # bytes of a count in a distribution

BETWEEN = "SELECT since, body FROM sketches WHERE probe = ? AND width = ? AND since >= ? AND since < ? ORDER BY since"
ONE = "SELECT body FROM sketches WHERE probe = ? AND width = ? AND since = ?"
PUT = """
    INSERT INTO sketches (probe, width, since, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (probe, width, since) DO UPDATE SET body = excluded.body
"""

# For each probe one look at the index.
FORGET = """
    DELETE FROM sketches WHERE rowid IN (
        SELECT sketches.rowid FROM probes CROSS JOIN sketches ON probe = probes.id
        WHERE width = ? AND since < ?
        LIMIT ?
    )
"""


# ── one sketch ───────────────────────────────────────────────────────────────────────────────────────


def encode(sketch: Sketch) -> bytes:
    """Measure by measure the counts from the lowest bucket on, each in as few bytes as the largest needs.

    First come the lowest bytes of all counts, then their next: so they are spread and gathered by strides.
    """
    return b"".join(_encoded(getattr(sketch, measure)) for measure in MEASURES)


def decode(*bodies: bytes) -> Sketch:
    """The sketch that `encode` wrote, or several of them as one."""
    numbers = [sum(each) for each in zip(*map(_numbers, bodies), strict=True)]
    return Sketch(*map(Distribution, numbers[::2], numbers[1::2]))


def _encoded(distribution: Distribution) -> bytes:
    counts = distribution.counts
    if not counts:
        return ABSENT
    lowest = ((counts & -counts).bit_length() - 1) // DIGIT
    counts >>= DIGIT * lowest
    buckets = -(-counts.bit_length() // DIGIT)
    wide = counts.to_bytes(buckets * WIDE, "little")
    planes = [wide[byte::WIDE] for byte in range(WIDE)]
    while not planes[-1].strip(b"\0"):
        planes.pop()
    total = distribution.total.to_bytes(-(-distribution.total.bit_length() // 8), "little")
    return HEADER.pack(len(planes), len(total), lowest, buckets) + total + b"".join(planes)


def _numbers(body: bytes) -> list[int]:
    """Counts and total of each measure, as `Distribution` has them."""
    found: list[int] = []
    at = 0
    for _ in MEASURES:
        if body[at] == 0:
            found += (0, 0)
            at += 1
            continue
        width, length, lowest, buckets = HEADER.unpack_from(body, at)
        begin = at + HEADER.size + length
        wide = bytearray(buckets * WIDE)
        for byte in range(width):
            wide[byte::WIDE] = body[begin + byte * buckets : begin + (byte + 1) * buckets]
        found.append(int.from_bytes(wide, "little") << DIGIT * lowest)
        found.append(int.from_bytes(body[at + HEADER.size : begin], "little"))
        at = begin + width * buckets
    return found


# ── the table ────────────────────────────────────────────────────────────────────────────────────────


def between(db: Database, probe: int, width: Duration, since: Instant, until: Instant) -> list[tuple[Instant, bytes]]:
    """Of the stretches that began at since ≤ t < until when each began, and what `decode` reads; oldest first."""
    return db.execute(BETWEEN, (probe, width, since, until)).fetchall()


def add(db: Database, probe: int, tier: Tier, sketches: Mapping[Instant, Sketch]) -> None:
    """Merge sketches into those of the same stretches, named by when they begin; one that is given up stays so."""
    for since, sketch in sketches.items():
        if since < tier.since:
            continue
        known = db.execute(ONE, (probe, tier.width, since)).fetchone()
        whole = sketch + decode(known[0]) if known else sketch
        db.execute(PUT, (probe, tier.width, since, encode(whole)))


def counted(db: Database) -> int:
    """All results up to that number are counted in the sketches."""
    return meta.number(db, COUNTED) or 0


def tiers(db: Database) -> list[Tier]:
    """The tiers, widest first."""
    return [Tier(width, _kept_since(db, width)) for width, _ in sorted(TIERS, reverse=True)]


def expire(db: Database, now: Instant) -> None:
    """Give up the stretches whose time is over, tier by tier."""
    for width, kept in TIERS:
        if kept is None:
            continue
        known, over = _kept_since(db, width), (now - kept) // width * width
        # A clock that ran ahead must not keep us from sketching until it is that late.
        since = min(max(known, over), -(-now // width) * width)
        if since != known:
            meta.put(db, KEPT_SINCE.format(width=width), since)


def forget(db: Database, now: Instant, results_since: Instant, limit: int) -> int:
    """Delete at most so many whose time is over, among them the days before `results_since`; how many they were."""
    expire(db, now)
    left = limit
    for width, since in tiers(db):
        before = results_since // DAY * DAY if width == DAY else since
        left -= db.execute(FORGET, (width, before, left)).rowcount
    return limit - left


def _kept_since(db: Database, width: Duration) -> Instant:
    return meta.number(db, KEPT_SINCE.format(width=width)) or 0
