"""From events to what is owed for them."""

from __future__ import annotations

from collections.abc import Iterable, Set

from monitor.core.ids import delivery_id
from monitor.core.model import Event, EventKind, Impact, Incident, StatusChange
from monitor.core.subscribing import Delivery, Subscription

IMPACTS = tuple(Impact)
EVERYTHING = "*"


def fan_out(event: Event, subscriptions: Iterable[Subscription], told: Set[tuple[str, str]]) -> list[Delivery]:
    """What is owed for an event.

    Args:
        told: pairs of subscription and incident of which the subscriber was told.
    """
    return [
        _delivery(event, sub) for sub in subscriptions if sub.enabled and not sub.test and _wants(sub, event, told)
    ]


def takes(patterns: Iterable[str], kind: EventKind) -> bool:
    """Whether one of the patterns ("incident.created", "incident.*", "*") means the kind."""
    family = f"{kind.partition('.')[0]}.*"
    return any(pattern in (kind, family, EVERYTHING) for pattern in patterns)


def _wants(subscription: Subscription, event: Event, told: Set[tuple[str, str]]) -> bool:
    if subscription.components and not set(subscription.components).intersection(_components(event)):
        return False
    incident = event.subject
    if not isinstance(incident, Incident) or subscription.least_impact is None:
        return takes(subscription.events, event.kind)
    if (subscription.id, incident.id) in told:
        return takes(subscription.events, event.kind)
    reached = IMPACTS.index(incident.impact) >= IMPACTS.index(subscription.least_impact)
    return reached and any(takes(subscription.events, kind) for kind in INCIDENT_KINDS)


INCIDENT_KINDS = (EventKind.INCIDENT_CREATED, EventKind.INCIDENT_UPDATED, EventKind.INCIDENT_RESOLVED)


def _components(event: Event) -> tuple[str, ...]:
    match event.subject:
        case StatusChange() as change:
            return (change.component,)
        case subject:
            return subject.components


def _delivery(event: Event, subscription: Subscription) -> Delivery:
    return Delivery(
        id=delivery_id(event.id, subscription.id),
        event=event.id,
        kind=event.kind,
        incident=event.subject.id if isinstance(event.subject, Incident) else None,
        subscription=subscription.id,
        created_at=event.at,
        due=event.at,
    )
