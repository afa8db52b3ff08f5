"""What came of a message, written down: of the delivery, and of its subscription."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from exporter.webhooks.aftermath import TAKEN, afresh, delivery_after, standing, subscription_after
from exporter.webhooks.alerts import Channel
from exporter.webhooks.lane import Lane
from exporter.webhooks.messages import Messages
from exporter.webhooks.retry import GIVE_UP_AFTER, Outcome, rest, retry_after
from exporter.webhooks.roster import Roster
from exporter.webhooks.sending import Sent
from monitor.core.board import NEVER
from monitor.core.model import HOUR, Duration, EventKind, Instant
from monitor.core.ports import Outbox, StoreRefused
from monitor.core.subscribing import Delivery, DeliveryState, Subscription

log = logging.getLogger(__name__)

TRIES_AGAIN = 5.0  # seconds after the store refused
OF_OPEN_INCIDENTS = frozenset({EventKind.INCIDENT_CREATED, EventKind.INCIDENT_UPDATED})

IsOpen: TypeAlias = Callable[[str], bool]
Destination: TypeAlias = tuple[str, Channel | None]  # the endpoint of a subscription, the channel of an alert


class Bookkeeping:
    """Keeps the outbox, the roster and the lanes at one.

    Whoever writes down what became of deliveries that may be under way holds `changing` until the lane has it too:
    so what is asked for meanwhile is not lost to the outcome of the attempt before it.

    Args:
        is_open: whether an incident is, by its id.
        random: a number from 0 to 1, drawn anew for each wait.
    """

    def __init__(
        self, outbox: Outbox, roster: Roster, messages: Messages, *, is_open: IsOpen, random: Callable[[], float]
    ) -> None:
        self.changing = asyncio.Lock()
        self._outbox = outbox
        self._roster = roster
        self._messages = messages
        self._is_open = is_open
        self._random = random

    async def settle(self, lane: Lane, deliveries: list[Delivery], state: DeliveryState) -> None:
        """Of these nothing more will come.

        Raises:
            StoreRefused: they are as they were.
        """
        settled = [replace(delivery, state=state) for delivery in deliveries]
        await self._outbox.put_deliveries(settled)
        for delivery in settled:
            lane.put(delivery)

    async def record(self, lane: Lane, delivery: Delivery, sent: Sent) -> None:
        """Write down the attempt, what it made of its delivery, and what it says of its subscription."""
        asked = retry_after(sent.answer.retry_after, sent.ended)
        after = self._after(lane, delivery, sent, asked)
        until = sent.ended + (asked or 0)
        await self._insist(delivery, lambda: self._write_down(lane, delivery, after, sent, asked_until=until))
        await self.judge(lane, delivery, sent)
        if after.state in TAKEN:
            lane.bring_forward(sent.ended)
        elif after.state is DeliveryState.DEAD and after not in lane:
            _say_dead(delivery, sent)

    async def judge(self, lane: Lane, delivery: Delivery, sent: Sent) -> None:
        """Let the lane know what an answer says of its receiver; write down what that says of its subscription."""
        if self._is_still_there(sent):
            asked = retry_after(sent.answer.retry_after, sent.ended)
            until, answered = sent.ended + rest(sent.answer.status, asked), sent.answer.status is not None
            lane.hear(self.destination(sent.to), answered=answered, rests_until=until)
        await self._insist(delivery, lambda: self._judge(sent))

    def _after(self, lane: Lane, delivery: Delivery, sent: Sent, asked: Duration | None) -> Delivery:
        if not self._is_still_there(sent):
            return afresh(delivery, sent.ended)
        again_after = sent.channel.format.again_after if sent.channel is not None else None
        after = delivery_after(
            delivery,
            sent.outcome,
            began=sent.began,
            ended=sent.ended,
            jitter=2 * self._random() - 1,
            retry_after=asked,
            longest=again_after or NEVER,  # who forgets must not wait longer for what changed
        )
        holds = after.state is DeliveryState.DELIVERED and self.holds(lane, delivery)
        return standing(after, sent.ended, again_after) if again_after is not None and holds else after

    def holds(self, lane: Lane, delivery: Delivery) -> bool:
        """Whether what a delivery says of an open incident holds until more of it is taken."""
        open_ = delivery.kind in OF_OPEN_INCIDENTS and self._is_open(delivery.incident or "")
        return open_ and not lane.is_ended(delivery)

    def is_over(self, lane: Lane, delivery: Delivery) -> bool:
        """Whether a delivery is of trouble whose end went out before it."""
        ended = delivery.kind in OF_OPEN_INCIDENTS and not self._is_open(delivery.incident or "")
        return ended and not lane.is_ended(delivery)

    def destination(self, subscription: Subscription) -> Destination:
        """Where what is sent to it leads now."""
        return subscription.endpoint, self._messages.channel(subscription)

    def _is_still_there(self, sent: Sent) -> bool:
        """Whether an answer from there says anything of the subscription as it is now."""
        known = self._roster.get(sent.to.id)
        return known is None or self.destination(known) == (sent.to.endpoint, sent.channel)

    async def _write_down(
        self, lane: Lane, taken: Delivery, after: Delivery, sent: Sent, *, asked_until: Instant
    ) -> None:
        """The attempt, and what it made of the delivery unless that was asked for once more meanwhile.

        What stood of its incident gives way to what was taken.
        """
        async with self.changing:
            present, attempt = lane.present(taken), sent.attempt(taken.id)
            if present is None or present is taken:
                stood = lane.stands_before(taken) if after.state in TAKEN else []
                outdone = [replace(each, state=DeliveryState.DELIVERED) for each in stood]
                await self._outbox.put_deliveries([*outdone, after], attempt)
                for each in outdone:
                    lane.put(each)
                lane.put(after, asked_until=asked_until)
            else:
                await self._outbox.put_deliveries([], attempt)

    async def _judge(self, sent: Sent) -> None:
        def judged(known: Subscription) -> Subscription:
            if not self._is_still_there(sent):
                return known
            return subscription_after(known, sent.outcome, began=sent.began, ended=sent.ended)

        after = await self._roster.amend(sent.to.id, judged)
        if after is not None and self._is_still_there(sent):
            _say_judged(sent, after)

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


def _say_judged(sent: Sent, after: Subscription) -> None:
    """The edges: it is disabled, it begins to fail, it is well again."""
    if not after.enabled:
        log.warning("%s is disabled: %s", _named(after), after.disabled_because)
    elif after.failing_since is not None and sent.to.failing_since is None:
        log.warning("%s does not take what it is sent: %s", _named(after), _seen(sent))
    elif after.failing_since is None and sent.to.failing_since is not None:
        log.info("%s takes what it is sent again", _named(after))


def _say_dead(delivery: Delivery, sent: Sent) -> None:
    of = f" of {delivery.incident}" if delivery.incident else ""
    log.warning("delivery %s%s to %s is given up%s", delivery.id, of, _named(sent.to), _why(sent))


def _why(sent: Sent) -> str:
    match sent.outcome:
        case Outcome.REFUSED:
            return f", it will never be taken: {_seen(sent)}: {sent.answer.excerpt}"
        case Outcome.GONE:
            return f", nothing more is wanted there: {_seen(sent)}"
        case _:
            return f" after {GIVE_UP_AFTER // HOUR} hours: {_seen(sent)}"


def _seen(sent: Sent) -> str:
    return sent.answer.excerpt if sent.answer.status is None else f"it answered {sent.answer.status}"


def _named(subscription: Subscription) -> str:
    return f"subscription {subscription.id}" if subscription.alert is None else f"alert {subscription.alert}"
