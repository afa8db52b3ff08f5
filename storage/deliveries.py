"""Deliveries: what is owed to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from monitor.core.model import EventKind, Instant
from monitor.core.ports import Cursor
from monitor.core.subscribing import Attempt, Delivery, DeliveryState
from storage import attempts

# A subscription that is gone is owed nothing, and nobody is owed an event twice. An event that is not there is NULL,
# which is refused.
INSERT = """
    INSERT INTO deliveries
    SELECT ?, (SELECT seq FROM events WHERE id = ?), id, ?, ?, ?, ?, ?, ?, ? FROM subscriptions WHERE id = ?
    ON CONFLICT DO NOTHING
    RETURNING event
"""

# What a delivery is of never changes, and one that is gone stays so.
UPDATE = "UPDATE deliveries SET due = ?, state = ?, attempts = ?, first_attempt_at = ? WHERE id = ?"

SELECT = """
    SELECT d.id, e.id, d.kind, d.incident, d.subscription, d.created_at, d.due, d.state, d.event, d.attempts,
        d.first_attempt_at
    FROM deliveries d JOIN events e ON e.seq = d.event
"""
# As the index has it, or it would not be used.
UNSETTLED = f"{SELECT} WHERE d.state IN ('pending', 'standing') ORDER BY d.event, d.subscription"
ONE = f"{SELECT} WHERE d.id = ?"
PAGE = f"{SELECT} WHERE {{}} ORDER BY d.created_at DESC, d.id DESC LIMIT :limit"
DEAD = f"{SELECT} WHERE d.state = 'dead' AND d.subscription = ? AND d.created_at >= ? ORDER BY d.event"

# An incident that was reopened was last opened when its latest end was over.
SINCE_OPENING = f"""
    {SELECT} WHERE d.subscription = :subscription AND d.incident = :incident AND d.created_at >= (
        SELECT ifnull(max(timestamp), 0) FROM incident_updates WHERE incident = :incident AND status = 'resolved'
    )
    ORDER BY d.event
"""

TOLD = """
    SELECT d.subscription, d.incident FROM deliveries d JOIN incidents i ON i.id = d.incident
    WHERE i.status <> 'resolved' OR i.reopen_until IS NOT NULL
"""

ATTEMPTED = """
    SELECT 1 FROM deliveries d JOIN attempts a ON a.delivery = d.id
    WHERE d.subscription = ? AND d.incident = ? LIMIT 1
"""

# Each subscription's old ones are found by its index; without the first condition the whole table would be read.
SETTLED = """
    subscription IN (SELECT id FROM subscriptions) AND created_at < ? AND state NOT IN ('pending', 'standing')
"""


def record(db: Database, owed: Iterable[Delivery]) -> list[Delivery]:
    """Write down what is owed for events that are written down; those that are new, with their sequence."""
    recorded = []
    for delivery in owed:
        rows = db.execute(INSERT, _row(delivery)).fetchall()
        recorded += [replace(delivery, sequence=seq) for (seq,) in rows]
    return recorded


def put(db: Database, changed: Iterable[Delivery], attempt: Attempt | None) -> None:
    """Write down how deliveries are now, and the attempt that made them so; what was dropped stays dropped."""
    rows = [(it.due, it.state, it.attempts, it.first_attempt_at, it.id) for it in changed]
    db.conn.executemany(UPDATE, rows)
    if attempt is not None:
        attempts.record(db, attempt)


def unsettled(db: Database) -> list[Delivery]:
    """All that is owed, and all that stands, in the order of their events."""
    return [_delivery(*row) for row in db.execute(UNSETTLED).fetchall()]


def one(db: Database, delivery: str) -> Delivery | None:
    rows = db.execute(ONE, (delivery,)).fetchall()
    return next((_delivery(*row) for row in rows), None)


def page(db: Database, subscription: str, limit: int, before: Cursor | None) -> list[tuple[Delivery, list[Attempt]]]:
    """At most `limit` deliveries older than `before`, newest first in the order of (created_at, id)."""
    conditions = ["d.subscription = :subscription"]
    if before is not None:
        conditions.append("(d.created_at, d.id) < (:created_at, :id)")
    created_at, id_ = before or (None, None)
    asked = {"subscription": subscription, "created_at": created_at, "id": id_, "limit": limit}
    rows = db.execute(PAGE.format(" AND ".join(conditions)), asked).fetchall()
    found = [_delivery(*row) for row in rows]
    return [(delivery, attempts.of(db, delivery.id)) for delivery in found]


def dead_since(db: Database, subscription: str, since: Instant) -> list[Delivery]:
    """Dead ones created at `since` or later, in the order of their events."""
    return [_delivery(*row) for row in db.execute(DEAD, (subscription, since)).fetchall()]


def since_opening(db: Database, subscription: str, incident: str) -> list[Delivery]:
    """Those of an incident since its latest opening, in the order of their events."""
    asked = {"subscription": subscription, "incident": incident}
    return [_delivery(*row) for row in db.execute(SINCE_OPENING, asked).fetchall()]


def told_pairs(db: Database) -> set[tuple[str, str]]:
    """Pairs of subscription and incident that have a delivery, for incidents that are open or were reopenable."""
    return set(db.execute(TOLD).fetchall())


def was_attempted(db: Database, subscription: str, incident: str) -> bool:
    return bool(db.execute(ATTEMPTED, (subscription, incident)).fetchall())


def forget_settled(db: Database, before: Instant) -> None:
    """Forget settled ones that were created before an instant, with their attempts."""
    _forget(db, SETTLED, before)


def drop(db: Database, subscription: str) -> None:
    """Forget all that was ever owed to a subscription."""
    _forget(db, "subscription = ?", subscription)


def _forget(db: Database, condition: str, value: Instant | str) -> None:
    gone = db.execute(f"DELETE FROM deliveries WHERE {condition} RETURNING id", (value,)).fetchall()
    attempts.forget(db, [delivery for (delivery,) in gone])


def _row(delivery: Delivery) -> tuple[object, ...]:
    return (
        delivery.id,
        delivery.event,
        delivery.kind,
        delivery.incident,
        delivery.created_at,
        delivery.due,
        delivery.state,
        delivery.attempts,
        delivery.first_attempt_at,
        delivery.subscription,
    )


def _delivery(id_: str, event: str, kind: str, incident: str | None, subscription: str, *rest: Any) -> Delivery:
    created_at, due, state, sequence, tried, first_attempt_at = rest
    return Delivery(
        id=id_,
        event=event,
        kind=EventKind(kind),
        incident=incident,
        subscription=subscription,
        created_at=created_at,
        due=due,
        state=DeliveryState(state),
        sequence=sequence,
        attempts=tried,
        first_attempt_at=first_attempt_at,
    )
