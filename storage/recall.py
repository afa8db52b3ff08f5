"""The chunk that was read last, unpacked: whoever reads slice after slice reads on in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlite_utils import Database

from monitor.core.model import Instant
from storage import packs, results
from storage.chunks import Chunk
from storage.packing import MIDDLES, Pack

RESULTS_AT_A_TIME = 1_000  # after which no further pack is unpacked, of which the last has 1,000 at most

Columns: TypeAlias = dict[str, list[Any]]


class Named(NamedTuple):
    """The pack of a probe."""

    probe: int
    name: str
    pack: Pack


class Recall:
    """Keeps one chunk, of some 10 MB when it is a large one."""

    def __init__(self) -> None:
        self._chunk: Chunk | None = None
        self._packs: list[Named] = []
        self._whole = False

    def step(self, db: Database, chunk: Chunk) -> bool:
        """Unpack some more of the chunk, and forget any other; whether more is left."""
        if chunk != self._chunk:
            self._chunk, self._packs, self._whole = chunk, [], False
        unpacked = 0
        while not self._whole and unpacked < RESULTS_AT_A_TIME:
            found = packs.next_of_chunk(db, chunk, self._packs[-1].probe if self._packs else 0)
            if found is None:
                self._whole = True
                break
            self._packs.append(Named(*found))
            unpacked += len(self._packs[-1].pack.seq)
        return not self._whole

    def last_before(self, db: Database, chunk: Chunk, since: Instant) -> int:
        """The number of the last result of the chunk that started before an instant; 0 when there is none."""
        found = self._read(db, chunk)
        return max((_last_before(pack, since) for _, _, pack in found), default=0)

    def following(self, db: Database, chunk: Chunk, after: int) -> int | None:
        """The number of the first result of the chunk after that one."""
        places = ((pack.seq, bisect_right(pack.seq, after)) for _, _, pack in self._read(db, chunk))
        return min((seq[place] for seq, place in places if place < len(seq)), default=None)

    def columns(self, db: Database, chunk: Chunk, after: int, last: int) -> Columns:
        """The results of the chunk after one number, up to another, as `results.numbered` reads them."""
        columns: Columns = {name: [] for name in results.COLUMNS}
        for _, name, pack in self._read(db, chunk):
            wanted = slice(bisect_right(pack.seq, after), bisect_right(pack.seq, last))
            for column, values in zip(columns.values(), _columns(name, pack, wanted), strict=True):
                column.extend(values)
        return columns

    def _read(self, db: Database, chunk: Chunk) -> list[Named]:
        while self.step(db, chunk):
            pass
        return self._packs


def _columns(name: str, pack: Pack, wanted: slice) -> Iterator[Sequence[Any]]:
    """Those of a stretch of the pack, in the order of `results.COLUMNS`."""
    kind = pack.kind[wanted]
    verdict, reason, http_status, certificate_expires, detail, stalled = (
        list(map(values.__getitem__, kind)) for values in zip(*pack.kinds, strict=True)
    )
    yield pack.seq[wanted]
    yield [name] * len(kind)
    yield from (pack.started[wanted], pack.at[wanted], verdict, reason)
    for phase in pack.phases:
        yield list(map(MIDDLES.__getitem__, phase[wanted]))
    yield from (http_status, certificate_expires, detail, stalled)


def _last_before(pack: Pack, since: Instant) -> int:
    return max((seq for seq, started in zip(pack.seq, pack.started, strict=True) if started < since), default=0)
