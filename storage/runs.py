"""Timed runs that worked, as sketches need them: when they started, and what they spent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlite_utils import Database

from monitor.core.model import Instant
from monitor.core.sketch import Spent
from storage import chunks, packs
from storage.chunks import Chunk
from storage.timed import TIMED


class Run(NamedTuple):
    started: Instant
    spent: Spent


SPENT = """
    ifnull(resolve, 0) + ifnull(connect, 0) + ifnull(tls, 0) + ifnull(processing, 0) + ifnull(transfer, 0),
    resolve, connect, tls, processing, transfer
"""

STARTED = f"""
    SELECT started, {SPENT}
    FROM results
    WHERE probe = ? AND started >= ? AND started < ? AND seq > ? AND seq <= ? AND {TIMED}
"""

# Where few results have such a number, they are walked: "+" keeps SQLite from all that is known of the probe. Where
# many have, as before the first roll-up, those of the probe in that time are: "+" keeps it from those of all others.
FEW = 1_000
AMONG_FEW = f"""
    SELECT started, {SPENT}
    FROM results
    WHERE seq > ? AND +probe = ? AND started >= ? AND started < ? AND {TIMED}
"""
AMONG_MANY = AMONG_FEW.replace("seq > ? AND +probe = ?", "+seq > ? AND probe = ?")

NEWEST = "SELECT ifnull(max(seq), 0) FROM results"
BEYOND = """
    SELECT started FROM results
    WHERE +seq > ? AND probe = ? AND started >= ? AND started < ?
    ORDER BY started LIMIT 1 OFFSET ?
"""

NUMBERED = f"""
    SELECT probe, started, {SPENT}
    FROM results
    WHERE seq > ? AND seq <= ? AND +probe IN (SELECT value FROM json_each(?)) AND {TIMED}
    ORDER BY probe
"""


def started(db: Database, probe: int, since: Instant, until: Instant, last: int) -> list[Run]:
    """Those of the probe that started at since ≤ t < until, among the results up to that number."""
    unpacked = _runs(db, STARTED, (probe, since, until, chunks.packed(db), last))
    return [*_packed(db, probe, since, until, 0, last), *unpacked]


def recent(db: Database, probe: int, since: Instant, until: Instant, after: int) -> list[Run]:
    """Those of the probe that started at since ≤ t < until, among the results after that number."""
    packed = chunks.packed(db)
    beyond = max(after, packed)
    question = AMONG_FEW if _newest(db) - beyond <= FEW else AMONG_MANY
    unpacked = _runs(db, question, (beyond, probe, since, until))
    return [*_packed(db, probe, since, until, after, packed), *unpacked] if after < packed else unpacked


def reach(db: Database, probe: int, since: Instant, until: Instant, after: int, limit: int) -> Instant:
    """`until`, or before it up to when so many results after that number started since then that are not packed."""
    beyond = max(after, chunks.packed(db))
    if _newest(db) - beyond <= limit:
        return until
    row = db.execute(BEYOND, (beyond, probe, since, until, limit)).fetchone()
    return until if row is None else max(row[0], since + 1)


def numbered(db: Database, probes: Sequence[int], after: int, last: int) -> dict[int, list[Run]]:
    """By probe those among the results after one number, up to another; none of them is packed."""
    rows = db.execute(NUMBERED, (after, last, json.dumps(probes))).fetchall()
    return {
        probe: [Run(begun, spent) for _, begun, *spent in found] for probe, found in groupby(rows, key=itemgetter(0))
    }


def of_chunk(db: Database, probes: Sequence[int], chunk: Chunk) -> dict[int, list[Run]]:
    """By probe those that are packed in the chunk."""
    span = (chunk.since, chunk.until + 1, chunk.first - 1, chunk.last)
    return {probe: _packed(db, probe, *span) for probe in probes}


def _newest(db: Database) -> int:
    row: tuple[int] = db.execute(NEWEST).fetchone()
    return row[0]


def _runs(db: Database, question: str, asked: tuple[int, ...]) -> list[Run]:
    return [Run(begun, spent) for begun, *spent in db.execute(question, asked).fetchall()]


def _packed(db: Database, probe: int, since: Instant, until: Instant, after: int, last: int) -> list[Run]:
    found = packs.timed(db, probe, since, until)
    return [Run(run.started, run.spent) for run in found if after < run.seq <= last]
