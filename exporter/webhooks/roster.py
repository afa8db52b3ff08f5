"""The subscriptions in memory: who fans out, who posts and who answers the API see the same ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

from monitor.core.ports import Registry
from monitor.core.subscribing import Subscription


class Roster:
    """Subscriptions by id, as the registry has them.

    Whoever changes one holds `changing` from the moment it is read until it is written down and put here: so no
    change is lost to another, and one that was dropped does not come back.
    """

    def __init__(self, registry: Registry, subscriptions: Iterable[Subscription]) -> None:
        self.changing = asyncio.Lock()
        self._registry = registry
        self._subscriptions = {subscription.id: subscription for subscription in subscriptions}

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._subscriptions.values())

    def get(self, subscription: str) -> Subscription | None:
        return self._subscriptions.get(subscription)

    @property
    def disabled(self) -> int:
        """How many receive nothing: they failed for too long, wanted no more, or lost their key."""
        return sum(not subscription.enabled for subscription in self)

    def put(self, subscription: Subscription) -> None:
        """Show it as it was written down."""
        self._subscriptions[subscription.id] = subscription

    def drop(self, subscription: str) -> None:
        self._subscriptions.pop(subscription, None)

    async def amend(self, subscription: str, change: Callable[[Subscription], Subscription]) -> Subscription | None:
        """Change one, if it is still there, and write it down if that made a difference.

        Returns:
            As it is now; None when it is gone.

        Raises:
            StoreRefused: it is as it was.
        """
        async with self.changing:
            before = self.get(subscription)
            after = change(before) if before else None
            if after is not None and after != before:
                await self._registry.put_subscription(after)
                self.put(after)
            return after
