"""PagerDuty, Events API v2: each time an incident opens it pages once; all else informs and pages nobody."""

from __future__ import annotations

from dataclasses import dataclass, field

from exporter.documents import Document, timestamp
from exporter.webhooks.formats.gist import Gist, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.plain import inert
from exporter.webhooks.formats.texts import json_bytes, line, prose
from monitor.core.model import EventKind, Impact, Incident, IncidentStatus

# The most characters of each text: together they are within the 1024 that PagerDuty takes of a summary.
HEADLINE = 800
FACT = 100

NAME = 200
DETAIL = 2_000

SEVERITIES = {
    Impact.CRITICAL: "critical",
    Impact.MAJOR: "error",
    Impact.MINOR: "warning",
    Impact.NONE: "info",
}

# All is well: a trigger now would only page whoever resolved it by hand already.
QUIET = frozenset({IncidentStatus.MONITORING, IncidentStatus.RESOLVED})


@dataclass(frozen=True, slots=True)
class Settings:
    routing_key: str = field(repr=False)
    url: str = "https://events.pagerduty.com"


def message(settings: Settings, notice: Notice) -> Message | None:
    """A trigger while there is trouble, a resolve at its end; a change event of what is no incident."""
    incident = notice.event.subject
    if not isinstance(incident, Incident):
        return _sent(settings, "/v2/change/enqueue", _change(notice, gist(notice)))
    if notice.event.kind is EventKind.INCIDENT_RESOLVED:
        # Of a merged one too, which nothing else would ever resolve: where it goes on may page once more, not never.
        return _sent(settings, "/v2/enqueue", {"event_action": "resolve", "dedup_key": _dedup_key(incident)})
    if incident.status in QUIET:
        return None
    return _sent(settings, "/v2/enqueue", _trigger(notice, incident, gist(notice)))


def _sent(settings: Settings, path: str, event: Document) -> Message:
    document = {"routing_key": settings.routing_key, **event}
    return Message("POST", settings.url + path, {"Content-Type": "application/json"}, json_bytes(document))


def _dedup_key(incident: Incident) -> str:
    """Another at each reopening: PagerDuty opens a resolved alert no more."""
    return f"{incident.id}/{incident.reopened}"


def _trigger(notice: Notice, incident: Incident, said: Gist) -> Document:
    """The first of a key pages; PagerDuty adds later ones to the same alert."""
    payload = {
        "summary": _summary(said.headline, said),
        "source": _text(notice.name(incident.cause), NAME) or incident.cause,
        "severity": SEVERITIES[incident.impact],
        "timestamp": timestamp(notice.event.at),
        "component": incident.cause,
        "group": _text(notice.page, NAME),
        "class": incident.worst.get(incident.cause, incident.impact),
        "custom_details": _details(said),
    }
    return {
        "event_action": "trigger",
        "dedup_key": _dedup_key(incident),
        "payload": payload,
        "links": _links(said),
        "client": _text(notice.page, NAME),
        "client_url": said.link,
    }


def _change(notice: Notice, said: Gist) -> Document:
    payload = {
        "summary": _summary(said.title, said),
        "source": _text(notice.page, NAME),
        "timestamp": timestamp(notice.event.at),
        "custom_details": _details(said),
    }
    return {"payload": payload, "links": _links(said)}


def _summary(headline: str, said: Gist) -> str:
    """What a phone reads out; never blank, since PagerDuty refuses that."""
    facts = [_text(f"{name}: {value}", FACT) for name, value in said.facts[:2]]
    return " · ".join([_text(headline, HEADLINE) or said.state, *facts])


def _details(said: Gist) -> Document:
    facts = {name: _text(value, DETAIL) for name, value in said.facts}
    known = {"Message": inert(prose(said.message, DETAIL))} if said.message else {}
    return {"State": said.state, **facts, **known}


def _links(said: Gist) -> list[Document]:
    return [{"href": said.link, "text": "Status page"}]


def _text(text: str, most: int) -> str:
    return inert(line(text, most))
