"""Packs: the results of a probe that belong to one chunk, in one row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlite_utils import Database

from monitor.core.model import Instant
from monitor.core.sketch import Spent
from storage import chunks, meta
from storage.chunks import MOST_OF_A_PROBE, Chunk
from storage.packing import MIDDLES, SPENT, STARTED, VERDICT, Pack, Row, pack, unpack
from storage.timed import is_timed

# Results, after which no further probe is packed: with those of the last, some 15 ms at most.
AT_A_TIME = MOST_OF_A_PROBE // 2
DROPPED_AT_A_TIME = 2_000  # rows

# The index that it looks at has the numbers, too.
NEXT_PROBE = """
    SELECT id FROM probes
    WHERE id > ifnull((SELECT max(probe) FROM packs WHERE chunk = :last), 0) AND EXISTS (
        SELECT 1 FROM results
        WHERE probe = probes.id AND started BETWEEN :since AND :until AND seq BETWEEN :first AND :last
    )
    ORDER BY id
    LIMIT 1
"""

ROWS = """
    SELECT seq, started, at, verdict, reason, resolve, connect, tls, processing, transfer,
        http_status, certificate_expires, detail, stalled, evidence
    FROM results
    WHERE probe = :probe AND started BETWEEN :since AND :until AND seq BETWEEN :first AND :last
    ORDER BY seq
"""

# What boards hold stays: they need its evidence and steps.
DROPPABLE = "seq <= ? AND seq NOT IN (SELECT latest FROM probes WHERE latest IS NOT NULL)"
DROP = f"""
    DELETE FROM results
    WHERE seq IN (SELECT seq FROM results WHERE {DROPPABLE} ORDER BY seq LIMIT {DROPPED_AT_A_TIME})
"""

OF_CHUNK = """
    SELECT probe, name, body FROM packs JOIN probes ON probes.id = probe
    WHERE chunk = ? AND probe > ?
    ORDER BY probe
    LIMIT 1
"""

OF_PROBE = """
    SELECT body FROM packs
    WHERE probe = ? AND until >= ? AND since < ? AND worked > 0 AND chunk <= ?
    ORDER BY until
"""

NEWEST = """
    SELECT chunk, until FROM packs
    WHERE probe = ? AND until >= ? AND worked > 0 AND chunk <= ?
    ORDER BY until DESC
"""

BEYOND = """
    SELECT since FROM packs
    WHERE probe = ? AND until >= ? AND since < ? AND worked > 0 AND chunk <= ?
    ORDER BY until LIMIT 1 OFFSET ?
"""

ONE = "SELECT body FROM packs WHERE chunk = ? AND probe = ?"


class Latency(NamedTuple):
    """What a timed run with verdict pass or slow took, in µs."""

    started: Instant
    seq: int
    latency: int


class Timed(NamedTuple):
    """A timed run with verdict pass or slow; what it spent lies in the middle of the buckets that sketches count."""

    started: Instant
    seq: int
    spent: Spent


def step(db: Database, now: Instant) -> bool:
    """Pack some results of long ago, or drop rows that were packed; whether more is left to do."""
    if db.execute(DROP, (chunks.packed(db),)).rowcount:
        return True
    chunk = chunks.begun(db)
    if chunk is None:
        return chunks.begin(db, now)
    if not _pack_some(db, chunk):
        meta.put(db, meta.PACKED, chunk.last)
    return True


def timed(db: Database, probe: int, since: Instant, until: Instant) -> list[Timed]:
    """Those of a probe that are packed and started at since ≤ t < until."""
    found = db.execute(OF_PROBE, (probe, since, until, chunks.packed(db))).fetchall()
    return [run for (body,) in found for run in _timed(unpack(body)) if since <= run.started < until]


def reach(db: Database, probe: int, since: Instant, until: Instant, limit: int) -> Instant:
    """`until`, or before it up to where so many of the packs reach that `timed` would unpack."""
    row = db.execute(BEYOND, (probe, since, until, chunks.packed(db), limit)).fetchone()
    return row[0] if row is not None and row[0] > since else until


def with_newest(db: Database, probe: int, since: Instant, limit: int | None, found: list[Latency]) -> list[Latency]:
    """Beside the latencies found so far, newest first, those that are packed and started at `since` or later.

    Args:
        limit: so many of the newest are complete; None: all are.
    """
    for chunk, until in db.execute(NEWEST, (probe, since, chunks.packed(db))).fetchall():
        if limit is not None and len(found) >= limit and until < found[limit - 1].started:
            break
        (body,) = db.execute(ONE, (chunk, probe)).fetchone()
        runs = (run for run in _timed(unpack(body)) if run.started >= since)
        found = sorted(
            [*found, *(Latency(started, seq, spent[0] or 0) for started, seq, spent in runs)], reverse=True
        )
    return found


def next_of_chunk(db: Database, chunk: Chunk, after: int) -> tuple[int, str, Pack] | None:
    """That of the first probe with a number after that one: number, name and pack; None: there is none."""
    row = db.execute(OF_CHUNK, (chunk.last, after)).fetchone()
    return None if row is None else (row[0], row[1], unpack(row[2]))


def _pack_some(db: Database, chunk: Chunk) -> bool:
    """Pack the results of the next probes; whether there were any."""
    runs = 0
    while runs < AT_A_TIME:
        found = db.execute(NEXT_PROBE, chunk._asdict()).fetchone()
        if found is None:
            break
        runs += _pack(db, chunk, *found)
    return runs > 0


def _pack(db: Database, chunk: Chunk, probe: int) -> int:
    """Pack those of one probe; how many they were."""
    rows: list[Row] = db.execute(ROWS, {"probe": probe, **chunk._asdict()}).fetchall()
    started = [row[STARTED] for row in rows]
    worked = sum(is_timed(row[VERDICT], (row[place] for place in SPENT)) for row in rows)
    packed = (chunk.last, probe, min(started), max(started), worked, pack(rows))
    db.execute("INSERT INTO packs VALUES (?, ?, ?, ?, ?, ?)", packed)
    return len(rows)


def _timed(unpacked: Pack) -> Iterator[Timed]:
    verdicts = [kind[0] for kind in unpacked.kinds]
    measures = [map(MIDDLES.__getitem__, column) for column in (unpacked.latency, *unpacked.phases)]
    runs = zip(unpacked.kind, unpacked.started, unpacked.seq, zip(*measures, strict=True), strict=True)
    for kind, started, seq, spent in runs:
        if is_timed(verdicts[kind], spent[1:]):
            yield Timed(started, seq, spent)
