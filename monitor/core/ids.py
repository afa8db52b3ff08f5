"""Ids, made from the facts they name: the same fact has the same id after a restart, a replay or a retry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

from monitor.core.model import EventKind, IncidentStatus, Instant, Status, Update

_RECURRING = re.compile(r"(rule|series)_[0-9a-f]{16}")


def owner(probe: str) -> str:
    """The component of a probe's id."""
    return probe.partition("/")[0]


def local_name(probe: str) -> str:
    """A probe's name within its component."""
    return probe.partition("/")[2]


def incident_id(component: str, started_at: Instant) -> str:
    """Of the trouble that began in a component at an instant."""
    return f"inc_{_digest(component, started_at)}"


def entry_kind(updates: Sequence[Update], ordinal: int) -> EventKind:
    """The kind of the one event that an entry in an incident's timeline gives."""
    if ordinal == 0:
        return EventKind.INCIDENT_CREATED
    before, now = updates[ordinal - 1].status, updates[ordinal].status
    ends = now is IncidentStatus.RESOLVED and before is not IncidentStatus.RESOLVED
    return EventKind.INCIDENT_RESOLVED if ends else EventKind.INCIDENT_UPDATED


def reported_id(component: str, by: str, at: Instant) -> str:
    """Of an incident that somebody opened."""
    return f"inc_{_digest('reported', component, by, at)}"


def planned_id(by: str, title: str, starts: Instant, at: Instant) -> str:
    """Of maintenance that somebody planned."""
    return f"mnt_{_digest(by, title, starts, at)}"


def rule_id(*facts: object) -> str:
    """Of recurring maintenance that the config plans."""
    return f"rule_{_digest(*facts)}"


def series_id(*facts: object) -> str:
    """Of recurring maintenance that somebody planned at run time."""
    return f"series_{_digest(*facts)}"


def recurs(name: str) -> bool:
    """Whether it is the id of recurring maintenance; nobody who plans any is called so."""
    return _RECURRING.fullmatch(name) is not None


def recurs_by_config(name: str) -> bool:
    return recurs(name) and name.startswith("rule_")


def occurrence_id(rule: str, starts: Instant) -> str:
    """Of the maintenance that begins at an instant by a rule."""
    return f"mnt_{_digest(rule, starts)}"


def amendment_id(component: str, since: Instant, until: Instant, at: Instant) -> str:
    return f"amd_{_digest(component, since, until, at)}"


def incident_event_id(incident: str, ordinal: int, kind: EventKind) -> str:
    """Of one entry in an incident's timeline; the first entry has ordinal 0."""
    return f"evt_{_digest(incident, ordinal, kind)}"


def status_event_id(component: str, status: Status, decided: Instant) -> str:
    return f"evt_{_digest(component, status, decided)}"


def window_event_id(window: str, kind: EventKind, changed: int = 0) -> str:
    """Of a window after so many changes."""
    return f"evt_{_digest(window, kind, *([changed] if changed else []))}"


def delivery_id(event: str, subscription: str) -> str:
    return f"dlv_{_digest(event, subscription)}"


def _digest(*facts: object) -> str:
    return sha256("\n".join(str(fact) for fact in facts).encode()).hexdigest()[:16]
