"""A pretend incident, by which the delivery of an alert is tried out: its opening, and its end at once."""

from __future__ import annotations

from dataclasses import replace

from exporter.webhooks.formats.message import TEST
from monitor.core.ids import incident_id
from monitor.core.model import (
    Event,
    EventKind,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Status,
    Update,
)
from monitor.core.subscribing import Told

WORST = {Impact.MAJOR: Status.PARTIAL_OUTAGE, Impact.CRITICAL: Status.MAJOR_OUTAGE}


def rehearsal(alert: str, component: str, impact: Impact, now: Instant) -> tuple[Told, Told]:
    """What is told of it. It is another incident at each instant: no receiver takes it for an old one."""
    told = f"This is a test of delivery by the alert {alert}. Nothing is wrong."
    opened = Incident(
        id=incident_id(f"test {alert}", now),
        title=f"Test of the alert {alert}: nothing is wrong",
        status=IncidentStatus.INVESTIGATING,
        impact=impact,
        created_at=now,
        started_at=now,
        components=(component,),
        cause=component,
        worst={component: WORST.get(impact, Status.DEGRADED)},
        updates=(Update(IncidentStatus.INVESTIGATING, told, now),),
    )
    ended = replace(
        opened,
        status=IncidentStatus.RESOLVED,
        resolved_at=now,
        ended_at=now,
        updates=(*opened.updates, Update(IncidentStatus.RESOLVED, "The test of delivery is over.", now)),
    )
    return _told(opened, EventKind.INCIDENT_CREATED, now), _told(ended, EventKind.INCIDENT_RESOLVED, now)


def _told(incident: Incident, kind: EventKind, now: Instant) -> Told:
    return Told(0, Event(f"{TEST}{incident.id}_{len(incident.updates) - 1}", kind, now, incident))
