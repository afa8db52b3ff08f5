"""The log of what happens: one line for each event, so edges only."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor.core.model import (
    Cancelled,
    Configured,
    Event,
    EventKind,
    Incident,
    Observation,
    Planned,
    StatusChange,
    Window,
)
from monitor.core.ports import Decided
from monitor.core.redaction import printable

log = logging.getLogger(__name__)


def write_journal(decided: Sequence[Decided]) -> None:
    """Log what was just written down."""
    for observation, step in decided:
        for event in step.events:
            log.info("%s", line(event, observation))


def line(event: Event, observation: Observation | None = None) -> str:
    """An event as a person would log it, on one line, with the observation that brought it about if that is known."""
    return printable(_told(event, observation))


def _told(event: Event, observation: Observation | None) -> str:
    match event.subject:
        case Incident() as incident:
            entry = incident.updates[-1]
            by = f" by {entry.by}" if entry.by else ""
            return f"{_verb(event, incident)}{by} ({entry.status}): {incident.title}. {entry.message}"
        case StatusChange() as change:
            was = f", was {_spoken(change.previous)}" if change.previous else ""
            return f"{change.component}: {_spoken(change.status)}{was}"
        case window:
            became = _became(event, window, observation)
            planner = window.by or "config"  # who changed or cancelled it, we are not told
            return f"maintenance {became}: {window.title} ({', '.join(window.components)}), planned by {planner}"


def _verb(event: Event, incident: Incident) -> str:
    verbs = {EventKind.INCIDENT_CREATED: "opened", EventKind.INCIDENT_RESOLVED: "resolved"}
    return f"{incident.id} {verbs.get(event.kind, 'updated')}"


def _became(event: Event, window: Window, observation: Observation | None) -> str:
    match event.kind:
        case EventKind.MAINTENANCE_STARTED:
            return "started"
        case EventKind.MAINTENANCE_SCHEDULED:
            return "changed" if window.changed else "scheduled"
        case _ if window.cancelled:
            return "cancelled"
    return "ended early" if _is_meant(event, window, observation) else "completed"


def _is_meant(event: Event, window: Window, observation: Observation | None) -> bool:
    """Whether the observation ended the window; one that ran out was ended first, at an instant before it."""
    match observation:
        case Cancelled(at=at, window=about) | Planned(at=at, window=Window(id=about)):
            return about == window.id and event.at >= at
        case Configured(at=at):
            return event.at >= at
    return False


def _spoken(name: str) -> str:
    return name.replace("_", " ")
