"""Rolling up: what results came to is counted in the sketches of all tiers, each result once, a step at a time.

Steps go in rounds. A round is about the results up to some number, a step about some of their probes; `COUNTED` moves
on when the round is over, `probes.sketched` says of which probes it is over already. Where results are packed that
are not counted, since all is derived anew, a chunk is a round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlite_utils import Database

from monitor.core.model import Duration, Instant
from monitor.core.sketch import Sketch, Spent
from storage import chunks, meta, runs, sketches
from storage.chunks import Chunk

# What a step of about 20 ms takes; more runs of a probe at a time make fewer changes of its sketches.
PROBES_AT_A_TIME = 20
PACKS_AT_A_TIME = 2
RUNS_AT_A_TIME = 2_000
RUNS_OF_A_PROBE = 5

BEGUN = "SELECT max(sketched) FROM probes"
LAST = """
    SELECT max(seq) FROM (
        SELECT seq FROM results WHERE seq > :after
        ORDER BY seq LIMIT max(:runs, :each * (SELECT count(*) FROM probes))
    )
"""
BEHIND = """
    SELECT DISTINCT probe
    FROM results CROSS JOIN probes ON probes.id = probe
    WHERE seq > ? AND seq <= ? AND sketched < ?
    LIMIT ?
"""
PACKED_BEHIND = """
    SELECT probe
    FROM packs CROSS JOIN probes ON probes.id = probe
    WHERE chunk = ? AND worked > 0 AND sketched < ?
    LIMIT ?
"""
MORE = "SELECT EXISTS (SELECT 1 FROM results WHERE seq > ?)"


class Round(NamedTuple):
    """Results after one number, up to another; all of the chunk if they are packed."""

    after: int
    last: int
    chunk: Chunk | None = None


def step(db: Database) -> bool:
    """Count results that are not counted yet; whether there may be more of them."""
    current = _round(db)
    if current is None:
        return False
    at_a_time = PACKS_AT_A_TIME if current.chunk else PROBES_AT_A_TIME
    behind = _behind(db, current, at_a_time + 1)
    _take(db, current, behind[:at_a_time])
    if len(behind) > at_a_time:
        return True
    meta.put(db, sketches.COUNTED, current.last)
    return current.chunk is not None or bool(db.execute(MORE, (current.last,)).fetchone()[0])


def derive_anew(db: Database) -> None:
    """Forget all sketches: the next steps count all results again."""
    db.execute("DELETE FROM sketches")
    db.execute("UPDATE probes SET sketched = 0")
    meta.put(db, sketches.COUNTED, 0)


def _round(db: Database) -> Round | None:
    """The one that was begun, or the next; None when all is counted."""
    after = sketches.counted(db)
    chunk = chunks.after(db, after)
    if chunk is not None:
        return Round(after, chunk.last, chunk)
    (last,) = db.execute(BEGUN).fetchone()
    if last is None or last <= after:
        asked = {"after": after, "runs": RUNS_AT_A_TIME, "each": RUNS_OF_A_PROBE}
        (last,) = db.execute(LAST, asked).fetchone()
    return None if last is None else Round(after, last)


def _behind(db: Database, current: Round, limit: int) -> list[int]:
    """At most so many of the probes that have results in the round which are not counted."""
    after, last, chunk = current
    asked = (BEHIND, (after, last, last, limit)) if chunk is None else (PACKED_BEHIND, (last, last, limit))
    return [probe for (probe,) in db.execute(*asked).fetchall()]


def _take(db: Database, current: Round, probes: Sequence[int]) -> None:
    after, last, chunk = current
    found = runs.of_chunk(db, probes, chunk) if chunk else runs.numbered(db, probes, after, last)
    for probe, each in found.items():
        _count(db, probe, each)
    db.conn.executemany("UPDATE probes SET sketched = ? WHERE id = ?", [(last, probe) for probe in probes])


def _count(db: Database, probe: int, found: Iterable[runs.Run]) -> None:
    narrowest, *wider = reversed(sketches.tiers(db))
    known = _by_stretch(found, narrowest.width)
    sketches.add(db, probe, narrowest, known)
    for tier in wider:
        known = _widened(known, tier.width)
        sketches.add(db, probe, tier, known)


def _by_stretch(found: Iterable[runs.Run], width: Duration) -> dict[Instant, Sketch]:
    """By when each stretch begins."""
    stretches: defaultdict[Instant, list[Spent]] = defaultdict(list)
    for run in found:
        stretches[run.started // width * width].append(run.spent)
    return {since: Sketch.of_spent(spent) for since, spent in stretches.items()}


def _widened(narrow: Mapping[Instant, Sketch], width: Duration) -> dict[Instant, Sketch]:
    """Sketches of narrower stretches as those of wider ones."""
    stretches: defaultdict[Instant, list[Sketch]] = defaultdict(list)
    for since, sketch in narrow.items():
        stretches[since // width * width].append(sketch)
    return {since: Sketch.merged(each) for since, each in stretches.items()}
