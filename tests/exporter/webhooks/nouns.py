"""Subscriptions, events and deliveries with dull defaults."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.ids import delivery_id, incident_event_id, status_event_id
from monitor.core.model import Event, EventKind, Instant, Status, StatusChange
from monitor.core.subscribing import Delivery, Subscription
from tests.builders import NOON, incident

CREATED, UPDATED, RESOLVED = (
    EventKind.INCIDENT_CREATED,
    EventKind.INCIDENT_UPDATED,
    EventKind.INCIDENT_RESOLVED,
)
SECRET = "whsec_" + "QUJD" * 8


def subscription(id: str = "sub_a", **changes: object) -> Subscription:  # noqa: A002
    defaults: dict[str, object] = {
        "key": "key_a",
        "endpoint": f"https://{id.removeprefix('sub_')}.example/hook",
        "events": ("*",),
        "secret": SECRET,
        "created_at": NOON,
    }
    return Subscription(id=id, **(defaults | changes))  # type: ignore[arg-type]


def story(*kinds: EventKind, of: str = "inc_a", since: Instant = NOON, every: int = 0) -> list[Event]:
    """The events of one incident, with so many milliseconds between them."""
    return [
        Event(
            id=incident_event_id(of, ordinal, kind),
            kind=kind,
            at=since + ordinal * every,
            subject=incident(of, created_at=since),
        )
        for ordinal, kind in enumerate(kinds)
    ]


def status_change(component: str = "api", at: Instant = NOON) -> Event:
    change = StatusChange(component, Status.MAJOR_OUTAGE, Status.OPERATIONAL, at)
    return Event(status_event_id(component, change.status, at), EventKind.COMPONENT_STATUS_CHANGED, at, change)


def delivery(sequence: int = 1, kind: EventKind = CREATED, **changes: object) -> Delivery:
    """Of incident inc_a to sub_a, due at noon."""
    event = incident_event_id("inc_a", sequence, kind)
    plain = Delivery(
        id=delivery_id(event, "sub_a"),
        event=event,
        kind=kind,
        incident="inc_a",
        subscription="sub_a",
        created_at=NOON,
        due=NOON,
        sequence=sequence,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
