"""A dispatcher on virtual time, with an outbox in memory and receivers that do as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, TypeAlias

from exporter.metrics import Metrics
from exporter.sources import Page
from exporter.webhooks.alerts import Alerts, Channel
from exporter.webhooks.arrears import Arrears
from exporter.webhooks.debts import Debts
from exporter.webhooks.dispatcher import Dispatcher
from exporter.webhooks.formats.message import Message
from exporter.webhooks.housekeeping import Housekeeping
from exporter.webhooks.messages import Messages
from exporter.webhooks.post import Answer
from exporter.webhooks.roster import Roster
from monitor.core.board import Board
from monitor.core.model import SECOND, Duration, Event, Instant
from monitor.core.subscribing import Alert, DeliveryState, Subscription
from tests.builders import NOON
from tests.exporter.webhooks.formatting import FORMATS
from tests.exporter.webhooks.nouns import subscription
from tests.exporter.webhooks.outboxes import FakeOutbox, FakeRegistry
from tests.monitor.scheduler.virtual import VirtualLoop

Receiver: TypeAlias = Callable[[], Awaitable[Answer]]

HANGS_FOR = 15.0  # seconds
ENDPOINT = subscription().endpoint


class Posted(NamedTuple):
    """One message as it was begun to be sent."""

    subscription: str
    event: str
    at: Instant
    body: bytes


class World:
    """Noon when the loop begins. Receivers take everything, unless `receivers` says otherwise for a subscription.

    `faults` holds what the loop had to complain about.
    """

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.faults: list[str] = []
        loop.set_exception_handler(lambda _, context: self.faults.append(context["message"]))
        self.outbox = FakeOutbox()
        self.registry = FakeRegistry()
        self.roster = Roster(self.registry, ())
        self.metrics = Metrics("1.2.3")
        self.posts: list[Posted] = []
        self.under_way: list[str] = []  # subscriptions
        self.most_at_once = 0
        self.receivers: dict[str, Receiver] = {}
        self.jitter = 0.5  # none
        self.over: set[str] = set()  # incidents that are not open any more
        self.channels: dict[str, Channel] = {}
        self.board = Board()
        self.messages = Messages(self.outbox, self.board, self.channels.get, Page("JustKalm"))
        self.dispatcher = self.new_dispatcher()
        self.debts = Debts(self.roster, (), wake=self.dispatcher.wake, look=self.dispatcher.look)
        self.alerts = Alerts(self.channels, self.registry, self.roster, self.debts, self, formats=FORMATS)
        self.housekeeping = Housekeeping(self.outbox, self.debts, self)

    def new_dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self.outbox,
            self.roster,
            self,
            messages=self.messages,
            send=self._send,
            is_open=lambda incident: incident not in self.over,
            metrics=self.metrics,
            random=lambda: self.jitter,
        )

    def now(self) -> Instant:
        return NOON + round(self.loop.time() * SECOND)

    async def passes(self, duration: Duration) -> None:
        """Return when the loop's time has moved on by so much."""
        passed = asyncio.Event()
        self.loop.call_later(duration / SECOND, passed.set)
        await passed.wait()

    async def settles(self) -> None:
        """All that can happen without time passing."""
        await self.passes(1)

    async def subscribe(self, *subscriptions: Subscription) -> None:
        for it in subscriptions:
            await self.registry.put_subscription(it)
            self.debts.add(it)

    async def configure(self, *alerts: Alert) -> None:
        """What a config with these alerts comes to."""
        await self.alerts.replace(alerts)
        arrears = Arrears(self.outbox, self.board, self.messages, self.debts, self.dispatcher, self)
        for alert in self.alerts.subscriptions():
            self.dispatcher.hasten(alert.id)
        for alert in self.alerts.elsewhere():
            await arrears.catch_up(alert)
            self.alerts.settled(alert)

    def tell(self, events: Iterable[Event]) -> None:
        """What the pipeline does with events."""
        events = list(events)
        self.debts.owe(self.outbox.record(events, self.debts.owed(events)))

    def posts_to(self, subscription: str) -> list[Posted]:
        return [post for post in self.posts if post.subscription == subscription]

    def told(self, subscription: str = "sub_a") -> list[str]:
        """The events posted to it, in that order."""
        return [post.event for post in self.posts_to(subscription)]

    def instants(self, subscription: str = "sub_a") -> list[Duration]:
        """When it was posted to, since noon."""
        return [post.at - NOON for post in self.posts_to(subscription)]

    def states(self, subscription: str = "sub_a") -> list[DeliveryState]:
        """Of its deliveries, in the order of their events."""
        theirs = [it for it in self.outbox.kept.values() if it.subscription == subscription]
        return [it.state for it in sorted(theirs, key=lambda it: it.sequence)]

    def subscription(self, subscription: str = "sub_a") -> Subscription:
        """As it is written down."""
        return self.registry.kept[subscription]

    async def _send(self, to: Subscription, message: Message) -> Answer:
        self.posts.append(Posted(to.id, message.headers["webhook-id"], self.now(), message.body))
        self.under_way.append(to.id)
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        try:
            return await self.receivers.get(to.id, answers(200))()
        finally:
            self.under_way.remove(to.id)


def answers(*statuses: int | None, retry_after: str | None = None) -> Receiver:
    """One status after the other, the last one again and again; None: refuses the connection."""
    waiting = list(statuses)

    async def answer() -> Answer:
        status = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        excerpt = "no connection" if status is None else "well"
        return Answer(status=status, retry_after=retry_after, duration_ms=1, excerpt=excerpt)

    return answer


class Slow:
    """Answers, as another receiver would, when it is told to."""

    def __init__(self, then: Receiver) -> None:
        self.answers = asyncio.Event()
        self._then = then

    async def __call__(self) -> Answer:
        await self.answers.wait()
        return await self._then()


async def hangs() -> Answer:
    """Until we lose patience."""
    patience = asyncio.Event()
    asyncio.get_running_loop().call_later(HANGS_FOR, patience.set)
    await patience.wait()
    return Answer(status=None, duration_ms=round(HANGS_FOR * SECOND), excerpt="no answer within 15 s")


async def breaks() -> Answer:
    """As a bug of ours does."""
    raise RuntimeError(ENDPOINT)
