"""Everything that moved the board, in the order in which it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

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
from storage import meta, results
from storage.codec import decode, encode

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

# The last number of a slice; both tables are walked in their order, and no further than its end.
END = """
    SELECT max(seq) FROM (
        SELECT seq FROM results WHERE seq > max(:after, :before)
        UNION ALL SELECT seq FROM observations WHERE seq > :after
        ORDER BY seq LIMIT :limit
    )
"""

OTHERS = """
    SELECT json_object('seq', json_group_array(seq), 'kind', json_group_array(kind), 'body', json_group_array(body))
    FROM observations WHERE seq BETWEEN ? AND ?
"""


def record(db: Database, decided: Sequence[Decided]) -> None:
    """Number the observations and write them down; a tick or a command that changed nothing is none of them."""
    last = meta.number(db, meta.SEQUENCE) or 0
    kept = [pair for pair in decided if pair[1].changed or not isinstance(pair[0], Tick | Command)]
    numbered = [(seq, observation) for seq, (observation, _) in enumerate(kept, last + 1)]
    results.insert(db, [(seq, it) for seq, it in numbered if isinstance(it, Result)])
    _insert(db, [(seq, it) for seq, it in numbered if not isinstance(it, Result)])
    results.remember_latest(db, _latest(enumerate(kept, last + 1)))
    meta.put(db, meta.SEQUENCE, last + len(kept))


def after(db: Database, seq: int, limit: int, since: Instant) -> str:
    """At most `limit` observations after that number, as JSON that `numbered` reads; see `Store.observations`."""
    before = results.last_before(db, since)
    (end,) = db.execute(END, {"after": seq, "before": before, "limit": limit}).fetchone()
    last = seq if end is None else end
    found = results.between(db, max(seq, before) + 1, last)
    (others,) = db.execute(OTHERS, (seq + 1, last)).fetchone()
    return f'{{"results":{found},"others":{others}}}'


def numbered(document: Mapping[str, Any]) -> list[tuple[int, Observation]]:
    """The observations that `after` wrote, under their numbers and in their order."""
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
