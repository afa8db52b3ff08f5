"""PagerDuty, Events API v2: each time an incident opens it pages once; all else informs and pages nobody."""

from __future__ import annotations

from dataclasses import dataclass, field

from exporter.documents import Document, timestamp
from exporter.webhooks.formats.gist import Gist, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.paging import Call, alert_key, call
from exporter.webhooks.formats.plain import inert
from exporter.webhooks.formats.texts import json_bytes, line, signed
from monitor.core.model import Impact, Incident

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


@dataclass(frozen=True, slots=True)
class Settings:
    routing_key: str = field(repr=False)
    url: str = "https://events.pagerduty.com"


def message(settings: Settings, notice: Notice) -> Message | None:
    """A trigger while there is trouble, a resolve at its end; a change event of what is no incident."""
    incident = notice.event.subject
    if not isinstance(incident, Incident):
        return _sent(settings, "/v2/change/enqueue", _change(notice, gist(notice)))
    match call(notice, incident):
        case Call.PAGE:
            return _sent(settings, "/v2/enqueue", _trigger(notice, incident, gist(notice)))
        case Call.ACKNOWLEDGE:
            return _sent(settings, "/v2/enqueue", _follow(incident, "acknowledge"))
        case Call.END:
            return _sent(settings, "/v2/enqueue", _follow(incident, "resolve"))
        case Call.NOTE:
            return None


def _sent(settings: Settings, path: str, event: Document) -> Message:
    document = {"routing_key": settings.routing_key, **event}
    return Message("POST", settings.url + path, {"Content-Type": "application/json"}, json_bytes(document))


def _follow(incident: Incident, action: str) -> Document:
    """Of an alert that is not there, or is resolved, PagerDuty takes no notice."""
    return {"event_action": action, "dedup_key": alert_key(incident)}


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
        "dedup_key": alert_key(incident),
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
    known = {"Message": inert(signed(said.message, said.by, DETAIL))} if said.message else {}
    return {"State": said.state, **facts, **known}


def _links(said: Gist) -> list[Document]:
    return [{"href": said.link, "text": "Status page"}]


def _text(text: str, most: int) -> str:
    return inert(line(text, most))
