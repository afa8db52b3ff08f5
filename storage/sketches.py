"""Sketches: of each probe one row per stretch of time and tier, as `monitor.core.sketch.TIERS` says."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

from sqlite_utils import Database

from monitor.core.model import HOUR, Duration, Instant
from monitor.core.sketch import DIGIT, MEASURES, TIERS, Distribution, Sketch
from storage import meta
from storage.cover import Tier, next_stretch

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
OLDEST = "SELECT min((SELECT min(since) FROM sketches WHERE probe = probes.id AND width = ?)) FROM probes"


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
    most = max(0, distribution.total)  # once written down, a phase of less than no time must not stop us
    total = most.to_bytes(-(-most.bit_length() // 8), "little")
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


def expire(db: Database, horizon: Instant, keep: Duration, now: Instant) -> None:
    """Give up the stretches that began before the horizon, and tier by tier those whose time is over.

    Args:
        keep: how long after the horizon it is, as far as time is believed; `now` is what the clock says. Results of
            while it ran ahead may be missing in windows once it is set back.
    """
    for width, kept in TIERS:
        over = horizon if kept is None else max(horizon, horizon + keep - kept)
        # A clock that ran ahead must not keep us from sketching until it is that late.
        _move(db, width, min(max(_kept_since(db, width), next_stretch(over, width)), next_stretch(now, width)))


def give_up(db: Database, before: Instant) -> None:
    """Give up, in all tiers, what began before an instant: results of that time are gone."""
    for width, _ in TIERS:
        _move(db, width, max(_kept_since(db, width), next_stretch(before, width)))


def give_up_oldest(db: Database, before: Instant) -> bool:
    """Give up the oldest stretches that are there, if they began an hour or more before an instant; whether any."""
    found = [db.execute(OLDEST, (width,)).fetchone()[0] for width, _ in TIERS]
    oldest = min((since for since in found if since is not None), default=None)
    if oldest is None or next_stretch(oldest + 1, HOUR) > before:
        return False
    give_up(db, next_stretch(oldest + 1, HOUR))
    return True


def forget(db: Database, limit: int) -> int:
    """Delete at most so many that are given up; how many they were."""
    left = limit
    for width, since in tiers(db):
        left -= db.execute(FORGET, (width, since, left)).rowcount
    return limit - left


def _move(db: Database, width: Duration, since: Instant) -> None:
    if since != _kept_since(db, width):
        meta.put(db, KEPT_SINCE.format(width=width), since)


def _kept_since(db: Database, width: Duration) -> Instant:
    return meta.number(db, KEPT_SINCE.format(width=width)) or 0
