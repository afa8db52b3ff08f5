from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.subscribing import DeliveryState
from storage.store import Store
from tests.builders import NOON
from tests.storage.owing import delivery, event, subscription, telling


@pytest.fixture
async def subscribed(store: Store) -> Store:
    """A store that knows two subscriptions."""
    for id_ in ("sub_1", "sub_2"):
        await store.registry.put_subscription(subscription(id_))
    return store


async def test_what_is_owed_is_recorded_with_the_place_of_its_event(subscribed: Store) -> None:
    await subscribed.commit(telling(event(1)), alive=NOON)
    owed = [delivery(2, "sub_1"), delivery(2, "sub_2"), delivery(3, "sub_1")]
    recorded = await subscribed.commit(telling(event(2), event(3)), NOON, owed)
    assert recorded == [replace(it, sequence=seq) for it, seq in zip(owed, (2, 2, 3), strict=True)]
    assert await subscribed.outbox.unsettled() == recorded


async def test_what_was_owed_before_is_left_out_and_stays_as_it_became(subscribed: Store) -> None:
    await subscribed.commit(telling(event(1)), NOON, [delivery(1)])
    delivered = delivery(1, state=DeliveryState.DELIVERED, sequence=1)
    await subscribed.outbox.put_deliveries([delivered])
    owed = [delivery(1), delivery(2)]
    assert await subscribed.commit(telling(event(1), event(2)), NOON, owed) == [delivery(2, sequence=2)]
    assert await subscribed.outbox.delivery(delivered.id) == delivered


async def test_an_event_is_owed_once_to_a_subscription_whatever_the_delivery_is_called(subscribed: Store) -> None:
    other_name = replace(delivery(1), id="dlv_other")
    assert await subscribed.commit(telling(event(1)), NOON, [delivery(1), other_name]) == [delivery(1, sequence=1)]


async def test_nothing_is_owed_to_a_subscription_that_is_gone(subscribed: Store) -> None:
    await subscribed.registry.drop_subscription("sub_1")
    owed = [delivery(1, "sub_1"), delivery(1, "sub_2")]
    assert await subscribed.commit(telling(event(1)), NOON, owed) == [delivery(1, "sub_2", sequence=1)]


async def test_a_delivery_of_an_event_that_is_not_there_fails_the_whole_commit(subscribed: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"deliveries\.event"):
        await subscribed.commit(telling(event(1)), NOON, [delivery(1), delivery(2)])
    assert await subscribed.outbox.unsettled() == []
    with pytest.raises(KeyError):
        await subscribed.outbox.told("evt_1")


async def test_what_is_owed_outlives_a_restart(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.registry.put_subscription(subscription())
    recorded = await store.commit(telling(event(1)), NOON, [delivery(1)])
    await store.close()

    store = await Store.open(tmp_path)
    assert await store.outbox.unsettled() == recorded == [delivery(1, sequence=1)]
    await store.close()
