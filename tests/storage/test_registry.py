from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.core.model import Impact
from monitor.core.ports import Registry
from monitor.core.subscribing import Scope
from storage.store import Store
from tests.builders import NOON
from tests.storage.owing import answered, attempt, delivery, event, key, subscription, telling


@pytest_asyncio.fixture
async def registry(store: Store) -> Registry:
    return store.registry


async def test_a_new_store_knows_nobody(registry: Registry) -> None:
    assert await registry.keys() == []
    assert await registry.subscriptions() == []
    assert await registry.answered("key_1", "once") is None


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_keys_come_back_whole_oldest_first(registry: Registry) -> None:
    plain = key("key_a", digest="d1", created_at=NOON + 1)
    full = replace(
        key("key_b", digest="d2"), scopes=tuple(Scope), expires_at=NOON + 9, last_used_at=NOON, revoked_at=NOON + 5
    )
    for it in (plain, full):
        await registry.put_key(it)
    assert await registry.keys() == [full, plain]


async def test_a_key_that_is_put_again_is_replaced(registry: Registry) -> None:
    await registry.put_key(key())
    revoked = replace(key(), revoked_at=NOON)
    await registry.put_key(revoked)
    assert await registry.keys() == [revoked]


async def test_no_two_keys_have_the_same_text(registry: Registry) -> None:
    await registry.put_key(key("key_1"))
    with pytest.raises(sqlite3.IntegrityError):
        await registry.put_key(key("key_2"))
    assert await registry.keys() == [key("key_1")]


# ── subscriptions ────────────────────────────────────────────────────────────────────────────────────


async def test_subscriptions_come_back_whole_oldest_first(registry: Registry) -> None:
    plain = subscription("sub_a", created_at=NOON + 1)
    full = replace(
        subscription("sub_b"),
        events=("incident.*", "maintenance.started"),
        components=("api", "cdn"),
        least_impact=Impact.MAJOR,
        previous_secret="whsec_0",
        previous_until=NOON + 9,
        test=True,
        failing_since=NOON,
        disabled_at=NOON + 1,
        disabled_because="nothing but failures for a week",
    )
    for it in (plain, full):
        await registry.put_subscription(it)
    assert await registry.subscriptions() == [full, plain]


async def test_a_subscription_that_is_put_again_is_replaced(registry: Registry) -> None:
    await registry.put_subscription(subscription())
    rotated = replace(subscription(secret="whsec_2"), previous_secret="whsec_1", previous_until=NOON)
    await registry.put_subscription(rotated)
    assert await registry.subscriptions() == [rotated]


async def test_a_dropped_subscription_goes_with_all_its_rows_and_no_others(store: Store, tmp_path: Path) -> None:
    for id_ in ("sub_1", "sub_2"):
        await store.registry.put_subscription(subscription(id_))
    await store.commit(telling(event(1)), NOON, [delivery(1, "sub_1"), delivery(1, "sub_2")])
    for id_ in ("sub_1", "sub_2"):
        await store.outbox.put_deliveries([delivery(1, id_, attempts=1)], attempt(1, id_))

    await store.registry.drop_subscription("sub_1")
    kept = delivery(1, "sub_2", attempts=1, sequence=1)
    assert await store.registry.subscriptions() == [subscription("sub_2")]
    assert await store.outbox.deliveries("sub_2", limit=9) == [(kept, [attempt(1, "sub_2")])]
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as conn:
        for table in ("subscriptions", "deliveries", "attempts"):
            assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)


async def test_dropping_a_subscription_that_is_not_there_is_no_error(registry: Registry) -> None:
    await registry.drop_subscription("sub_nobody")


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_comes_back_to_the_same_key_and_idempotency_key_alone(registry: Registry) -> None:
    await registry.put_subscription(subscription(), ("key_1", "once", answered()))
    assert await registry.answered("key_1", "once") == answered()
    assert await registry.answered("key_1", "twice") is None
    assert await registry.answered("key_2", "once") is None


async def test_a_half_decoded_idempotency_key_is_known_again(registry: Registry) -> None:
    await registry.put_subscription(subscription(), ("key_1", "caf\udce9", answered()))
    assert await registry.answered("key_1", "caf\udce9") == answered()


async def test_of_two_requests_with_one_idempotency_key_only_the_first_makes_a_subscription(
    registry: Registry,
) -> None:
    await registry.put_subscription(subscription("sub_1"), ("key_1", "once", answered("r1")))
    with pytest.raises(sqlite3.IntegrityError):
        await registry.put_subscription(subscription("sub_2"), ("key_1", "once", answered("r2")))
    assert await registry.subscriptions() == [subscription("sub_1")]
    assert await registry.answered("key_1", "once") == answered("r1")


async def test_an_answer_is_written_down_alone_and_never_over_another(registry: Registry) -> None:
    await registry.put_answer("key_1", "once", answered("r1"))
    with pytest.raises(sqlite3.IntegrityError):
        await registry.put_answer("key_1", "once", answered("r2"))
    assert await registry.answered("key_1", "once") == answered("r1")


async def test_answers_given_before_an_instant_are_forgotten(registry: Registry) -> None:
    for n in range(3):
        await registry.put_subscription(subscription(f"sub_{n}"), ("key_1", str(n), answered(at=n)))
    await registry.forget_answers(before=1)
    assert [await registry.answered("key_1", str(n)) is not None for n in range(3)] == [False, True, True]
    assert len(await registry.subscriptions()) == 3
