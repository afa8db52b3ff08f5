"""One turn of a lane: bury it, let an end stand for all before it, or make one attempt and write that down."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from exporter.documents import timestamp
from exporter.metrics import Metrics
from exporter.webhooks import signature
from exporter.webhooks.aftermath import afresh, delivery_after, subscription_after
from exporter.webhooks.bodies import Bodies
from exporter.webhooks.faults import traced
from exporter.webhooks.lane import Lane
from exporter.webhooks.post import Answer, OwnTrouble, Post
from exporter.webhooks.retry import Outcome, outcome, retry_after
from exporter.webhooks.roster import Roster
from monitor.core.fanout import takes
from monitor.core.model import SECOND, Duration, EventKind, Instant
from monitor.core.ports import Clock, Outbox, StoreRefused
from monitor.core.subscribing import Attempt, Delivery, DeliveryState, Subscription

log = logging.getLogger(__name__)

TRIES_AGAIN = 5.0  # seconds after the store refused
OURS_WAITS: Duration = 30 * SECOND  # before a delivery is tried again that we could not send ourselves


class Turns:
    """Takes turns of lanes.

    Whoever writes down what became of deliveries that may be under way holds `changing` until the lane has it too:
    so what is asked for meanwhile is not lost to the outcome of the attempt before it.

    Args:
        random: a number from 0 to 1, drawn anew for each wait.
    """

    def __init__(
        self,
        outbox: Outbox,
        roster: Roster,
        clock: Clock,
        *,
        post: Post,
        bodies: Bodies,
        metrics: Metrics,
        random: Callable[[], float],
    ) -> None:
        self.changing = asyncio.Lock()
        self._outbox = outbox
        self._roster = roster
        self._clock = clock
        self._post = post
        self._bodies = bodies
        self._metrics = metrics
        self._random = random

    async def take(self, lane: Lane) -> None:
        """One turn; only one at a time for a lane.

        Raises:
            StoreRefused: nothing was sent; to be taken again later.
        """
        subscription, delivery = self._roster.get(lane.subscription), lane.next
        if subscription is None or delivery is None:
            lane.clear()
        elif not subscription.enabled:
            await self._settle(lane, list(lane), DeliveryState.DEAD)
        elif outdated := await self._outdated(lane, subscription, delivery):
            await self._settle(lane, outdated, DeliveryState.SUPERSEDED)
        else:
            await self._attempt(lane, subscription, delivery)

    async def try_out(self, subscription: Subscription) -> Attempt:
        """One POST that nobody writes down, to see whether the endpoint takes it.

        Raises:
            OwnTrouble: it could not be sent, and that is not the receiver's fault.
        """
        now = self._clock.now()
        test = {"type": "test", "timestamp": timestamp(now), "data": {"subscription": subscription.id}}
        message = f"test_{subscription.id}_{now}"
        answer = await self._send(subscription, message, json.dumps(test, separators=(",", ":")).encode())
        return _attempt_of(message, now, answer)

    async def _outdated(self, lane: Lane, subscription: Subscription, delivery: Delivery) -> list[Delivery]:
        """What need not be told any more: who never heard of the trouble need only hear of its end."""
        outdated = lane.outdated_by_end(delivery)
        if not outdated or not takes(subscription.events, EventKind.INCIDENT_RESOLVED):
            return []
        attempted = await self._outbox.was_attempted(subscription.id, delivery.incident or "")
        return [] if attempted else outdated

    async def _settle(self, lane: Lane, deliveries: list[Delivery], state: DeliveryState) -> None:
        settled = [replace(delivery, state=state) for delivery in deliveries]
        await self._outbox.put_deliveries(settled)
        for delivery in settled:
            lane.put(delivery)

    # ── attempts ─────────────────────────────────────────────────────────────────────────────────────

    async def _attempt(self, lane: Lane, subscription: Subscription, delivery: Delivery) -> None:
        try:
            body = await self._bodies.of(delivery.event)
            began = self._clock.now()
            answer = await self._send(subscription, delivery.event, body)
        except StoreRefused:
            raise
        except Exception as fault:
            _complain(delivery, fault)
            if lane.present(delivery) is delivery:
                lane.put(replace(delivery, due=self._clock.now() + OURS_WAITS))
            return
        self._metrics.attempted(_label(answer.status))
        await self._record(lane, subscription, delivery, began, answer)

    async def _send(self, subscription: Subscription, message: str, body: bytes) -> Answer:
        now = self._clock.now()
        headers = signature.headers(message, now, body, subscription.secrets(now))
        return await self._post(subscription.endpoint, headers, body)

    async def _record(
        self, lane: Lane, posted_to: Subscription, delivery: Delivery, began: Instant, answer: Answer
    ) -> None:
        ended, came_to = self._clock.now(), outcome(answer.status)
        asked = retry_after(answer.retry_after, ended)
        jitter = 2 * self._random() - 1
        after = delivery_after(delivery, came_to, began=began, ended=ended, jitter=jitter, retry_after=asked)
        if not _still_at(posted_to, self._roster.get(posted_to.id)):
            after = afresh(delivery, ended)
        attempt = _attempt_of(delivery.id, began, answer)
        until = ended + (asked or 0)
        await self._insist(delivery, lambda: self._write_down(lane, delivery, after, attempt, asked_until=until))
        await self._insist(delivery, lambda: self._judge(posted_to, came_to, answer, began=began, ended=ended))
        if after.state is DeliveryState.DELIVERED:
            lane.bring_forward(ended)
        elif after.state is DeliveryState.DEAD and after not in lane:
            log.warning("delivery %s to subscription %s is given up", delivery.id, posted_to.id)

    async def _write_down(
        self, lane: Lane, taken: Delivery, after: Delivery, attempt: Attempt, *, asked_until: Instant
    ) -> None:
        """The attempt, and what it made of the delivery unless that was asked for once more meanwhile."""
        async with self.changing:
            present = lane.present(taken)
            if present is None or present is taken:
                await self._outbox.put_deliveries([after], attempt)
                lane.put(after, asked_until=asked_until)
            else:
                await self._outbox.put_deliveries([], attempt)

    async def _judge(
        self, posted_to: Subscription, came_to: Outcome, answer: Answer, *, began: Instant, ended: Instant
    ) -> None:
        def judged(known: Subscription) -> Subscription:
            if not _still_at(posted_to, known):
                return known
            return subscription_after(known, came_to, began=began, ended=ended)

        after = await self._roster.amend(posted_to.id, judged)
        if after is None or not _still_at(posted_to, after):
            return
        if not after.enabled:
            log.warning("subscription %s is disabled: %s", after.id, after.disabled_because)
        elif after.failing_since is not None and posted_to.failing_since is None:
            seen = answer.excerpt if answer.status is None else f"HTTP {answer.status}"
            log.warning("subscription %s does not take what it is sent: %s", after.id, seen)
        elif after.failing_since is None and posted_to.failing_since is not None:
            log.info("subscription %s takes what it is sent again", after.id)

    async def _insist(self, delivery: Delivery, write: Callable[[], Awaitable[None]]) -> None:
        """Write it down as soon as the store lets us: what was sent must not be sent again for want of that."""
        refused = False
        while True:
            try:
                return await write()
            except StoreRefused as refusal:
                if not refused:
                    log.warning("what came of delivery %s waits to be written down: %s", delivery.id, refusal)
                refused = True
                await asyncio.sleep(TRIES_AGAIN)


def _still_at(posted_to: Subscription, known: Subscription | None) -> bool:
    """Whether an answer from there says anything of the subscription as it is now."""
    return known is None or known.endpoint == posted_to.endpoint


def _label(status: int | None) -> str:
    """What an attempt came to, for the metrics."""
    if status is None:
        return "failed"
    came_to = outcome(status)
    return "refused" if came_to is Outcome.RETRY else str(came_to)


def _attempt_of(delivery: str, at: Instant, answer: Answer) -> Attempt:
    return Attempt(
        delivery=delivery,
        at=at,
        status=answer.status,
        duration_ms=answer.duration_ms,
        excerpt=answer.excerpt,
    )


def _complain(delivery: Delivery, fault: Exception) -> None:
    if isinstance(fault, OwnTrouble):
        log.warning("delivery %s waits: we lack what it takes to send it (%s)", delivery.id, fault)
    else:
        log.error("delivery %s waits for a bug of ours: %s", delivery.id, traced(fault))
