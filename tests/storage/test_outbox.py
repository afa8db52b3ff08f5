from __future__ import annotations

from collections.abc import Sequence

import pytest
import pytest_asyncio

from monitor.core.model import (
    DAY,
    Event,
    EventKind,
    Incident,
    IncidentStatus,
    Instant,
    Status,
    StatusChange,
    Step,
    Tick,
    Update,
    Window,
)
from monitor.core.ports import Outbox
from monitor.core.subscribing import Attempt, Delivery, DeliveryState, Told
from storage.store import Store
from tests.builders import NOON, incident
from tests.storage.owing import attempt, delivery, event, subscription, telling

PENDING, DELIVERED, STANDING, SUPERSEDED, DEAD = DeliveryState


@pytest_asyncio.fixture
async def store(store: Store) -> Store:
    """A store that knows two subscriptions."""
    for id_ in ("sub_1", "sub_2"):
        await store.registry.put_subscription(subscription(id_))
    return store


@pytest_asyncio.fixture
async def outbox(store: Store) -> Outbox:
    return store.outbox


async def owe(store: Store, *owed: Delivery) -> None:
    """Have the events told and the deliveries recorded, in this order."""
    await store.commit(telling(*(event(int(it.event[4:])) for it in owed)), NOON, owed)


def events(found: Sequence[Delivery]) -> list[str]:
    return [delivery.event for delivery in found]


# ── deliveries and attempts ──────────────────────────────────────────────────────────────────────────


async def test_an_empty_outbox_owes_nothing(outbox: Outbox) -> None:
    assert await outbox.unsettled() == []
    assert await outbox.delivery("dlv_nobody") is None
    assert await outbox.deliveries("sub_1", limit=9) == []
    assert await outbox.told_pairs() == set()


async def test_pending_deliveries_come_in_the_order_of_their_events(store: Store) -> None:
    await owe(store, delivery(1), delivery(3), delivery(2))
    await owe(store, delivery(4, state=DELIVERED), delivery(5, state=SUPERSEDED), delivery(6, state=DEAD))
    await owe(store, delivery(0, "sub_2"), delivery(7))
    assert events(await store.outbox.unsettled()) == ["evt_1", "evt_3", "evt_2", "evt_0", "evt_7"]


async def test_what_stands_is_not_settled(store: Store) -> None:
    await owe(store, delivery(1), delivery(2, state=DELIVERED), delivery(3))
    await store.outbox.put_deliveries([delivery(1, state=STANDING, attempts=1)], attempt(1))
    assert events(await store.outbox.unsettled()) == ["evt_1", "evt_3"]
    await store.outbox.forget_settled(before=NOON)
    assert events([it for it, _ in await store.outbox.deliveries("sub_1", limit=9)]) == ["evt_3", "evt_1"]


async def test_a_delivery_is_written_as_it_is_now(store: Store) -> None:
    await owe(store, delivery(1), delivery(2))
    tried = delivery(1, state=DEAD, attempts=8, first_attempt_at=NOON, sequence=1)
    await store.outbox.put_deliveries([tried, delivery(2, state=SUPERSEDED)])
    assert await store.outbox.delivery(tried.id) == tried
    assert await store.outbox.unsettled() == []


async def test_attempts_of_one_millisecond_stay_apart_in_their_order(store: Store) -> None:
    await owe(store, delivery(1))
    excerpts = ["HTTP 503", "no answer", "ok"]
    for excerpt in excerpts:
        await store.outbox.put_deliveries([delivery(1)], attempt(1, excerpt=excerpt))
    ((_, attempts),) = await store.outbox.deliveries("sub_1", limit=9)
    assert [it.excerpt for it in attempts] == excerpts


async def test_an_attempt_without_an_answer_has_no_status(store: Store) -> None:
    await owe(store, delivery(1))
    refused = Attempt(delivery=delivery(1).id, at=NOON, status=None, duration_ms=3, excerpt="connection refused")
    await store.outbox.put_deliveries([delivery(1)], refused)
    assert await store.outbox.deliveries("sub_1", limit=9) == [(delivery(1, sequence=1), [refused])]


