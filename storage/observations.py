"""Everything that moved the board, in the order in which it was decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlite_utils import Database

from monitor.core.model import (
    Amended,
    Cancelled,
    Command,
    Configured,
    Explained,
    Instant,
    Observation,
    Planned,
    Reported,
    Result,
    Started,
    Tick,
    Written,
)
from monitor.core.ports import Decided
from storage import chunks, meta, results
from storage.chunks import Chunk
from storage.codec import decode, encode
from storage.recall import Columns, Recall

# Kinds of what is no result.
KINDS: Mapping[type[Observation], str] = {
    Started: "started",
    Configured: "configured",
    Tick: "tick",
    Planned: "planned",
    Cancelled: "cancelled",
    Reported: "reported",
    Written: "written",
    Explained: "explained",
    Amended: "amended",
}
NOUNS: Mapping[str, type[Observation]] = {kind: noun for noun, kind in KINDS.items()}

NEXT_RESULT = "SELECT min(seq) FROM results WHERE seq > ?"
NEXT_OTHER = "SELECT min(seq) FROM observations WHERE seq > ?"

OTHERS = """
    SELECT json_object('seq', json_group_array(seq), 'kind', json_group_array(kind), 'body', json_group_array(body))
    FROM observations WHERE seq BETWEEN ? AND ?
"""


class Slice(NamedTuple):
    """Some observations, in no telling order."""

    results: Columns | str  # columns that were packed, or JSON of such columns
    others: str  # JSON

    @property
    def text(self) -> str:
        """As JSON, which `numbered` reads."""
        found = self.results if isinstance(self.results, str) else _as_text(self.results)
        return f'{{"results":{found},"others":{self.others}}}'

    @property
    def numbered(self) -> list[tuple[int, Observation]]:
        """The observations under their numbers and in their order."""
        found = json.loads(self.results) if isinstance(self.results, str) else self.results
        return numbered({"results": found, "others": json.loads(self.others)})


def record(db: Database, decided: Sequence[Decided]) -> None:
    """Number the observations and write them down; a tick or a command that changed nothing is none of them."""
    last = meta.number(db, meta.SEQUENCE) or 0
    kept = [pair for pair in decided if pair[1].changed or not isinstance(pair[0], Tick | Command)]
    numbered = [(seq, observation) for seq, (observation, _) in enumerate(kept, last + 1)]
    results.insert(db, [(seq, it) for seq, it in numbered if isinstance(it, Result)])
    _insert(db, [(seq, it) for seq, it in numbered if not isinstance(it, Result)])
    results.remember_latest(db, _latest(enumerate(kept, last + 1)))
    meta.put(db, meta.SEQUENCE, last + len(kept))


def unpack(db: Database, recall: Recall, seq: int, since: Instant) -> bool:
    """Unpack some of what `after` will read; whether more of it is left."""
    floor, chunk = _floor(db, seq, since)
    chunk = chunk or chunks.after(db, floor)
    return chunk is not None and recall.step(db, chunk)


def after(db: Database, recall: Recall, seq: int, limit: int, since: Instant) -> Slice:
    """The observations among the next `limit` numbers from the first on that there is; see `Store.observations`."""
    floor, chunk = _floor(db, seq, since)
    if chunk is not None:
        floor = max(floor, recall.last_before(db, chunk, since))
    chunk, result = _next_result(db, recall, floor)
    (other,) = db.execute(NEXT_OTHER, (seq,)).fetchone()
    first = min((number for number in (result, other) if number is not None), default=seq + 1)
    last = first + limit - 1
    if chunk is None:
        begin = max(floor, chunks.packed(db), first - 1) + 1
        return Slice(results.between(db, begin, last), _others_text(db, first, last))
    last = min(last, chunk.last)  # where the next one begins
    return Slice(recall.columns(db, chunk, max(floor, first - 1), last), _others_text(db, first, last))


def _as_text(columns: Columns) -> str:
    """Column by column: in between, the event loop may have its turn."""
    return f"{{{','.join(f'{json.dumps(name)}:{_compact(values)}' for name, values in columns.items())}}}"


def _compact(values: Sequence[Any]) -> str:
    return json.dumps(values, separators=(",", ":"))


def _floor(db: Database, seq: int, since: Instant) -> tuple[int, Chunk | None]:
    """The number after which results are wanted; and the chunk, if it is packed, in which it lies beyond that."""
    before = results.last_before(db, since)
    chunk = None if before else chunks.before(db, since)
    return max(seq, before), None if chunk is None or chunk.last <= seq else chunk


def _next_result(db: Database, recall: Recall, floor: int) -> tuple[Chunk | None, int | None]:
    """The number of the first result after that one, with its chunk if it is packed."""
    chunk = chunks.after(db, floor)
    while chunk is not None:
        result = recall.following(db, chunk, floor)
        if result is not None:
            return chunk, result
        chunk = chunks.after(db, chunk.last)
    (result,) = db.execute(NEXT_RESULT, (max(floor, chunks.packed(db)),)).fetchone()
    return None, result


def _others_text(db: Database, first: int, last: int) -> str:
    row: tuple[str] = db.execute(OTHERS, (first, last)).fetchone()
    return row[0]


def numbered(document: Mapping[str, Any]) -> list[tuple[int, Observation]]:
    """The observations of a slice, under their numbers and in their order."""
    found = [*results.numbered(document["results"]), *_others(**document["others"])]
    return sorted(found, key=itemgetter(0))


def _others(seq: Sequence[int], kind: Sequence[str], body: Sequence[str]) -> Iterator[tuple[int, Observation]]:
    for number, word, text in zip(seq, kind, body, strict=True):
        yield number, decode(NOUNS[word], text)


def _insert(db: Database, numbered: Sequence[tuple[int, Observation]]) -> None:
    rows = [(seq, it.at, KINDS[type(it)], encode(it)) for seq, it in numbered]
    db.conn.executemany("INSERT INTO observations VALUES (?, ?, ?, ?)", rows)


def _latest(numbered: Iterable[tuple[int, Decided]]) -> dict[str, int | None]:
    """Probe → number of the result that the board holds in the end; None when the probe was forgotten since."""
    latest: dict[str, int | None] = {}
    for seq, (observation, step) in numbered:
        if isinstance(observation, Result):
            latest[observation.probe] = seq
        latest.update((probe, None) for probe, state in step.probes.items() if state is None)
    return latest
