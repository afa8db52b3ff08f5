"""Latencies of any stretch of time: whole stretches come from sketches, the rest from the results themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlite_utils import Database

from monitor.core.model import Duration, Instant
from monitor.core.sketch import Sketch, Slot, Spent
from storage import runs, sketches
from storage.cover import Tier, cover, within

PROBES = "SELECT id, sketched FROM probes WHERE name >= ? AND name < ?"


class Found(NamedTuple):
    """Sketches as they are kept, each with when its stretch began, and the runs that are in none of them."""

    sketches: list[tuple[Instant, bytes]]
    runs: list[runs.Run]


def between(db: Database, component: str, since: Instant, until: Instant) -> Sketch:
    """Of all timed runs of the component that worked and started at since ≤ t < until."""
    found = _find(db, component, since, until, sketches.tiers(db))
    return _merged([body for _, body in found.sketches], [run.spent for run in found.runs])


def slots(db: Database, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
    """The slots of so many ms from since ≤ t < until on in which such a run started, oldest first."""
    found = _find(db, component, since, until, within(sketches.tiers(db), since, width))
    kept: defaultdict[int, list[bytes]] = defaultdict(list)
    loose: defaultdict[int, list[Spent]] = defaultdict(list)
    for begun, body in found.sketches:
        kept[(begun - since) // width].append(body)
    for run in found.runs:
        loose[(run.started - since) // width].append(run.spent)
    numbers = sorted(kept.keys() | loose.keys())
    return [Slot(since + number * width, _merged(kept[number], loose[number])) for number in numbers]


def _merged(kept: Sequence[bytes], loose: Sequence[Spent]) -> Sketch:
    known = sketches.decode(*kept)
    return known + Sketch.of_spent(loose) if loose else known


def _find(db: Database, component: str, since: Instant, until: Instant, tiers: Sequence[Tier]) -> Found:
    found = Found([], [])
    counted = sketches.counted(db)
    pieces = cover(since, until, tiers)
    for probe, sketched in db.execute(PROBES, (f"{component}/", f"{component}0")).fetchall():  # "0" follows "/"
        last = max(counted, sketched)
        for width, begin, end in pieces:
            if width is None:
                found.runs.extend(runs.started(db, probe, begin, end, last))
            else:
                found.sketches.extend(sketches.between(db, probe, width, begin, end))
        found.runs.extend(runs.recent(db, probe, since, until, last))
    return found
