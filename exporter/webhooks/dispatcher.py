"""The dispatcher: sends what is owed, each subscription in a lane of its own."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from exporter.metrics import Metrics
from exporter.webhooks.aftermath import afresh, worth_telling
from exporter.webhooks.bookkeeping import TRIES_AGAIN, Bookkeeping, IsOpen
from exporter.webhooks.faults import traced
from exporter.webhooks.lane import Lane
from exporter.webhooks.messages import Messages
from exporter.webhooks.places import Places
from exporter.webhooks.retry import LONGEST_WAIT
from exporter.webhooks.roster import Roster
from exporter.webhooks.sending import Send, Sent
from exporter.webhooks.turns import Turns
from monitor.core.board import NEVER
from monitor.core.model import MINUTE, SECOND, Duration, EventKind, Instant
from monitor.core.ports import Clock, Outbox, StoreRefused
from monitor.core.subscribing import Attempt, Delivery, DeliveryState, Subscription

log = logging.getLogger(__name__)

AT_ONCE = 64  # attempts
TRIES_AT_ONCE = 8  # on demand: they take no place from what is owed
LOOKS_AGAIN: Duration = MINUTE  # a timer would not notice that the clock was set


class Busy(Exception):
    """As many tries are under way as may be; to be asked for again later."""


class Dispatcher:
    """Owes nothing itself: what it holds is written down, and is there again after a restart.

    A lane has a task while something of it is due, one timer while something waits, and else does not exist.

    Args:
        is_open: whether an incident is, by its id.
        random: a number from 0 to 1, drawn anew for each wait.
    """

    def __init__(
        self,
        outbox: Outbox,
        roster: Roster,
        clock: Clock,
        *,
        messages: Messages,
        send: Send,
        is_open: IsOpen,
        metrics: Metrics,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._roster = roster
        self._clock = clock
        self._is_open = is_open
        self._books = Bookkeeping(outbox, roster, messages, is_open=is_open, random=random)
        self._turns = Turns(outbox, roster, clock, messages=messages, send=send, books=self._books, metrics=metrics)
        self._places = Places(AT_ONCE)
        self._trying: set[str] = set()  # subscriptions
        self._lanes: dict[str, Lane] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._open = False
        metrics.watch_webhooks(
            pending=lambda: self.pending, oldest=lambda: self.oldest / SECOND, disabled=lambda: roster.disabled
        )

    @property
    def pending(self) -> int:
        """How many deliveries are owed."""
        return sum(map(self.owed, self._lanes))

    @property
    def oldest(self) -> Duration:
        """How long the oldest of them is owed; 0 when there is none."""
        now = self._clock.now()
        owed = (delivery for lane in self._lanes.values() for delivery in lane.owed)
        return now - min((delivery.created_at for delivery in owed), default=now)

    def owed(self, subscription: str) -> int:
        """How many of them are owed to one subscription."""
        lane = self._lanes.get(subscription)
        return len(lane.owed) if lane is not None else 0

    async def start(self) -> None:
        """Go on with what was owed when we stopped."""
        for delivery in await self._outbox.unsettled():
            self._lane(delivery.subscription).add(_within_reach(delivery, self._clock.now()))
        self._open = True
        for subscription in list(self._lanes):
            self.look(subscription)

    async def stop(self, limit: float) -> None:
        """Begin no attempt; those under way get so many seconds to end and to be written down."""
        self._open = False
        for timer in self._timers.values():
            timer.cancel()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=limit)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, deliveries: Sequence[Delivery]) -> None:
        """These are owed from now on, and written down."""
        for delivery in deliveries:
            self._lane(delivery.subscription).add(delivery)
        for subscription in dict.fromkeys(delivery.subscription for delivery in deliveries):
            self._lane(subscription).bring_forward(self._clock.now(), deliveries)
            self.look(subscription)

    def look(self, subscription: str) -> None:
        """See whether there is something to do for a subscription; to be called when it changed."""
        timer = self._timers.pop(subscription, None)
        if timer is not None:
            timer.cancel()
        lane = self._lanes.get(subscription)
        if lane is not None and self._roster.get(subscription) is None:
            lane.clear()  # now, also while an attempt is under way: another of its name may come after it
        if lane is None or not self._open or subscription in self._tasks:
            return
        if not lane:
            del self._lanes[subscription]
        elif (wait := self._wait(lane)) > 0:
            self._look_after(subscription, min(wait, LOOKS_AGAIN) / SECOND)
        else:
            task = self._tasks[subscription] = asyncio.create_task(self._drain(lane))
            task.add_done_callback(lambda ended: self._ended(subscription, ended))

    def hasten(self, subscription: str) -> None:
        """Try what waits soon: what kept it from arriving may be over, as when the endpoint is another."""
        lane, known, now = self._lanes.get(subscription), self._roster.get(subscription), self._clock.now()
        if lane is not None and known is not None:
            lane.lead_to(self._books.destination(known), now)
            lane.bring_forward(now)
        self.look(subscription)

    # ── on demand ────────────────────────────────────────────────────────────────────────────────────

    async def try_out(self, subscription: Subscription) -> Attempt:
        """One POST of type `test` right now, written down nowhere.

        Raises:
            Busy: this one is being tried out already, or too many others are.
            OwnTrouble: it could not be sent, and that is not the receiver's fault.
        """
        with self._on_trial(subscription):
            return await self._turns.try_out(subscription)

    async def rehearse(self, subscription: Subscription) -> list[tuple[EventKind, Sent]]:
        """Tell an alert of a pretend incident right now, of its opening and of its end; errors as of `try_out`."""
        with self._on_trial(subscription):
            return await self._turns.rehearse(subscription)

    async def redeliver(self, delivery: Delivery) -> None:
        """Owe it once more, due now.

        Raises:
            StoreRefused: it is as it was.
        """
        await self._owe_again([delivery])

    async def recover(self, subscription: Subscription, since: Instant) -> int:
        """Owe once more what was given up, of all that was created at `since` or later.

        An alert pages people: it is owed what they should still hear. That is all that was given up of incidents
        that are open, however old, as long as nothing that came later was taken; and of what is no incident.

        Returns:
            How many deliveries that are.

        Raises:
            StoreRefused: all is as it was.
        """
        if subscription.alert is None:
            again = await self._outbox.dead_since(subscription.id, since)
        else:
            again = await self._still_worth_telling(subscription.id, since)
        await self._owe_again(again)
        return len(again)

    async def _still_worth_telling(self, alert: str, since: Instant) -> list[Delivery]:
        dead = await self._outbox.dead_since(alert, 0)
        again = [delivery for delivery in dead if delivery.incident is None and delivery.created_at >= since]
        for incident in dict.fromkeys(delivery.incident for delivery in dead):
            if incident is not None and self._is_open(incident):
                again += worth_telling(await self._outbox.since_opening(alert, incident))
        return again

    @contextmanager
    def _on_trial(self, subscription: Subscription) -> Iterator[None]:
        if subscription.id in self._trying or len(self._trying) >= TRIES_AT_ONCE:
            raise Busy
        self._trying.add(subscription.id)
        try:
            yield
        finally:
            self._trying.remove(subscription.id)

    async def _owe_again(self, deliveries: Sequence[Delivery]) -> None:
        async with self._books.changing:
            now = self._clock.now()
            again = [afresh(delivery, now) for delivery in deliveries]
            await self._outbox.put_deliveries(again)
            for delivery in again:
                self._lane(delivery.subscription).put(delivery)  # where it is still owed
            self.wake(again)

    # ── lanes ────────────────────────────────────────────────────────────────────────────────────────

    def _lane(self, subscription: str) -> Lane:
        return self._lanes.setdefault(subscription, Lane(subscription))

    def _wait(self, lane: Lane) -> Duration:
        """How long until the lane has something to do; whoever gets nothing any more is seen to at once."""
        if not lane:
            return NEVER
        subscription = self._roster.get(lane.subscription)
        gets_it = subscription is not None and subscription.enabled
        return lane.due - self._clock.now() if gets_it else 0

    async def _drain(self, lane: Lane) -> None:
        while self._open and self._wait(lane) <= 0:
            await self.step(lane)

    async def step(self, lane: Lane) -> None:
        """One turn of a lane, once there is a place for it."""
        subscription = self._roster.get(lane.subscription)
        sick = subscription is not None and subscription.failing_since is not None
        async with self._places.taken(sick=sick):
            if self._open:
                await self._turns.take(lane)

    def _ended(self, subscription: str, task: asyncio.Task[None]) -> None:
        del self._tasks[subscription]
        if task.cancelled() or not self._open:
            return
        fault = task.exception()
        if fault is None:
            self.look(subscription)
            return
        if not isinstance(fault, StoreRefused):
            log.error("subscription %s waits for a bug of ours: %s", subscription, traced(fault))
        self._look_after(subscription, TRIES_AGAIN)

    def _look_after(self, subscription: str, seconds: float) -> None:
        self._timers[subscription] = asyncio.get_running_loop().call_later(seconds, self.look, subscription)


def _within_reach(delivery: Delivery, now: Instant) -> Delivery:
    """Due no later than any wait could make it: the clock may have been set back since it was written down.

    What stands is said again at once: nobody knows for how long it was not.
    """
    waits = delivery.attempts and delivery.state is DeliveryState.PENDING
    latest = now + LONGEST_WAIT if waits else now
    return replace(delivery, due=min(delivery.due, latest))
