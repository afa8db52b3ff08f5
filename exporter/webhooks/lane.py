"""A lane: what is owed to one subscription and what stands there, which of it is next, and when.

It knows no clock and does no I/O; the dispatcher works on one delivery of a lane at a time.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.core.board import NEVER
from monitor.core.model import MINUTE, EventKind, Instant
from monitor.core.subscribing import Delivery, DeliveryState

UNSETTLED = frozenset({DeliveryState.PENDING, DeliveryState.STANDING})


class Lane:
    """Unsettled deliveries. Those of one incident go in their order, so only the earliest of them may be next.

    One that stands is said again when it is due, and gives way as soon as another of its incident is owed.
    """

    def __init__(self, subscription: str) -> None:
        self.subscription = subscription
        self._queues: dict[str, list[Delivery]] = {}  # by incident, or by delivery where there is none; never empty
        self._asked_until: dict[str, Instant] = {}  # by delivery: what the receiver asked us to wait for
        self._forward_at: Instant = 0  # when deliveries were last brought forward, or will be

    def __iter__(self) -> Iterator[Delivery]:
        return (delivery for queue in self._queues.values() for delivery in queue)

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def __contains__(self, delivery: Delivery) -> bool:
        return self.present(delivery) is not None

    @property
    def owed(self) -> list[Delivery]:
        """Those that were not taken yet."""
        return [delivery for delivery in self if delivery.state is DeliveryState.PENDING]

    @property
    def next(self) -> Delivery | None:
        """The one that is due first; of several the one whose event came first."""
        queue = min(self._queues.values(), key=lambda queue: (_due(queue), queue[0].sequence), default=None)
        return queue[0] if queue else None

    @property
    def due(self) -> Instant:
        """When there is something to do for the next one."""
        return min(map(_due, self._queues.values()), default=NEVER)

    def add(self, delivery: Delivery) -> None:
        """Owe it; one that is owed already stays as it is."""
        if delivery not in self:
            queue = self._queues.setdefault(_order(delivery), [])
            insort(queue, delivery, key=lambda known: known.sequence)

    def present(self, delivery: Delivery) -> Delivery | None:
        """The delivery as it is owed now; None when it is not owed any more."""
        return next((known for known in self._queue(delivery) if known.id == delivery.id), None)

    def put(self, delivery: Delivery, *, asked_until: Instant = 0) -> None:
        """Take it as it is now: one that is settled leaves, and one that left before does not come back.

        Args:
            asked_until: the receiver asked us to wait until then.
        """
        if delivery not in self:
            return
        self._asked_until.pop(delivery.id, None)
        if delivery.state not in UNSETTLED:
            self._remove(delivery)
            return
        if asked_until:
            self._asked_until[delivery.id] = asked_until
        queue = self._queue(delivery)
        queue[:] = [delivery if known.id == delivery.id else known for known in queue]

    def clear(self) -> None:
        self._queues.clear()
        self._asked_until.clear()

    def is_followed(self, delivery: Delivery) -> bool:
        """Whether a later one of its incident is owed."""
        queue = self._queue(delivery)
        return bool(queue) and queue[-1].sequence > delivery.sequence

    def outdated_by_end(self, delivery: Delivery) -> list[Delivery]:
        """Those of its incident before the latest end that is owed too; none when any of them was attempted."""
        queue = self._queue(delivery) if delivery.incident else []
        ends = [place for place, owed in enumerate(queue) if owed.kind is EventKind.INCIDENT_RESOLVED]
        earlier = queue[: ends[-1]] if ends else []
        return [] if any(owed.attempts for owed in earlier) else list(earlier)

    def bring_forward(self, now: Instant) -> None:
        """Make what waits to be tried again due now; a minute after the last time, if that is later.

        No earlier than the receiver itself asked us to wait, whatever our own schedule says.
        """
        waiting = [it for it in self.owed if it.attempts and it.due > max(now, self._asked(it))]
        if not waiting:
            return
        if self._forward_at <= now:
            self._forward_at = max(now, self._forward_at + MINUTE)
        for delivery in waiting:
            asked = self._asked(delivery)
            due = min(delivery.due, max(self._forward_at, asked))
            self.put(replace(delivery, due=due), asked_until=asked)

    def _asked(self, delivery: Delivery) -> Instant:
        return self._asked_until.get(delivery.id, 0)

    def _queue(self, delivery: Delivery) -> list[Delivery]:
        return self._queues.get(_order(delivery), [])

    def _remove(self, delivery: Delivery) -> None:
        left = [known for known in self._queues.pop(_order(delivery)) if known.id != delivery.id]
        if left:
            self._queues[_order(delivery)] = left


def _due(queue: Sequence[Delivery]) -> Instant:
    """When there is something to do for those that keep one order: one that stands waits for no time of its own."""
    gives_way = queue[0].state is DeliveryState.STANDING and len(queue) > 1
    return queue[1].due if gives_way else queue[0].due


def _order(delivery: Delivery) -> str:
    """What keeps its own order: an incident, or a delivery alone."""
    return delivery.incident or delivery.id
