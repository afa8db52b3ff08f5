"""Nouns of who wants to know, with dull defaults; number n names the event, its delivery and its attempt."""

from __future__ import annotations

from monitor.core.ids import delivery_id
from monitor.core.model import Event, EventKind, Instant, Status, StatusChange, Step, Tick
from monitor.core.ports import Decided
from monitor.core.subscribing import Answered, Attempt, Delivery, DeliveryState, Key, Scope, Subscription
from tests.builders import NOON


def event(n: int) -> Event:
    change = StatusChange("api", Status.OPERATIONAL, Status.DEGRADED, n)
    return Event(f"evt_{n}", EventKind.COMPONENT_STATUS_CHANGED, n, change)


def telling(*events: Event) -> list[Decided]:
    """A decision that comes to these events."""
    return [(Tick(NOON), Step(events=events))]


def delivery(
    n: int,
    to: str = "sub_1",
    *,
    state: DeliveryState = DeliveryState.PENDING,
    created_at: Instant | None = None,
    incident: str | None = None,
    attempts: int = 0,
    first_attempt_at: Instant | None = None,
    sequence: int = 0,
) -> Delivery:
    created_at = n if created_at is None else created_at
    return Delivery(
        id=delivery_id(f"evt_{n}", to),
        event=f"evt_{n}",
        kind=EventKind.COMPONENT_STATUS_CHANGED,
        incident=incident,
        subscription=to,
        created_at=created_at,
        due=created_at,
        state=state,
        sequence=sequence,
        attempts=attempts,
        first_attempt_at=first_attempt_at,
    )


def attempt(n: int, to: str = "sub_1", *, at: Instant = NOON, excerpt: str = "ok") -> Attempt:
    return Attempt(delivery=delivery_id(f"evt_{n}", to), at=at, status=200, duration_ms=12, excerpt=excerpt)


def subscription(id: str = "sub_1", *, secret: str = "whsec_1", created_at: Instant = NOON) -> Subscription:  # noqa: A002
    return Subscription(
        id=id,
        key="key_1",
        endpoint="https://hooks.example.com/in",
        events=("*",),
        secret=secret,
        created_at=created_at,
    )


def key(id: str = "key_1", *, digest: str = "d1", created_at: Instant = NOON) -> Key:  # noqa: A002
    return Key(
        id=id,
        name="dull",
        digest=digest,
        prefix="jk_live_",
        last_four="cdef",
        scopes=(Scope.SUBSCRIPTIONS,),
        created_at=created_at,
    )


def answered(request: str = "r1", *, at: Instant = NOON) -> Answered:
    return Answered(request=request, status=201, body='{"id":"sub_1"}', at=at)
