"""Ledgers: the spans of each component."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

from monitor.core.model import Instant, LedgerRewrite, Span, Status

TOUCHING = """
    SELECT since, status FROM spans
    WHERE component = :component AND since >= ifnull(
        (SELECT max(since) FROM spans WHERE component = :component AND since <= :since), :since
    )
    ORDER BY since
"""


def rewrite(db: Database, ledger: Mapping[str, LedgerRewrite]) -> None:
    """Replace the end of each component's ledger."""
    for component, change in ledger.items():
        db.execute("DELETE FROM spans WHERE component = ? AND since >= ?", (component, change.since))
        rows = [(component, span.since, span.status) for span in change.spans]
        db.conn.executemany("INSERT INTO spans VALUES (?, ?, ?)", rows)


def touching(db: Database, component: str, since: Instant) -> list[Span]:
    """The spans that touch the time from `since` on, oldest first; the first may begin before it."""
    rows = db.execute(TOUCHING, {"component": component, "since": since}).fetchall()
    return [Span(begins, Status(status)) for begins, status in rows]


def begun(db: Database, component: str) -> Instant | None:
    """When the component's ledger begins; None when it has none."""
    (since,) = db.execute("SELECT min(since) FROM spans WHERE component = ?", (component,)).fetchone()
    return None if since is None else int(since)
