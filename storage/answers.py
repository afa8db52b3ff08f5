"""What was answered to requests with an Idempotency-Key."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.core.model import Instant
from monitor.core.subscribing import Answered
from storage.codec import storable

ONE = "SELECT request, status, body, at FROM answers WHERE key = ? AND idempotency_key = ?"


def record(db: Database, key: str, idempotency_key: str, answer: Answered) -> None:
    """Write an answer down. A second one to the same Idempotency-Key is an error: one request was made twice."""
    row = (key, storable(idempotency_key), answer.request, answer.status, answer.body, answer.at)
    db.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)", row)


def one(db: Database, key: str, idempotency_key: str) -> Answered | None:
    row = db.execute(ONE, (key, storable(idempotency_key))).fetchone()
    return None if row is None else Answered(*row)


def forget(db: Database, before: Instant) -> None:
    db.execute("DELETE FROM answers WHERE at < ?", (before,))