async def test_a_half_decoded_excerpt_is_written_down(store: Store) -> None:
    await owe(store, delivery(1))
    await store.outbox.put_deliveries([delivery(1)], attempt(1, excerpt="caf\udce9"))
    ((_, attempts),) = await store.outbox.deliveries("sub_1", limit=9)
    assert [it.excerpt for it in attempts] == ["caf\\udce9"]


async def test_an_answer_that_comes_after_its_subscription_was_dropped_leaves_nothing(store: Store) -> None:
    await owe(store, delivery(1))
    await store.registry.drop_subscription("sub_1")
    await store.outbox.put_deliveries([delivery(1, state=DELIVERED)], attempt(1))
    await store.registry.put_subscription(subscription("sub_1"))
    assert await store.outbox.deliveries("sub_1", limit=9) == []
    await owe(store, delivery(1))
    assert await store.outbox.deliveries("sub_1", limit=9) == [(delivery(1, sequence=1), [])]


async def test_deliveries_come_newest_first_with_their_attempts_in_pages_of_any_size(store: Store) -> None:
    owed = [delivery(n, created_at=NOON + n // 2) for n in range(5)]
    await owe(store, *owed, delivery(9, "sub_2"))
    for n in range(5):
        await store.outbox.put_deliveries([owed[n]], attempt(n, at=NOON + n))
    expected = sorted(owed, key=lambda it: (it.created_at, it.id), reverse=True)
    for limit in (1, 2, 100):
        found: list[tuple[Delivery, list[Attempt]]] = []
        page = await store.outbox.deliveries("sub_1", limit=limit)
        while page:
            assert len(page) <= limit
            found += page
            last = page[-1][0]
            page = await store.outbox.deliveries("sub_1", limit=limit, before=(last.created_at, last.id))
        assert [it.id for it, _ in found] == [it.id for it in expected]
        assert [attempts for _, attempts in found] == [
            [attempt(int(it.event[4:]), at=NOON + int(it.event[4:]))] for it in expected
        ]


async def test_dead_deliveries_come_in_the_order_of_their_events(store: Store) -> None:
    await owe(store, delivery(3, state=DEAD), delivery(1, state=DEAD), delivery(2, state=DEAD), delivery(4))
    await owe(store, delivery(5, "sub_2", state=DEAD), delivery(6, state=DELIVERED))
    assert events(await store.outbox.dead_since("sub_1", 2)) == ["evt_3", "evt_2"]


async def test_settled_deliveries_of_all_subscriptions_are_forgotten_with_their_attempts(store: Store) -> None:
    settled = [delivery(1, state=DELIVERED), delivery(2, "sub_2", state=SUPERSEDED), delivery(3, state=DEAD)]
    young, owed = delivery(9, state=DELIVERED), delivery(4)
    await owe(store, *settled, young, owed)
    for it in (*settled, young, owed):
        await store.outbox.put_deliveries([it], attempt(int(it.event[4:]), it.subscription))
    await store.outbox.forget_settled(before=9)
    kept = await store.outbox.deliveries("sub_1", limit=9)
    assert events([it for it, _ in kept]) == ["evt_9", "evt_4"]
    assert [len(attempts) for _, attempts in kept] == [1, 1]
    assert await store.outbox.deliveries("sub_2", limit=9) == []


# ── events and incidents ─────────────────────────────────────────────────────────────────────────────

WINDOW = Window(id="w", title="Upgrade", components=("api",), starts=NOON, ends=NOON + DAY)
SUBJECTS: dict[str, Incident | StatusChange | Window] = {
    "incident": incident(updates=(Update(IncidentStatus.INVESTIGATING, "All checks fail.", NOON),)),
    "component": StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON),
    "maintenance": WINDOW,
}


@pytest.mark.parametrize("kind", EventKind)
async def test_an_event_of_every_kind_is_told_as_it_was(store: Store, kind: EventKind) -> None:
    happened = Event("evt_1", kind, NOON, SUBJECTS[kind.partition(".")[0]])
    await store.commit(telling(event(0), happened), NOON)
    assert await store.outbox.told("evt_1") == Told(2, happened)


async def test_an_event_that_never_happened_is_a_key_error(outbox: Outbox) -> None:
    with pytest.raises(KeyError, match="evt_nobody"):
        await outbox.told("evt_nobody")


@pytest.mark.parametrize(
    ("status", "reopen_until", "told"),
    [
        (IncidentStatus.INVESTIGATING, None, True),
        (IncidentStatus.MONITORING, None, True),
        (IncidentStatus.RESOLVED, NOON, True),
        (IncidentStatus.RESOLVED, None, False),
    ],
)
async def test_subscribers_were_told_of_incidents_that_are_not_over_for_good(
    store: Store, status: IncidentStatus, reopen_until: Instant | None, told: bool
) -> None:
    known = incident("inc_1", status=status, reopen_until=reopen_until)
    await store.commit([(Tick(NOON), Step(incidents={"inc_1": known}))], NOON)
    await owe(
        store,
        delivery(1, "sub_1", incident="inc_1", state=DELIVERED),
        delivery(2, "sub_1", incident="inc_1"),
        delivery(3, "sub_2", incident="inc_1"),
        delivery(4, "sub_2"),
    )
    assert await store.outbox.told_pairs() == ({("sub_1", "inc_1"), ("sub_2", "inc_1")} if told else set())


async def test_an_incident_was_attempted_once_any_of_its_deliveries_was(store: Store) -> None:
    await owe(store, delivery(1, incident="inc_1"), delivery(2, incident="inc_1"), delivery(3, incident="inc_2"))
    await owe(store, delivery(4, "sub_2", incident="inc_1"))
    assert not await store.outbox.was_attempted("sub_1", "inc_1")
    await store.outbox.put_deliveries([delivery(2, attempts=1)], attempt(2))
    assert await store.outbox.was_attempted("sub_1", "inc_1")
    assert not await store.outbox.was_attempted("sub_1", "inc_2")
    assert not await store.outbox.was_attempted("sub_2", "inc_1")


# ── what is owed later ───────────────────────────────────────────────────────────────────────────────


async def test_what_is_owed_for_an_event_of_before_is_recorded_with_its_place(store: Store) -> None:
    await owe(store, delivery(1), delivery(2))
    late = delivery(1, "sub_2")
    assert await store.outbox.owe([late]) == [delivery(1, "sub_2", sequence=1)]
    assert [it.subscription for it in await store.outbox.unsettled()] == ["sub_1", "sub_2", "sub_1"]


async def test_nobody_is_owed_an_event_twice_nor_one_that_is_gone(store: Store) -> None:
    await owe(store, delivery(1, state=DELIVERED))
    assert await store.outbox.owe([delivery(1), delivery(1, "sub_gone")]) == []
    assert await store.outbox.unsettled() == []


RESOLVES = Update(IncidentStatus.RESOLVED, "", 3)
REOPENS = Update(IncidentStatus.INVESTIGATING, "", 4)


@pytest.mark.parametrize(
    ("updates", "since"),
    [
        ((), ["evt_1", "evt_3", "evt_4"]),
        ((RESOLVES,), ["evt_3", "evt_4"]),
        ((RESOLVES, REOPENS), ["evt_3", "evt_4"]),
        ((RESOLVES, REOPENS, Update(IncidentStatus.RESOLVED, "", 4)), ["evt_4"]),
    ],
)
async def test_what_was_owed_of_an_incident_since_its_latest_opening_comes_in_the_order_of_the_events(
    store: Store, updates: tuple[Update, ...], since: list[str]
) -> None:
    known = incident("inc_1", updates=updates)
    await store.commit([(Tick(NOON), Step(incidents={"inc_1": known}))], NOON)
    await owe(
        store,
        delivery(1, incident="inc_1", state=DEAD),
        delivery(2, incident="inc_2"),
        delivery(3, incident="inc_1", state=DELIVERED),
        delivery(3, "sub_2", incident="inc_1"),
        delivery(4, incident="inc_1"),
    )
    assert events(await store.outbox.since_opening("sub_1", "inc_1")) == since
