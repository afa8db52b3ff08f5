"""A webhook in the shape of Atlassian Statuspage, in its terms alone, for who reads those already."""

from __future__ import annotations

from dataclasses import dataclass, field

from exporter.documents import Document
from exporter.feeds.timeline import POSTMORTEM, entries
from exporter.statuspage.terms import (
    MAINTENANCE,
    STAGES,
    blend,
    entry_document,
    shown,
    timestamp,
    timestamp_or_none,
)
from exporter.webhooks.formats.gist import gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.plain import inert
from exporter.webhooks.formats.texts import json_bytes, line, prose, signed
from monitor.core.model import (
    EventKind,
    Incident,
    IncidentStatus,
    Instant,
    MaintenanceStatus,
    Status,
    StatusChange,
    Update,
    Window,
)

NAME = 255  # characters
BODY = 4_000
LEARNED = 10_000
UPDATES = 20  # the newest

# In the order in which a window goes through them.
REACHED = {
    EventKind.MAINTENANCE_SCHEDULED: MaintenanceStatus.SCHEDULED,
    EventKind.MAINTENANCE_STARTED: MaintenanceStatus.IN_PROGRESS,
    EventKind.MAINTENANCE_COMPLETED: MaintenanceStatus.COMPLETED,
}
CANCELLED = (MaintenanceStatus.COMPLETED, "The maintenance is cancelled.")  # for which Statuspage has no status

# What Statuspage says of every incident, where there is nothing to say of it.
ABSENT: Document = {
    "backfilled": False,
    "impact_override": None,
    "monitoring_at": None,
    "postmortem_body": None,
    "postmortem_body_last_updated_at": None,
    "postmortem_ignored": False,
    "postmortem_notified_subscribers": False,
    "postmortem_notified_twitter": False,
    "postmortem_published_at": None,
    "scheduled_auto_transition": False,
    "scheduled_for": None,
    "scheduled_remind_prior": False,
    "scheduled_reminded_at": None,
    "scheduled_until": None,
}


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)


def message(settings: Settings, notice: Notice) -> Message:
    """An incident as it is now, or a component's change."""
    happened: Document
    match notice.event.subject:
        case Incident() as incident:
            happened = {"incident": _incident(notice, incident)}
        case StatusChange() as change:
            happened = _changed(notice, change)
        case Window() as window:
            happened = {"incident": _maintenance(notice, window)}
    tried = {"test": True} if notice.test else {}  # which Statuspage knows not, so that a program can tell
    document = {"meta": _meta(notice), "page": _page(notice), **happened, **tried}
    return Message("POST", settings.url, {"Content-Type": "application/json"}, json_bytes(document))


def _meta(notice: Notice) -> Document:
    return {
        "unsubscribe": f"{notice.url}/",
        "documentation": f"{notice.url}/",
        "generated_at": timestamp(notice.at),
    }


def _page(notice: Notice) -> Document:
    indicator, description = blend([shown(state) for state in notice.states.values()])
    return {
        "id": _text(notice.page),
        "status_indicator": indicator,
        "status_description": description,
    }


def _incident(notice: Notice, incident: Incident) -> Document:
    newest_first = list(enumerate(entries(incident)))[::-1]
    monitoring = (entry.timestamp for _, (status, entry) in newest_first if status == IncidentStatus.MONITORING)
    return {
        **_frame(notice, incident.id, incident.title),
        "status": POSTMORTEM if notice.postmortem else incident.status,
        "impact": incident.impact,
        "created_at": timestamp(incident.created_at),
        "monitoring_at": timestamp_or_none(next(monitoring, None)),
        "resolved_at": timestamp_or_none(incident.resolved_at),
        **_learned(notice, incident),
        "incident_updates": [
            _said(incident, ordinal, status, entry) for ordinal, (status, entry) in newest_first[:UPDATES]
        ],
        "components": [
            _component(notice, component) | {"status": _status(incident, component)}
            for component in incident.components
        ],
    }


def _learned(notice: Notice, incident: Incident) -> Document:
    """What was written of it after its end, where that is what happened."""
    if not notice.postmortem:
        return {}
    at = timestamp(notice.event.at)
    return {
        "postmortem_body": inert(prose(incident.postmortem, LEARNED)),
        "postmortem_body_last_updated_at": at,
        "postmortem_published_at": at,
    }


def _said(incident: Incident, ordinal: int, status: str, entry: Update) -> Document:
    return _update(incident.id, ordinal, status, signed(entry.message, entry.by, BODY), entry.timestamp)


def _status(incident: Incident, component: str) -> Status:
    """Its worst in the incident, until all is well again."""
    well = not incident.open or incident.status is IncidentStatus.MONITORING
    if well and incident.merged_into is None:
        return Status.OPERATIONAL
    return incident.worst.get(component, Status.OPERATIONAL)


def _maintenance(notice: Notice, window: Window) -> Document:
    """Its components without a status: a window says nothing of that."""
    at, kind = notice.event.at, notice.event.kind
    status, text = _stage(notice, window)
    ordinal = [*REACHED].index(kind) + len(REACHED) * window.changed
    return {
        **_frame(notice, window.id, window.title),
        "status": status,
        "impact": MAINTENANCE,
        "created_at": timestamp(at),
        "resolved_at": timestamp(at) if kind is EventKind.MAINTENANCE_COMPLETED else None,
        "scheduled_for": timestamp(window.starts),
        "scheduled_until": timestamp(window.ends),
        "incident_updates": [_update(window.id, ordinal, status, f"{text} {gist(notice).message}", at)],
        "components": [_component(notice, component) for component in window.components],
    }


def _stage(notice: Notice, window: Window) -> tuple[MaintenanceStatus, str]:
    """Statuspage's status of a window, and what there is to say of it."""
    if window.cancelled:
        return CANCELLED
    if window.changed and notice.event.kind is EventKind.MAINTENANCE_SCHEDULED:
        return window.status(notice.event.at), "The maintenance has changed."
    reached = REACHED[notice.event.kind]
    return reached, STAGES[reached]


def _frame(notice: Notice, of: str, name: str) -> Document:
    return {
        **ABSENT,
        "id": of,
        "page_id": _text(notice.page),
        "name": _text(name),
        "updated_at": timestamp(notice.event.at),
        "shortlink": notice.link,
    }


def _update(of: str, ordinal: int, status: str, text: str, at: Instant) -> Document:
    return {
        **entry_document(of, ordinal, status, inert(prose(text, BODY)), at),
        "wants_twitter_update": False,
        "twitter_updated_at": None,
    }


def _changed(notice: Notice, change: StatusChange) -> Document:
    at = timestamp(notice.event.at)
    return {
        "component_update": {
            "id": notice.event.id,
            "component_id": change.component,
            "created_at": at,
            "old_status": change.previous or Status.OPERATIONAL,  # as which Statuspage's new components begin
            "new_status": change.status,
        },
        "component": _component(notice, change.component) | {"status": change.status, "created_at": at},
    }


def _component(notice: Notice, component: str) -> Document:
    return {"id": component, "name": _text(notice.name(component))}


def _text(text: str) -> str:
    return inert(line(text, NAME))
