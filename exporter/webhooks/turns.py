"""One turn of a lane: bury it, let an end stand for all before it, or send one message and have that written down."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

from exporter.documents import timestamp
from exporter.metrics import Metrics
from exporter.webhooks.bookkeeping import Bookkeeping
from exporter.webhooks.faults import traced
from exporter.webhooks.formats.message import Message
from exporter.webhooks.lane import Lane
from exporter.webhooks.messages import Messages, signed
from exporter.webhooks.post import OwnTrouble
from exporter.webhooks.roster import Roster
from exporter.webhooks.sending import Send, Sent
from monitor.core.fanout import takes
from monitor.core.model import SECOND, Duration, EventKind, Incident
from monitor.core.ports import Clock, Outbox, StoreRefused
from monitor.core.subscribing import Attempt, Delivery, DeliveryState, Subscription

log = logging.getLogger(__name__)

OURS_WAITS: Duration = 30 * SECOND  # before a delivery is tried again that we could not send ourselves


class Turns:
    """Takes turns of lanes."""

    def __init__(
        self,
        outbox: Outbox,
        roster: Roster,
        clock: Clock,
        *,
        messages: Messages,
        send: Send,
        books: Bookkeeping,
        metrics: Metrics,
    ) -> None:
        self._outbox = outbox
        self._roster = roster
        self._clock = clock
        self._messages = messages
        self._post = send
        self._books = books
        self._metrics = metrics

    async def take(self, lane: Lane) -> None:
        """One turn; only one at a time for a lane.

        Raises:
            StoreRefused: nothing was sent; to be taken again later.
        """
        subscription = self._roster.get(lane.subscription)
        if subscription is None:
            lane.clear()
        elif not subscription.enabled:
            await self._books.settle(lane, list(lane), DeliveryState.DEAD)
        elif (delivery := lane.next(self._clock.now())) is not None:
            await self._tell(lane, subscription, delivery)

    async def _tell(self, lane: Lane, subscription: Subscription, delivery: Delivery) -> None:
        if delivery.state is DeliveryState.STANDING:
            await self._stand(lane, subscription, delivery)
        elif outdated := await self._outdated(lane, subscription, delivery):
            await self._books.settle(lane, outdated, DeliveryState.SUPERSEDED)
        else:
            await self._attempt(lane, subscription, delivery)

    async def _outdated(self, lane: Lane, subscription: Subscription, delivery: Delivery) -> list[Delivery]:
        """What need not be told any more: who never heard of the trouble need only hear of its end.

        Nor is anyone paged after the end: what was given up may be owed again just as it comes.
        """
        if not takes(subscription.events, EventKind.INCIDENT_RESOLVED):
            return []
        if subscription.alert is not None and self._books.is_over(lane, delivery):
            return [delivery] if await self._tells_of_trouble(delivery) else []
        outdated = lane.outdated_by_end(delivery)
        if not outdated:
            return []
        attempted = await self._outbox.was_attempted(subscription.id, delivery.incident or "")
        return [] if attempted else outdated

    async def _tells_of_trouble(self, delivery: Delivery) -> bool:
        """Not so a word on what was over when it was written."""
        incident = (await self._outbox.told(delivery.event)).event.subject
        return isinstance(incident, Incident) and incident.open

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────

    async def _attempt(self, lane: Lane, subscription: Subscription, delivery: Delivery) -> None:
        sent = await self._say(lane, subscription, delivery, ours_waits=OURS_WAITS)
        if sent is not None:
            await self._books.record(lane, delivery, sent)

    async def _stand(self, lane: Lane, subscription: Subscription, delivery: Delivery) -> None:
        """Say it once more if it still holds; whatever comes of that, it is said again after the same time."""
        channel = self._messages.channel(subscription)
        again_after = channel.format.again_after if channel is not None else None
        if again_after is None or not self._books.holds(lane, delivery):
            await self._books.settle(lane, [delivery], DeliveryState.DELIVERED)
            return
        sent = await self._say(lane, subscription, delivery, ours_waits=again_after)
        if sent is not None:
            self._put_off(lane, delivery, again_after)
            await self._books.judge(lane, delivery, sent)

    async def _say(
        self, lane: Lane, subscription: Subscription, delivery: Delivery, *, ours_waits: Duration
    ) -> Sent | None:
        """Send it once; None when that was not to be: there is nothing to say, or we could not send it ourselves."""
        try:
            message = await self._messages.of(subscription, delivery.event, self._clock.now())
            sent = await self._send(subscription, message) if message is not None else None
        except StoreRefused:
            raise
        except Exception as fault:
            _complain(delivery, fault)
            self._put_off(lane, delivery, ours_waits)
            return None
        if sent is None:
            await self._books.settle(lane, [delivery], DeliveryState.SUPERSEDED)
        else:
            self._metrics.attempted(sent.label)
        return sent

    async def _send(self, subscription: Subscription, message: Message) -> Sent:
        began, channel = self._clock.now(), self._messages.channel(subscription)
        answer = await self._post(subscription, message)
        return Sent(to=subscription, channel=channel, began=began, ended=self._clock.now(), answer=answer)

    def _put_off(self, lane: Lane, delivery: Delivery, wait: Duration) -> None:
        if lane.present(delivery) is delivery:
            lane.put(replace(delivery, due=self._clock.now() + wait))

    # ── on demand: nobody writes these down ──────────────────────────────────────────────────────────

    async def try_out(self, subscription: Subscription) -> Attempt:
        """One POST, to see whether the endpoint takes it.

        Raises:
            OwnTrouble: it could not be sent, and that is not the receiver's fault.
        """
        now = self._clock.now()
        test = {"type": "test", "timestamp": timestamp(now), "data": {"subscription": subscription.id}}
        id_, body = f"test_{subscription.id}_{now}", json.dumps(test, separators=(",", ":")).encode()
        return (await self._send(subscription, signed(subscription, id_, body, now))).attempt(id_)

    async def rehearse(self, subscription: Subscription) -> list[tuple[EventKind, Sent]]:
        """Tell an alert of a pretend incident, to see what it looks like there; errors as of `try_out`."""
        messages = self._messages.rehearsal(subscription, self._clock.now())
        return [(kind, await self._send(subscription, message)) for kind, message in messages]


def _complain(delivery: Delivery, fault: Exception) -> None:
    if isinstance(fault, OwnTrouble):
        log.warning("delivery %s waits: we lack what it takes to send it (%s)", delivery.id, fault)
    else:
        log.error("delivery %s waits for a bug of ours: %s", delivery.id, traced(fault))
