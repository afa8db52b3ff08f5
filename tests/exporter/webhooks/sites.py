"""A dispatcher with a real store and real sockets, and receivers that do as they are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TypeAlias

from aiohttp import web

from exporter.metrics import Metrics
from exporter.sources import Page
from exporter.webhooks.alerts import Alerts, Channel
from exporter.webhooks.debts import Debts
from exporter.webhooks.dispatcher import Dispatcher
from exporter.webhooks.guard import Allowance
from exporter.webhooks.messages import Messages
from exporter.webhooks.post import Limits
from exporter.webhooks.roster import Roster
from exporter.webhooks.sending import Sender
from monitor.core.board import Board
from monitor.core.model import Event, Instant, Step, Tick
from monitor.core.ports import Clock
from monitor.core.subscribing import Subscription
from storage import Store

Answer: TypeAlias = Callable[["Receiver"], Awaitable[web.StreamResponse]]

UNENDING = Limits(total=3_600.0)  # who hangs does so until the test is over
LOOPBACK = Allowance(http=True, networks=(ip_network("127.0.0.0/8"),))


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
    """Everything between a commit and the wire. All incidents are open but those in `over`."""

    def __init__(self, store: Store, subscriptions: list[Subscription], clock: Clock) -> None:
        self.store = store
        self.over: set[str] = set()
        self.sender = Sender("1.2.3", limits=UNENDING)
        self.sender.use(LOOPBACK, str)
        channels: dict[str, Channel] = {}
        self.roster = Roster(store.registry, subscriptions)
        self.dispatcher = Dispatcher(
            store.outbox,
            self.roster,
            clock,
            messages=Messages(store.outbox, Board(), channels.get, Page("JustKalm", "https://status.example")),
            send=self.sender.send,
            is_open=lambda incident: incident not in self.over,
            metrics=Metrics("1.2.3"),
        )
        self.debts = Debts(self.roster, (), wake=self.dispatcher.wake, look=self.dispatcher.look)
        self.alerts = Alerts(channels, store.registry, self.roster, self.debts, clock)

    async def tell(self, *events: Event) -> None:
        """What the pipeline does with events."""
        decided = [(Tick(event.at), Step(events=(event,))) for event in events]
        self.debts.owe(await self.store.commit(decided, events[-1].at, self.debts.owed(events)))

    async def rests(self) -> None:
        """Return when nothing is under way."""
        while self.dispatcher._tasks:
            await asyncio.sleep(0)

    async def owes_nothing(self) -> None:
        while self.dispatcher.pending:
            await asyncio.sleep(0)

    async def close(self) -> None:
        await self.dispatcher.stop(0)
        await self.sender.close()


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

    async def office(self, *subscribed: Subscription, clock: Clock | None = None) -> Office:
        store = await Store.open(self.directory)
        for each in subscribed:
            await store.registry.put_subscription(each)
        office = Office(store, await store.registry.subscriptions(), clock or WallClock())
        self.standing.append(office)
        self.stack.push_async_callback(self.close, office)
        return office

    async def close(self, office: Office) -> None:
        if office not in self.standing:
            return
        self.standing.remove(office)
        await office.close()
        await office.store.close()
