"""Latencies of any stretch of time: whole stretches come from sketches, the rest from the results themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlite_utils import Database

from monitor.core.model import Duration, Instant
from monitor.core.sketch import Sketch, Slot, Spent
from storage import packs, probes, runs, sketches
from storage.cover import Piece, cover, within
from storage.runs import Run

# What a portion reads at most, in some 20 ms.
SKETCHES_AT_A_TIME = 500
PACKS_AT_A_TIME = 4
RUNS_AT_A_TIME = 2_000

NONE = Sketch()

BEYOND = """
    SELECT since FROM sketches
    WHERE probe = ? AND width = ? AND since >= ? AND since < ?
    ORDER BY since LIMIT 1 OFFSET ?
"""


class Window:
    """The timed runs of a component that worked and started at since ≤ t < until, read portion by portion.

    A portion is of one probe and one stretch of time, so that no run is in two of them; and it is read at once, so
    that a run is found in it once, wherever it is kept by then.

    Args:
        width: ms of each slot; None: no slots are wanted.
    """

    def __init__(self, component: str, since: Instant, until: Instant, width: Duration | None = None) -> None:
        self._component = component
        self._since = since
        self._until = until
        self._width = width
        self._left: list[tuple[int, Instant]] | None = None  # probes, and from when on each; the next is the last
        self._found: dict[int, Sketch] = {}  # by number of the slot

    def step(self, db: Database) -> bool:
        """Read the next portion; whether more is left."""
        if self._left is None:
            begun = self._since < self._until
            self._left = [(probe, self._since) for probe in probes.of(db, self._component)] if begun else []
        if self._left:
            probe, begin = self._left.pop()
            end = self._read(db, probe, begin)
            if end < self._until:
                self._left.append((probe, end))
        return bool(self._left)

    @property
    def whole(self) -> Sketch:
        """Of all runs that were read."""
        return Sketch.merged(self._found.values()) if self._found else NONE

    @property
    def slots(self) -> list[Slot]:
        """Those in which runs were read, oldest first."""
        width = self._width or 0
        return [Slot(self._since + number * width, sketch) for number, sketch in sorted(self._found.items())]

    def _read(self, db: Database, probe: int, begin: Instant) -> Instant:
        """Read a portion that begins then; when it ends."""
        tiers = sketches.tiers(db)
        if self._width is not None:
            tiers = within(tiers, self._since, self._width)
        last = max(sketches.counted(db), probes.sketched(db, probe))
        end = _end(db, probe, cover(begin, self._until, tiers)[0], last)
        kept: defaultdict[int, list[bytes]] = defaultdict(list)
        loose: defaultdict[int, list[Spent]] = defaultdict(list)
        pieces = cover(begin, end, tiers)
        for at, body in _sketches(db, probe, pieces):
            kept[self._slot(at)].append(body)
        for run in _runs(db, probe, pieces, last):
            loose[self._slot(run.started)].append(run.spent)
        for number in kept.keys() | loose.keys():
            found = (sketches.decode(*kept[number]), Sketch.of_spent(loose[number]))
            self._found[number] = Sketch.merged((self._found.get(number, NONE), *found))
        return end

    def _slot(self, at: Instant) -> int:
        return 0 if self._width is None else (at - self._since) // self._width


def _sketches(db: Database, probe: int, pieces: Sequence[Piece]) -> Iterator[tuple[Instant, bytes]]:
    for width, begin, end in pieces:
        if width is not None:
            yield from sketches.between(db, probe, width, begin, end)


def _runs(db: Database, probe: int, pieces: Sequence[Piece], last: int) -> Iterator[Run]:
    """Those that are in none of the sketches; the number `last` is that of the last result in them."""
    for width, begin, end in pieces:
        if width is None:
            yield from runs.started(db, probe, begin, end, last)
    yield from runs.recent(db, probe, pieces[0].since, pieces[-1].until, last)


def _end(db: Database, probe: int, piece: Piece, last: int) -> Instant:
    """When a portion ends that begins with that piece, so that it reads no more than so much."""
    width, begin, until = piece
    if width is None:
        until = packs.reach(db, probe, begin, until, PACKS_AT_A_TIME)
        return runs.reach(db, probe, begin, until, 0, RUNS_AT_A_TIME)
    row = db.execute(BEYOND, (probe, width, begin, until, SKETCHES_AT_A_TIME)).fetchone()
    return runs.reach(db, probe, begin, until if row is None else row[0], last, RUNS_AT_A_TIME)
