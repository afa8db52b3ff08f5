"""From events to what is owed for them."""

from __future__ import annotations

from collections.abc import Iterable, Set

from monitor.core.ids import delivery_id
from monitor.core.model import Event, EventKind, Impact, Incident, StatusChange
from monitor.core.subscribing import Delivery, Subscription

IMPACTS = tuple(Impact)
EVERYTHING = "*"
FAMILIES = tuple(dict.fromkeys(f"{kind.partition('.')[0]}.*" for kind in EventKind))
PATTERNS = (*EventKind, *FAMILIES, EVERYTHING)  # all that may be asked for


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
    incident, taken = event.subject, takes(subscription.events, event.kind)
    if not isinstance(incident, Incident):
        return taken and _concerned(subscription, event)
    if (subscription.id, incident.id) in told:
        return taken  # also when it has left the filters since: whoever heard of it hears of its end
    if not (_concerned(subscription, event) and _grave_enough(subscription, incident)):
        return False
    # It may pass the filters late, when a component joins or it grows graver: for who asked, that is when it begins.
    filtered = bool(subscription.components) or subscription.least_impact is not None
    begins = filtered and incident.open and event.kind is EventKind.INCIDENT_UPDATED
    return taken or (begins and takes(subscription.events, EventKind.INCIDENT_CREATED))


def _concerned(subscription: Subscription, event: Event) -> bool:
    return not subscription.components or not set(subscription.components).isdisjoint(_components(event))


def _grave_enough(subscription: Subscription, incident: Incident) -> bool:
    least = subscription.least_impact
    return least is None or IMPACTS.index(incident.impact) >= IMPACTS.index(least)


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
