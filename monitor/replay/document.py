"""A replay as a JSON document for machines: times RFC 3339, what is not known null."""

from __future__ import annotations

from collections.abc import Sequence

from exporter.documents import Document, timestamp, timestamp_or_none
from monitor.core.model import MINUTE, Duration, Incident
from monitor.replay.outcome import Outcome, paired
from monitor.replay.recording import Recording


def document(one: Outcome, other: Outcome, recording: Recording, limits: Sequence[str]) -> Document:
    """Both sides in their order; the incidents of a pair, too."""
    pairs = paired(one.incidents, other.incidents, one.until)
    return {
        "since": timestamp(one.since),
        "until": timestamp(one.until),
        "results": dict(recording.results),
        "sides": [_side_document(side) for side in (one, other)],
        "incidents": [[_incident_document(one, first), _incident_document(other, second)] for first, second in pairs],
        "limits": list(limits),
    }


def _side_document(side: Outcome) -> Document:
    return {
        "name": side.name,
        "incidents": len(side.incidents),
        "false_alarms": side.false_alarms,
        "minutes_to_detect": {
            "median": _minutes(side.median_detection),
            "worst": _minutes(side.worst_detection),
        },
        "events": side.events,
        "webhooks": side.webhooks,
        "uptimes": {component: uptime.percent for component, uptime in side.uptimes.items()},
    }


def _incident_document(side: Outcome, incident: Incident | None) -> Document | None:
    if incident is None:
        return None
    before = side.open_before(incident)
    return {
        "id": incident.id,
        "title": incident.title,
        "status": incident.status,
        "impact": incident.impact,
        "components": list(incident.components),
        "open_before": before,
        "started_at": None if before else timestamp(incident.started_at),
        "created_at": None if before else timestamp(incident.created_at),
        "ended_at": timestamp_or_none(incident.ended_at),
        "resolved_at": timestamp_or_none(incident.resolved_at),
    }


def _minutes(duration: Duration | None) -> float | None:
    return None if duration is None else round(duration / MINUTE, 2)
