"""Subscriptions, written whole and dropped with all that was owed to them."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.core.subscribing import Answered, Subscription
from storage import answers, deliveries
from storage.codec import decode, encode

UPSERT = """
    INSERT INTO subscriptions VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET key = excluded.key, body = excluded.body
"""


def put(db: Database, subscription: Subscription, answered: tuple[str, str, Answered] | None) -> None:
    """Write a subscription down as it is now, and what was answered to the request for it."""
    db.execute(UPSERT, (subscription.id, subscription.key, encode(subscription)))
    if answered is not None:
        answers.record(db, *answered)


def drop(db: Database, subscription: str) -> None:
    """Forget it, its deliveries and their attempts."""
    deliveries.drop(db, subscription)
    db.execute("DELETE FROM subscriptions WHERE id = ?", (subscription,))


def every(db: Database) -> list[Subscription]:
    """All subscriptions, oldest first."""
    subs = [decode(Subscription, body) for (body,) in db.execute("SELECT body FROM subscriptions").fetchall()]
    return sorted(subs, key=lambda sub: (sub.created_at, sub.id))
