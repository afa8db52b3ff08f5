"""The dispatcher with a real store, real sockets and real receivers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TypeAlias

import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from exporter.metrics import Metrics
from exporter.webhooks.debts import Debts
from exporter.webhooks.dispatcher import Dispatcher
from exporter.webhooks.guard import Allowance
from exporter.webhooks.post import Limits, Poster
from exporter.webhooks.roster import Roster
from monitor.core.model import Event, Instant, Step, Tick
from monitor.core.subscribing import DeliveryState, Subscription
from storage import Store
from tests.exporter.webhooks.nouns import SECRET, status_change, subscription

Answer: TypeAlias = Callable[["Receiver"], Awaitable[web.StreamResponse]]

LOOPBACK = Allowance(http=True, networks=(ip_network("127.0.0.0/8"),))
UNENDING = Limits(total=3_600.0)


class WallClock:
    def now(self) -> Instant:
        return time.time_ns() // 1_000_000


async def takes(receiver: Receiver) -> web.StreamResponse:
    return web.Response()


async def hangs(receiver: Receiver) -> web.StreamResponse:
    await receiver.released.wait()
    return web.Response(status=500)


@dataclass
class Receiver:
    """A server that writes down what it was told. `had` counts up to what a test waits for."""

    answer: Answer = takes
    port: int = 0
    messages: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    had: asyncio.Condition = field(default_factory=asyncio.Condition)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def told(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.messages]

    async def has(self, count: int) -> None:
        """Return when it was told so much."""
        async with self.had:
            await self.had.wait_for(lambda: len(self.messages) >= count)

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        async with self.had:
            self.messages.append(({name.lower(): value for name, value in request.headers.items()}, body))
            self.had.notify_all()
        return await self.answer(self)


class Office:
    """Everything between a commit and the wire."""

    def __init__(self, store: Store, subscriptions: list[Subscription], limits: Limits | None) -> None:
        self.store = store
        self.poster = Poster(LOOPBACK, "1.2.3", limits=limits)
        roster = Roster(store.registry, subscriptions)
        self.dispatcher = Dispatcher(
            store.outbox,
            roster,
            WallClock(),
            post=self.poster.post,
            component_of=lambda component: None,
            metrics=Metrics("1.2.3"),
        )
        self.debts = Debts(roster, (), wake=self.dispatcher.wake, look=self.dispatcher.look)

    async def tell(self, *events: Event) -> None:
        """What the pipeline does with events."""
        decided = [(Tick(event.at), Step(events=(event,))) for event in events]
        self.debts.owe(await self.store.commit(decided, events[-1].at, self.debts.owed(events)))

    async def owes_nothing(self) -> None:
        while self.dispatcher.pending:
            await asyncio.sleep(0)

    async def close(self) -> None:
        await self.dispatcher.stop(0)
        await self.poster.close()


@dataclass
class Site:
    """Opens receivers, and offices on one directory after the other was closed."""

    stack: AsyncExitStack
    directory: Path
    standing: list[Office] = field(default_factory=list)

    async def receiver(self, answer: Answer = takes) -> Receiver:
        receiver = Receiver(answer)
        runner = web.ServerRunner(web.Server(receiver.take), shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.port = runner.addresses[0][1]
        self.stack.push_async_callback(runner.cleanup)
        self.stack.callback(receiver.released.set)
        return receiver

    async def office(self, *subscribed: Subscription, limits: Limits | None = None) -> Office:
        store = await Store.open(self.directory)
        for each in subscribed:
            await store.registry.put_subscription(each)
        office = Office(store, await store.registry.subscriptions(), limits)
        self.standing.append(office)
        self.stack.push_async_callback(self.close, office)
        return office

    async def close(self, office: Office) -> None:
        if office not in self.standing:
            return
        self.standing.remove(office)
        await office.close()
        await office.store.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        yield Site(stack, tmp_path)


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
    before = await site.office(of(receiver), limits=UNENDING)
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
    assert await after.store.outbox.pending() == []


async def test_healthy_receivers_are_told_everything_while_poisoned_ones_hang(site: Site) -> None:
    poisoned = [await site.receiver(hangs) for _ in range(3)]
    healthy = [await site.receiver() for _ in range(10)]
    subscribed = [of(receiver, f"sub_{number:02}") for number, receiver in enumerate(poisoned + healthy)]
    office = await site.office(*subscribed, limits=UNENDING)
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
