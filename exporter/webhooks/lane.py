"""A lane: what is owed to one subscription and what stands there, which of it is next, and when.

It knows no clock and does no I/O; the dispatcher works on one delivery of a lane at a time.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from exporter.webhooks.heads import Head, Heads, Rank
from monitor.core.board import NEVER
from monitor.core.model import MINUTE, EventKind, Instant
from monitor.core.subscribing import Delivery, DeliveryState

UNSETTLED = frozenset({DeliveryState.PENDING, DeliveryState.STANDING})


class Lane:
    """Unsettled deliveries. Those of one incident go in their order, so only the earliest of them may be next.

    One that stands is said again when it is due. The one after it goes before it is settled: it stands until that
    one is taken.
    """

    def __init__(self, subscription: str) -> None:
        self.subscription = subscription
        self.clear()

    def __iter__(self) -> Iterator[Delivery]:
        return (delivery for queue in self._queues.values() for delivery in queue)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, delivery: Delivery) -> bool:
        return delivery.id in self._known

    @property
    def owed(self) -> list[Delivery]:
        """Those that were not taken yet."""
        return [delivery for delivery in self if delivery.state is DeliveryState.PENDING]

    @property
    def due(self) -> Instant:
        """When there is something to do for the next one."""
        return max(self._rests_until, self._heads.due)

    def next(self, now: Instant) -> Delivery | None:
        """Of those that are due one that was never tried, or else one that was; None while none is due.

        Of several the one that is due first, then the one whose event came first. A receiver that does not answer is
        told of incidents before all else: each message costs it all the time that an attempt may last.
        """
        if now < self._rests_until:
            return None
        order = self._heads.first(now, incidents_first=self._silent)
        return self._speaker(self._queues[order]) if order is not None else None

    def add(self, delivery: Delivery) -> None:
        """Owe it; one that is owed already stays as it is."""
        if delivery in self:
            return
        queue = self._queues.setdefault(_order(delivery), [])
        insort(queue, delivery, key=lambda known: known.sequence)
        self._take(delivery)

    def present(self, delivery: Delivery) -> Delivery | None:
        """The delivery as it is owed now; None when it is not owed any more."""
        return self._known.get(delivery.id)

    def put(self, delivery: Delivery, *, asked_until: Instant = 0) -> None:
        """Take it as it is now: one that is settled leaves, and one that left before does not come back.

        Args:
            asked_until: the receiver asked us to wait until then.
        """
        if delivery not in self:
            return
        for notes in (self._asked_until, self._forward, self._waiting, self._known):
            notes.pop(delivery.id, None)
        queue = self._queues[_order(delivery)]
        place = next(place for place, known in enumerate(queue) if known.id == delivery.id)
        if delivery.state not in UNSETTLED:
            del queue[place]
            self._place(_order(delivery))
            return
        if asked_until:
            self._asked_until[delivery.id] = asked_until
        queue[place] = delivery
        self._take(delivery)

    def clear(self) -> None:
        """Owe nothing, and know nothing of the receiver."""
        self._known: dict[str, Delivery] = {}
        self._queues: dict[str, list[Delivery]] = {}  # by incident, or by delivery where there is none; never empty
        self._heads = Heads()
        self._waiting: dict[str, Delivery] = {}  # tried before, and not looked at since by who brings forward
        self._forward: dict[str, Instant] = {}  # by delivery: when it is due that was brought forward
        self._asked_until: dict[str, Instant] = {}  # by delivery: what the receiver asked us to wait for
        self._forward_at: Instant = 0  # when deliveries were last brought forward, or will be
        self._rests_until: Instant = 0  # the receiver asked for no message at all before
        self._silent = False  # the latest attempt got no answer
        self._destination: object = None  # of the latest attempt

    def is_ended(self, delivery: Delivery) -> bool:
        """Whether the end of its incident is owed after it."""
        return any(_is_end(later) and later.sequence > delivery.sequence for later in self._queue(delivery))

    def stands_before(self, delivery: Delivery) -> list[Delivery]:
        """What stands of its incident, until this one is taken."""
        return [it for it in self._queue(delivery) if _stands(it) and it.sequence < delivery.sequence]

    def outdated_by_end(self, delivery: Delivery) -> list[Delivery]:
        """Those of its incident before the latest end that is owed too; none when any of them was attempted."""
        queue = self._queue(delivery) if delivery.incident else []
        ends = [place for place, owed in enumerate(queue) if _is_end(owed)]
        earlier = queue[: ends[-1]] if ends else []
        return [] if any(owed.attempts for owed in earlier) else list(earlier)

    # ── what the receiver makes of it ────────────────────────────────────────────────────────────────

    def hear(self, destination: object, *, answered: bool, rests_until: Instant = 0) -> None:
        """What the latest attempt said of the receiver.

        Args:
            destination: where it led; what was heard there counts for no other.
            answered: one that does not answer is tried with what is due by itself, not with all that waits.
            rests_until: it wants nothing at all until then.
        """
        self._destination, self._silent, self._rests_until = destination, not answered, rests_until
        if not answered:
            self._put_back()

    def lead_to(self, destination: object, now: Instant) -> None:
        """From now on it leads there: if that is another place, nothing was asked for there, and nothing stands."""
        if self._destination in (None, destination):
            return
        self._destination, self._silent, self._rests_until, self._forward_at = destination, False, 0, 0
        for delivery in list(self):
            self.put(replace(delivery, due=now) if _stands(delivery) else delivery)

    def bring_forward(self, now: Instant, news: Sequence[Delivery] | None = None) -> None:
        """Make what waits to be tried again due now; a minute after the last time, if that is later.

        No earlier than the receiver itself asked us to wait, whatever our own schedule says.

        Args:
            news: what came, if that is the reason; of a receiver that does not answer only their incidents are
                brought forward, or a dead one would be kept busy with what it did not take before.
        """
        candidates = self._waiting.values() if news is None or not self._silent else self._held_up(news)
        waits = [it for it in candidates if it.due > max(now, self._asked(it))]
        if waits and self._forward_at <= now:
            self._forward_at = max(now, self._forward_at + MINUTE)
        for delivery in list(candidates):  # what is due by itself before that need not be looked at again
            del self._waiting[delivery.id]
        for delivery in waits:
            self._forward[delivery.id] = max(self._forward_at, self._asked(delivery))
            self._place(_order(delivery))

    def _put_back(self) -> None:
        """What was brought forward waits again for its own time."""
        forward, self._forward = self._forward, {}
        for delivery in map(self._known.__getitem__, forward):
            self._waiting[delivery.id] = delivery
            self._place(_order(delivery))

    def _held_up(self, news: Iterable[Delivery]) -> list[Delivery]:
        orders = dict.fromkeys(map(_order, news))
        return [it for order in orders for it in self._queues.get(order, []) if it.id in self._waiting]

    # ── order ────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, delivery: Delivery) -> None:
        self._known[delivery.id] = delivery
        if delivery.attempts and delivery.state is DeliveryState.PENDING:
            self._waiting[delivery.id] = delivery
        self._place(_order(delivery))

    def _place(self, order: str) -> None:
        """Give those that keep one order the place among the others that they have now."""
        queue = self._queues[order]
        if not queue:
            del self._queues[order]
            self._heads.drop(order)
            return
        speaker = self._speaker(queue)
        self._heads.put(Head(self._due(speaker), speaker.sequence, order), _rank(speaker))

    def _speaker(self, queue: Sequence[Delivery]) -> Delivery:
        """Which of those that keep one order may go: what stands is said again until the one after it is due."""
        first = queue[0]
        if not _stands(first) or len(queue) == 1:
            return first
        goes_on = not any(map(_is_end, queue))
        return first if goes_on and self._due(first) < self._due(queue[1]) else queue[1]

    def _due(self, delivery: Delivery) -> Instant:
        return min(delivery.due, self._forward.get(delivery.id, NEVER))

    def _asked(self, delivery: Delivery) -> Instant:
        return self._asked_until.get(delivery.id, 0)

    def _queue(self, delivery: Delivery) -> list[Delivery]:
        return self._queues.get(_order(delivery), [])


def _order(delivery: Delivery) -> str:
    """What keeps its own order: an incident, or a delivery alone."""
    return delivery.incident or delivery.id


def _rank(delivery: Delivery) -> Rank:
    if delivery.attempts:
        return Rank.TRIED
    return Rank.INCIDENT if delivery.incident else Rank.OTHER


def _stands(delivery: Delivery) -> bool:
    return delivery.state is DeliveryState.STANDING


def _is_end(delivery: Delivery) -> bool:
    return delivery.kind is EventKind.INCIDENT_RESOLVED
