"""Results: one row per run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from monitor.core.model import PHASES, Instant, Phases, Reason, Result, StepPhases, Verdict
from storage import chunks, packs, probes
from storage.codec import encode, storable
from storage.packs import Latency
from storage.timed import TIMED

INSERT = """
    INSERT INTO results VALUES (
        ?, (SELECT id FROM probes WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
    )
"""

LATEST = """
    SELECT name, started, at, verdict, reason, resolve, connect, tls, processing, transfer,
        http_status, certificate_expires, detail, evidence, stalled, steps
    FROM probes JOIN results ON results.seq = probes.latest
"""

NEWEST = f"""
    SELECT started, seq, resolve, connect, tls, processing, transfer
    FROM results
    WHERE probe = ? AND started >= ? AND seq > ? AND {TIMED}
    ORDER BY started DESC, seq DESC
    LIMIT ?
"""

# For each probe one look at its index.
LAST_BEFORE = """
    SELECT ifnull(max(seq), 0) FROM (
        SELECT (
            SELECT seq FROM results
            WHERE probe = probes.id AND started < :since AND seq > :packed
            ORDER BY started DESC, seq DESC
            LIMIT 1
        ) AS seq FROM probes
    )
"""

# All but the evidence and the steps of transactions, on which no decision depends.
COLUMNS = (
    "seq",
    "name",
    "started",
    "at",
    "verdict",
    "reason",
    "resolve",
    "connect",
    "tls",
    "processing",
    "transfer",
    "http_status",
    "certificate_expires",
    "detail",
    "stalled",
)

# Made by SQLite, whose work leaves Python free for the event loop.
BETWEEN = f"""
    SELECT json_object({", ".join(f"'{column}', json_group_array({column})" for column in COLUMNS)})
    FROM results JOIN probes ON probes.id = results.probe
    WHERE seq BETWEEN ? AND ?
"""

VERDICTS: Mapping[str, Verdict] = {verdict.value: verdict for verdict in Verdict}
REASONS: Mapping[str | None, Reason | None] = {None: None} | {reason.value: reason for reason in Reason}

NO_LIMIT = -1


def insert(db: Database, numbered: Sequence[tuple[int, Result]]) -> None:
    """Write results down under their numbers."""
    names = {result.probe for _, result in numbered}
    # Names are looked up in the table, not in a cache of ours: a cache would outlive a rollback.
    db.conn.executemany("INSERT INTO probes (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names])
    db.conn.executemany(INSERT, [_row(seq, result) for seq, result in numbered])


def remember_latest(db: Database, latest: Mapping[str, int | None]) -> None:
    """Note which result the board holds of each probe; None: it holds none any more."""
    db.conn.executemany("UPDATE probes SET latest = ? WHERE name = ?", [(seq, name) for name, seq in latest.items()])


def latest(db: Database) -> dict[str, Result]:
    """The result that the board holds, by probe."""
    return {row[0]: _result(*row) for row in db.execute(LATEST).fetchall()}


def latencies(db: Database, component: str, since: Instant, limit: int | None) -> list[int]:
    """Latencies in µs of the runs of all probes of the component that worked and were timed, newest first."""
    found: list[Latency] = []
    for probe in probes.of(db, component):
        at_most = NO_LIMIT if limit is None else limit
        rows = db.execute(NEWEST, (probe, since, chunks.packed(db), at_most)).fetchall()
        runs = [Latency(started, seq, Phases(*phases).latency) for started, seq, *phases in rows]
        found += packs.with_newest(db, probe, since, limit, runs)
    return [run.latency for run in sorted(found, reverse=True)[:limit]]


def last_before(db: Database, since: Instant) -> int:
    """The number of the last result that started before an instant; 0 when there is none that is not packed."""
    row: tuple[int] = db.execute(LAST_BEFORE, {"since": since, "packed": chunks.packed(db)}).fetchone()
    return row[0]


def between(db: Database, first: int, last: int) -> str:
    """The results with these numbers, without evidence, as JSON: a list for each column, in no telling order.

    None of them is packed.
    """
    row: tuple[str] = db.execute(BETWEEN, (first, last)).fetchone()
    return row[0]


def numbered(columns: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Result]]:
    """The results of such columns, under their numbers."""
    rows = zip(*(columns[name] for name in COLUMNS), strict=True)
    for seq, probe, started, at, verdict, reason, *phases, status, expires, detail, stalled in rows:
        yield (
            seq,
            Result(
                probe=probe,
                started=started,
                at=at,
                verdict=VERDICTS[verdict],
                reason=REASONS[reason],
                phases=Phases(*phases),
                http_status=status,
                certificate_expires=expires,
                detail=detail,
                stalled=bool(stalled),
            ),
        )


def _row(seq: int, result: Result) -> tuple[object, ...]:
    # A clock that was set back may tell of less than nothing, which sketches do not count.
    spent = (getattr(result.phases, phase) for phase in PHASES)
    return (
        seq,
        result.probe,
        result.started,
        result.at,
        result.verdict,
        result.reason,
        *(None if one is None else max(one, 0) for one in spent),
        result.http_status,
        result.certificate_expires,
        storable(result.detail),
        encode(result.evidence) if result.evidence else None,
        result.stalled,
        encode([_step_row(step) for step in result.steps]) if result.steps else None,
    )


def _step_row(step: StepPhases) -> list[object]:
    return [step.step, *(getattr(step.phases, phase) for phase in PHASES)]


def _steps(text: str | None) -> tuple[StepPhases, ...]:
    return tuple(StepPhases(step, Phases(*phases)) for step, *phases in json.loads(text or "[]"))


def _result(probe: str, started: Instant, at: Instant, verdict: str, reason: str | None, *rest: Any) -> Result:
    *phases, http_status, certificate_expires, detail, evidence, stalled, steps = rest
    return Result(
        probe=probe,
        started=started,
        at=at,
        verdict=Verdict(verdict),
        reason=Reason(reason) if reason else None,
        phases=Phases(*phases),
        http_status=http_status,
        certificate_expires=certificate_expires,
        detail=detail,
        evidence=json.loads(evidence) if evidence else {},
        stalled=bool(stalled),
        steps=_steps(steps),
    )
