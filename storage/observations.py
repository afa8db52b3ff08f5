"""Everything that moved the board, in the order in which it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlite_utils import Database

from monitor.core.model import Configured, Observation, Result, Started, Tick
from monitor.core.ports import Decided
from storage import meta, results
from storage.codec import encode

KINDS: Mapping[type[Observation], str] = {Started: "started", Configured: "configured", Tick: "tick"}


def record(db: Database, decided: Sequence[Decided]) -> None:
    """Number the observations and write them down; a tick that changed nothing is none of them."""
    last = meta.number(db, meta.SEQUENCE) or 0
    kept = [pair for pair in decided if pair[1].changed or not isinstance(pair[0], Tick)]
    numbered = [(seq, observation) for seq, (observation, _) in enumerate(kept, last + 1)]
    results.insert(db, [(seq, it) for seq, it in numbered if isinstance(it, Result)])
    _insert(db, [(seq, it) for seq, it in numbered if not isinstance(it, Result)])
    results.remember_latest(db, _latest(enumerate(kept, last + 1)))
    meta.put(db, meta.SEQUENCE, last + len(kept))


def _insert(db: Database, numbered: Sequence[tuple[int, Started | Configured | Tick]]) -> None:
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
