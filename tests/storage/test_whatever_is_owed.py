from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from monitor.core.subscribing import Answered, Attempt, Delivery, Key, Subscription
from storage import deliveries, events, keys, schema, subscriptions
from storage.answers import one as answer_to
from tests.storage.nouns import nouns
from tests.storage.owing import event, subscription

EVERY = settings(max_examples=30, deadline=None)
OWED = nouns(Delivery, id=st.just("dlv_1"), event=st.just("evt_1"), subscription=st.just("sub_1"))


@contextmanager
def empty() -> Iterator[Database]:
    """A database in memory with every table."""
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    schema.migrate(db, schema.MIGRATIONS)
    yield db
    db.close()


@EVERY
@given(key=nouns(Key))
def test_any_key_comes_back_as_it_was(key: Key) -> None:
    with empty() as db:
        keys.put(db, key)
        assert keys.every(db) == [key]


@EVERY
@given(subscription=nouns(Subscription), answered=nouns(Answered), idempotency_key=st.text())
def test_any_subscription_and_its_answer_come_back_as_they_were(
    subscription: Subscription, answered: Answered, idempotency_key: str
) -> None:
    with empty() as db:
        subscriptions.put(db, subscription, (subscription.key, idempotency_key, answered))
        assert subscriptions.every(db) == [subscription]
        assert answer_to(db, subscription.key, idempotency_key) == answered


@EVERY
@given(first=OWED, changed=OWED, attempt=nouns(Attempt, delivery=st.just("dlv_1")))
def test_any_delivery_and_its_attempt_come_back_as_they_were_and_its_facts_never_change(
    first: Delivery, changed: Delivery, attempt: Attempt
) -> None:
    with empty() as db:
        subscriptions.put(db, subscription(), None)
        events.record(db, [event(1)])
        recorded = deliveries.record(db, [first])
        assert recorded == [replace(first, sequence=1)]
        assert deliveries.one(db, "dlv_1") == recorded[0]
        deliveries.put(db, [changed], attempt)
        now = replace(
            recorded[0],
            due=changed.due,
            state=changed.state,
            attempts=changed.attempts,
            first_attempt_at=changed.first_attempt_at,
        )
        assert deliveries.page(db, "sub_1", 9, None) == [(now, [attempt])]
