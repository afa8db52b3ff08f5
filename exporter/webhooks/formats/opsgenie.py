"""Opsgenie, whose calls Jira Service Management takes too: created by alias, acknowledged, noted, and closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from exporter.documents import Document
from exporter.webhooks.formats.gist import Gist, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.paging import Call, alert_key, call
from exporter.webhooks.formats.plain import inert, paragraphs
from exporter.webhooks.formats.texts import json_bytes, line, signed
from monitor.core.model import TROUBLE, EventKind, Impact, Incident, Status, StatusChange, Window

# The most characters that Opsgenie takes.
MESSAGE = 130
ENTITY = 512
SOURCE = 100
TAG = 50

# Ours: with all of them a description is within the 15,000 that Opsgenie takes, and all details within 8,000.
PROSE = 8_000
NOTE = 20_000  # of the 25,000 that it takes
VALUE = 800

CALLS = {Call.ACKNOWLEDGE: "acknowledge", Call.NOTE: "notes", Call.END: "close"}

PRIORITIES = {Impact.CRITICAL: "P1", Impact.MAJOR: "P2", Impact.MINOR: "P3", Impact.NONE: "P5"}


@dataclass(frozen=True, slots=True)
class Settings:
    api_key: str = field(repr=False)
    url: str = "https://api.opsgenie.com"


def message(settings: Settings, notice: Notice) -> Message:
    """One call."""
    match notice.event.subject:
        case Incident() as incident:
            return _of_incident(settings, notice, incident)
        case StatusChange() as change:
            return _of_change(settings, notice, change)
        case Window() as window:
            return _of_window(settings, notice, window)


def _of_incident(settings: Settings, notice: Notice, incident: Incident) -> Message:
    """While there is trouble each event creates, for it may be the first that is told: of an alias that exists,
    Opsgenie keeps the note and raises the priority, which calls people again.
    """
    alias, wanted = alert_key(incident), call(notice, incident)
    if wanted is Call.PAGE:
        entity = notice.name(incident.cause)
        return _create(settings, notice, alias, PRIORITIES[incident.impact], entity, incident.impact)
    return _follow(settings, notice, alias, CALLS[wanted])


def _of_change(settings: Settings, notice: Notice, change: StatusChange) -> Message:
    alias = f"status/{change.component}"
    if change.status not in TROUBLE:
        return _follow(settings, notice, alias, "close")
    priority = "P5" if change.status is Status.DEGRADED else "P4"
    return _create(settings, notice, alias, priority, notice.name(change.component), change.status)


def _of_window(settings: Settings, notice: Notice, window: Window) -> Message:
    if notice.event.kind is EventKind.MAINTENANCE_COMPLETED:
        return _follow(settings, notice, window.id, "close")
    return _create(settings, notice, window.id, "P5", window.title, "maintenance")


def _create(settings: Settings, notice: Notice, alias: str, priority: str, entity: str, tag: str) -> Message:
    said = gist(notice)
    document = {
        "message": _text(said.headline, MESSAGE) or said.state,
        "alias": alias,
        "description": inert(paragraphs(said, message=PROSE, value=VALUE)),
        "tags": [line(tag, TAG)],
        "details": {name: _text(value, VALUE) for name, value in said.facts} | {"Link": said.link},
        "entity": _text(entity, ENTITY),
        "priority": priority,
        **_note(notice, said),
    }
    return _sent(settings, "/v2/alerts", document)


def _follow(settings: Settings, notice: Notice, alias: str, call: str) -> Message:
    path = f"/v2/alerts/{quote(alias, safe='')}/{call}?identifierType=alias"
    return _sent(settings, path, _note(notice, gist(notice)))


def _note(notice: Notice, said: Gist) -> Document:
    """What happened just now, and who says so."""
    known = f"\n{said.message}" if said.message else ""
    return {"note": inert(signed(f"{said.title}{known}", said.by, NOTE)), "source": _text(notice.page, SOURCE)}


def _sent(settings: Settings, path: str, document: Document) -> Message:
    headers = {"Content-Type": "application/json", "Authorization": f"GenieKey {settings.api_key}"}
    return Message("POST", settings.url + path, headers, json_bytes(document))


def _text(text: str, most: int) -> str:
    return inert(line(text, most))
