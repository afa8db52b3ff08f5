"""The log of what happens: one line for each event, so edges only."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor.core.model import Event, EventKind, Incident, StatusChange
from monitor.core.ports import Decided

log = logging.getLogger(__name__)


def write_journal(decided: Sequence[Decided]) -> None:
    """Log what was just written down."""
    for _, step in decided:
        for event in step.events:
            log.info("%s", line(event))


def line(event: Event) -> str:
    """An event as a person would log it."""
    match event.subject:
        case Incident() as incident:
            entry = incident.updates[-1]
            return f"{_verb(event, incident)} ({entry.status}): {incident.title}. {entry.message}"
        case StatusChange() as change:
            was = f", was {_spoken(change.previous)}" if change.previous else ""
            return f"{change.component}: {_spoken(change.status)}{was}"
        case window:
            return f"{_spoken(event.kind)}: {window.title} ({', '.join(window.components)})"


def _verb(event: Event, incident: Incident) -> str:
    verbs = {EventKind.INCIDENT_CREATED: "opened", EventKind.INCIDENT_RESOLVED: "resolved"}
    return f"{incident.id} {verbs.get(event.kind, 'updated')}"


def _spoken(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")
