"""Alertmanager: alerts as Prometheus sends them, again and again while an incident is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.documents import Document, timestamp
from exporter.webhooks.formats.gist import Gist, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.plain import inert
from exporter.webhooks.formats.texts import json_bytes, line, signed
from monitor.core.model import (
    MINUTE,
    TROUBLE,
    Duration,
    EventKind,
    Impact,
    Incident,
    Instant,
    StatusChange,
    Window,
)

AGAIN_AFTER: Duration = MINUTE
STAYS: Duration = 4 * AGAIN_AFTER  # so long an alert fires that is not sent again, as Prometheus's own do

VALUE = 500  # characters
PROSE = 4_000

SEVERITIES = {
    Impact.CRITICAL: "critical",
    Impact.MAJOR: "critical",
    Impact.MINOR: "warning",
    Impact.NONE: "info",
}


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)  # without /api/v2/alerts


def message(settings: Settings, notice: Notice) -> Message | None:
    """What fires, or has ended."""
    match notice.event.subject:
        case Incident() as incident:
            if notice.postmortem:
                return None  # all of it has ended already
            alerts = _of_incident(notice, incident)
        case StatusChange() as change:
            alerts = [_of_change(notice, change)]
        case Window() as window:
            alerts = [_of_window(notice, window)]
    url = f"{settings.url}/api/v2/alerts"
    return Message("POST", url, {"Content-Type": "application/json"}, json_bytes(alerts))


def _of_incident(notice: Notice, incident: Incident) -> list[Document]:
    """Labels are what an alert is known by, so no component is among them: those come and go, and the cause moves.
    Graver, it is another, which pages; what it was before ends by itself, as it is not sent again. At the end of the
    incident, also by a merge, all that it may have been end at once.
    """
    known = {"alertname": "JustKalmIncident", "incident": incident.id}
    if incident.open:
        severity = SEVERITIES[incident.impact]
        return [_alert(notice, {**known, "severity": severity}, incident.started_at, notice.at + STAYS)]
    return [
        _alert(notice, {**known, "severity": severity}, incident.started_at, _ended(notice))
        for severity in dict.fromkeys(SEVERITIES.values())
    ]


def _of_change(notice: Notice, change: StatusChange) -> Document:
    """Without an end while there is trouble: nobody sends it again, and resolve_timeout ends it."""
    labels = {"alertname": "JustKalmComponentStatus", "component": change.component, "severity": "info"}
    ends = None if change.status in TROUBLE else _ended(notice)
    return _alert(notice, labels, change.since, ends)


def _of_window(notice: Notice, window: Window) -> Document:
    labels = {"alertname": "JustKalmMaintenance", "maintenance": window.id, "severity": "info"}
    completed = notice.event.kind is EventKind.MAINTENANCE_COMPLETED
    if notice.event.at < window.starts and not completed:
        return _alert(notice, labels, notice.event.at, notice.at + STAYS)
    return _alert(notice, labels, window.starts, _ended(notice) if completed else window.ends)


def _ended(notice: Notice) -> Instant:
    """When it ended: never later than now, wherever the clock was set meanwhile, since it would fire until then."""
    return min(notice.event.at, notice.at)


def _alert(notice: Notice, labels: Mapping[str, str], starts: Instant, ends: Instant | None) -> Document:
    """Never is its start after now or its end, as it may be once the clock was set back: that would be refused."""
    said = gist(notice)
    return {
        "labels": labels,
        "annotations": _annotations(notice, said),
        "startsAt": timestamp(min(starts, notice.at, notice.at if ends is None else ends)),
        **({} if ends is None else {"endsAt": timestamp(ends)}),
        "generatorURL": said.link,
    }


def _annotations(notice: Notice, said: Gist) -> Document:
    facts = {name.lower().replace(" ", "_"): inert(line(value, VALUE)) for name, value in said.facts}
    subject = notice.event.subject
    components = subject.components if isinstance(subject, Incident | Window) else (subject.component,)
    return {
        "summary": inert(line(said.headline, VALUE)) or said.state,
        "description": inert(signed(said.message, said.by, PROSE)),
        "state": said.state,
        **facts,
        "components": inert(line(", ".join(components), VALUE)),
        "source": inert(line(said.source, VALUE)),
    }
