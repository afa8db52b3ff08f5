"""The async face of what is owed and what was tried."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core.model import Instant
from monitor.core.ports import Cursor
from monitor.core.subscribing import Attempt, Delivery, Told
from storage import deliveries as table
from storage import events
from storage.connection import Connection


class Outbox:
    """Implements the port of that name: each call is one commit, and raises StoreRefused when it wrote nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def unsettled(self) -> list[Delivery]:
        """All that is owed, and all that stands, in the order of their events."""
        return await self._connection.ask(table.unsettled)

    async def told(self, event: str) -> Told:
        """An event by its id. Raises KeyError when there is none."""
        return await self._connection.ask(events.told, event)

    async def told_pairs(self) -> set[tuple[str, str]]:
        """Pairs of subscription and incident that have a delivery, for incidents that are not over for good."""
        return await self._connection.ask(table.told_pairs)

    async def was_attempted(self, subscription: str, incident: str) -> bool:
        """Whether any delivery of the incident to the subscription was ever attempted."""
        return await self._connection.ask(table.was_attempted, subscription, incident)

    async def put_deliveries(self, deliveries: Sequence[Delivery], attempt: Attempt | None = None) -> None:
        """Write deliveries as they are now, and the attempt that made them so.

        One that is not there, since its subscription was dropped, is passed over.
        """
        await self._connection.commit(table.put, deliveries, attempt)

    async def owe(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Write down what is owed for events of before, due as a commit would have it.

        Returns:
            The deliveries as they were recorded, with their sequence; one that was owed before is left out, as is
            one whose subscription is gone.
        """
        return await self._connection.commit(table.record, deliveries)

    async def delivery(self, delivery: str) -> Delivery | None:
        return await self._connection.ask(table.one, delivery)

    async def deliveries(
        self, subscription: str, *, limit: int, before: Cursor | None = None
    ) -> list[tuple[Delivery, list[Attempt]]]:
        """Newest first in the order of (created_at, id), each with its attempts, oldest first."""
        return await self._connection.ask(table.page, subscription, limit, before)

    async def dead_since(self, subscription: str, since: Instant) -> list[Delivery]:
        """Dead ones created at `since` or later, in the order of their events."""
        return await self._connection.ask(table.dead_since, subscription, since)

    async def since_opening(self, subscription: str, incident: str) -> list[Delivery]:
        """All of an incident to a subscription since its latest opening, in the order of their events."""
        return await self._connection.ask(table.since_opening, subscription, incident)

    async def forget_settled(self, before: Instant) -> None:
        """Forget settled deliveries that were created before an instant, with their attempts."""
        await self._connection.commit(table.forget_settled, before)
