"""An outbox and a registry in memory that refuse to write when they are told to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from monitor.core.model import Event, Instant
from monitor.core.ports import Cursor, StoreRefused
from monitor.core.subscribing import Answered, Attempt, Delivery, DeliveryState, Key, Subscription, Told

UNSETTLED = (DeliveryState.PENDING, DeliveryState.STANDING)


@dataclass
class FakeOutbox:
    """Holds deliveries by id. `refused` counts the writes it refused, `asked_for` lists the events asked for.

    What was written is said to be so only while `says_so` is set.
    """

    events: dict[str, Told] = field(default_factory=dict)
    kept: dict[str, Delivery] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    refuses: bool = False
    refused: int = 0
    asked_for: list[str] = field(default_factory=list)
    says_so: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.says_so.set()

    def record(self, events: Sequence[Event], deliveries: Sequence[Delivery]) -> list[Delivery]:
        """What a commit would do."""
        for event in events:
            self.events[event.id] = Told(len(self.events) + 1, event)
        recorded = [replace(it, sequence=self.events[it.event].sequence) for it in deliveries]
        self.kept |= {it.id: it for it in recorded}
        return recorded

    async def unsettled(self) -> list[Delivery]:
        return sorted((it for it in self.kept.values() if it.state in UNSETTLED), key=lambda it: it.sequence)

    async def told(self, event: str) -> Told:
        self.asked_for.append(event)
        return self.events[event]

    async def told_pairs(self) -> set[tuple[str, str]]:
        return {(it.subscription, it.incident) for it in self.kept.values() if it.incident}

    async def was_attempted(self, subscription: str, incident: str) -> bool:
        theirs = {it.id for it in self.kept.values() if (it.subscription, it.incident) == (subscription, incident)}
        return any(attempt.delivery in theirs for attempt in self.attempts)

    async def put_deliveries(self, deliveries: Sequence[Delivery], attempt: Attempt | None = None) -> None:
        if self.refuses:
            self.refused += 1
            raise StoreRefused("no space left")
        self.kept |= {it.id: it for it in deliveries if it.id in self.kept}
        if attempt is not None:
            self.attempts.append(attempt)
        await self.says_so.wait()

    async def delivery(self, delivery: str) -> Delivery | None:
        return self.kept.get(delivery)

    async def deliveries(
        self, subscription: str, *, limit: int, before: Cursor | None = None
    ) -> list[tuple[Delivery, list[Attempt]]]:
        raise NotImplementedError

    async def dead_since(self, subscription: str, since: Instant) -> list[Delivery]:
        return [
            it
            for it in self.kept.values()
            if (it.subscription, it.state) == (subscription, DeliveryState.DEAD) and it.created_at >= since
        ]

    async def owe(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        if self.refuses:
            raise StoreRefused("no space left")
        return self.record([], [it for it in deliveries if it.id not in self.kept])

    async def since_opening(self, subscription: str, incident: str) -> list[Delivery]:
        """All of the incident: nothing here is reopened."""
        theirs = [it for it in self.kept.values() if (it.subscription, it.incident) == (subscription, incident)]
        return sorted(theirs, key=lambda it: it.sequence)

    async def forget_settled(self, before: Instant) -> None:
        if self.refuses:
            raise StoreRefused("no space left")
        settled = [it for it in self.kept.values() if it.state not in UNSETTLED and it.created_at < before]
        for it in settled:
            del self.kept[it.id]


@dataclass
class FakeRegistry:
    """Holds subscriptions by id."""

    kept: dict[str, Subscription] = field(default_factory=dict)
    refuses: bool = False

    async def put_subscription(
        self, subscription: Subscription, answered: tuple[str, str, Answered] | None = None
    ) -> None:
        if self.refuses:
            raise StoreRefused("no space left")
        self.kept[subscription.id] = subscription

    async def keys(self) -> list[Key]:
        raise NotImplementedError

    async def put_key(self, key: Key) -> None:
        raise NotImplementedError

    async def subscriptions(self) -> list[Subscription]:
        return list(self.kept.values())

    async def drop_subscription(self, subscription: str) -> None:
        del self.kept[subscription]

    async def put_answer(self, key: str, idempotency_key: str, answered: Answered) -> None:
        raise NotImplementedError

    async def answered(self, key: str, idempotency_key: str) -> Answered | None:
        raise NotImplementedError

    async def forget_answers(self, before: Instant) -> None:
        raise NotImplementedError
