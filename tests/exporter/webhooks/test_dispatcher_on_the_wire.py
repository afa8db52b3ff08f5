"""The dispatcher with a real store, real sockets and real receivers."""

from __future__ import annotations

from aiohttp import web
from standardwebhooks.webhooks import Webhook

from monitor.core.model import Event
from monitor.core.subscribing import DeliveryState, Subscription
from tests.exporter.webhooks.nouns import SECRET, status_change, subscription
from tests.exporter.webhooks.sites import Receiver, Site, WallClock, hangs, takes


def changed(component: str = "api") -> Event:
    """Just now: the signature holds for a few minutes only."""
    return status_change(component, at=WallClock().now())


def of(receiver: Receiver, id: str = "sub_a") -> Subscription:  # noqa: A002
    return subscription(id, endpoint=receiver.endpoint)


async def test_a_receiver_can_verify_what_it_is_told(site: Site) -> None:
    receiver = await site.receiver()
    office = await site.office(of(receiver))
    await office.dispatcher.start()
    event = changed()
    await office.tell(event)
    await office.owes_nothing()
    ((headers, body),) = receiver.messages
    assert Webhook(SECRET).verify(body, headers)["type"] == "component.status_changed"
    assert headers["webhook-id"] == event.id
    assert headers["content-type"] == "application/json"
    ((delivery, (attempt,)),) = await office.store.outbox.deliveries("sub_a", limit=9)
    assert (delivery.state, delivery.attempts, attempt.status) == (DeliveryState.DELIVERED, 1, 200)


async def test_what_was_owed_at_the_stop_is_posted_after_the_restart_under_the_same_id(site: Site) -> None:
    receiver = await site.receiver(hangs)
    before = await site.office(of(receiver))
    await before.dispatcher.start()
    events = [changed(), changed("cdn")]
    await before.tell(*events)
    await receiver.has(1)
    await site.close(before)
    receiver.answer = takes
    after = await site.office()
    await after.dispatcher.start()
    await after.owes_nothing()
    assert receiver.told == [events[0].id, events[0].id, events[1].id]
    assert await after.store.outbox.unsettled() == []


async def test_healthy_receivers_are_told_everything_while_poisoned_ones_hang(site: Site) -> None:
    poisoned = [await site.receiver(hangs) for _ in range(3)]
    healthy = [await site.receiver() for _ in range(10)]
    subscribed = [of(receiver, f"sub_{number:02}") for number, receiver in enumerate(poisoned + healthy)]
    office = await site.office(*subscribed)
    await office.dispatcher.start()
    events = [changed(f"part-{number}") for number in range(20)]
    await office.tell(*events)
    for receiver in healthy:
        await receiver.has(len(events))
        assert receiver.told == [event.id for event in events]
    assert [len(receiver.messages) for receiver in poisoned] == [1, 1, 1]


async def test_a_receiver_that_is_gone_is_disabled_for_good(site: Site) -> None:
    async def gone(receiver: Receiver) -> web.StreamResponse:
        return web.Response(status=410)

    receiver = await site.receiver(gone)
    office = await site.office(of(receiver))
    await office.dispatcher.start()
    await office.tell(changed(), changed("cdn"))
    await office.owes_nothing()
    assert len(receiver.messages) == 1
    (disabled,) = await office.store.registry.subscriptions()
    assert not disabled.enabled
    states = [delivery.state for delivery, _ in await office.store.outbox.deliveries("sub_a", limit=9)]
    assert states == [DeliveryState.DEAD, DeliveryState.DEAD]


async def test_a_try_reaches_the_receiver_signed(site: Site) -> None:
    receiver = await site.receiver()
    office = await site.office(of(receiver))
    attempt = await office.dispatcher.try_out(of(receiver))
    ((headers, body),) = receiver.messages
    assert Webhook(SECRET).verify(body, headers)["type"] == "test"
    assert attempt.status == 200
