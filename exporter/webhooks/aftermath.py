"""What an attempt makes of a delivery and of its subscription: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exporter.webhooks.retry import GIVE_UP_AFTER, Outcome, next_due
from monitor.core.board import NEVER
from monitor.core.model import HOUR, Duration, EventKind, Instant
from monitor.core.subscribing import Delivery, DeliveryState, Subscription

GONE = "The endpoint answered 410 Gone."
TAKEN = frozenset({DeliveryState.DELIVERED, DeliveryState.STANDING})
FAILED = f"Nothing but failures for {GIVE_UP_AFTER // HOUR} hours."


def delivery_after(
    delivery: Delivery,
    outcome: Outcome,
    *,
    began: Instant,
    ended: Instant,
    jitter: float,
    retry_after: Duration | None,
    longest: Duration = NEVER,
) -> Delivery:
    """The delivery after one more attempt: delivered, due again, or dead. Arguments as of `next_due`."""
    attempts = delivery.attempts + 1
    first = began if delivery.first_attempt_at is None else delivery.first_attempt_at
    tried = replace(delivery, attempts=attempts, first_attempt_at=first)
    if outcome is Outcome.DELIVERED:
        return replace(tried, state=DeliveryState.DELIVERED)
    again = outcome is Outcome.RETRY
    due = next_due(attempts, first, ended, jitter, retry_after, longest) if again else None
    return replace(tried, state=DeliveryState.DEAD) if due is None else replace(tried, due=due)


def subscription_after(
    subscription: Subscription, outcome: Outcome, *, began: Instant, ended: Instant
) -> Subscription:
    """The subscription after an attempt: in good standing, failing, or disabled."""
    if outcome is Outcome.DELIVERED:
        return replace(subscription, failing_since=None)
    since = began if subscription.failing_since is None else subscription.failing_since
    failing = replace(subscription, failing_since=since)
    if subscription.alert is not None:
        return failing  # the config says that people must be told
    if outcome is Outcome.GONE:
        return replace(failing, disabled_at=ended, disabled_because=GONE)
    if ended - since >= GIVE_UP_AFTER:
        return replace(failing, disabled_at=ended, disabled_because=FAILED)
    return failing


def standing(delivery: Delivery, now: Instant, again_after: Duration) -> Delivery:
    """Taken, and to be said again."""
    return replace(delivery, state=DeliveryState.STANDING, due=now + again_after)


def worth_telling(history: Sequence[Delivery]) -> list[Delivery]:
    """What was given up and should still be heard, of all deliveries of one open incident in their order.

    What came before an end, or before something that was taken, is out of date: told now, it would come after it.
    """
    heard = [place for place, it in enumerate(history) if it.state in TAKEN or it.kind is EventKind.INCIDENT_RESOLVED]
    recent = history[heard[-1] + 1 :] if heard else history
    return [delivery for delivery in recent if delivery.state is DeliveryState.DEAD]


def afresh(delivery: Delivery, now: Instant) -> Delivery:
    """Owed as if it had never been tried."""
    return replace(delivery, state=DeliveryState.PENDING, due=now, attempts=0, first_attempt_at=None)
