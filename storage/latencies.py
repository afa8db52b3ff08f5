"""Latencies of a long time, a slice at a time: in between, others are served."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.core.model import Instant
from monitor.core.ports import Place

RUNS_AT_A_TIME = 4_000  # about 10 ms

# Every run counts towards the slice, and not only what worked: an outage of weeks must not be read at once.
RUNS = """
    SELECT started, seq, CASE
        WHEN verdict IN ('pass', 'slow') AND coalesce(resolve, connect, tls, processing, transfer) IS NOT NULL
        THEN ifnull(resolve, 0) + ifnull(connect, 0) + ifnull(tls, 0) + ifnull(processing, 0) + ifnull(transfer, 0)
    END
    FROM results
    WHERE probe = ? AND (started, seq) > (?, ?) AND started < ?
    ORDER BY started, seq
    LIMIT ?
"""

PROBES = "SELECT id FROM probes WHERE name >= ? AND name < ?"


def next_slice(
    db: Database, component: str, since: Instant, until: Instant, after: Place | None
) -> tuple[list[int], Place | None]:
    """Latencies in µs of timed runs that worked and started at since ≤ t < until, from that place on.

    Returns:
        Those among the next runs, probe by probe, and the place after which to go on; None: that was all.
    """
    begun, *place = after or (0, since, 0)
    latencies: list[int] = []
    left = RUNS_AT_A_TIME
    for probe in (probe for probe in _probes(db, component) if probe >= begun):
        started, seq = place if probe == begun else (since, 0)
        runs = db.execute(RUNS, (probe, started, seq, until, left)).fetchall()
        latencies += [latency for _, _, latency in runs if latency is not None]
        left -= len(runs)
        if not left:
            started, seq, _ = runs[-1]
            return latencies, (probe, started, seq)
    return latencies, None


def _probes(db: Database, component: str) -> list[int]:
    """Numbers of the probes named "component/…", in order; "0" is what follows "/"."""
    return sorted(probe for (probe,) in db.execute(PROBES, (f"{component}/", f"{component}0")).fetchall())
