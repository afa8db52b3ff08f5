"""Statuspage's public API v2, as its documentation and real pages show it: these fields and no others."""

from __future__ import annotations

from typing import Any, TypeAlias

from jsonschema import Draft202012Validator

Shape: TypeAlias = dict[str, Any]


def fields(**known: Shape) -> Shape:
    return {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}


def lists(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


TEXT: Shape = {"type": "string", "minLength": 1}
FLAG: Shape = {"type": "boolean"}
NOTHING: Shape = {"type": "null"}
AT: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
AT_OR_NULL: Shape = {"anyOf": [AT, NOTHING]}

COMPONENT_STATUSES = ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]
INCIDENT_STATUSES = ["investigating", "identified", "monitoring", "resolved", "postmortem"]
MAINTENANCE_STATUSES = ["scheduled", "in_progress", "verifying", "completed"]
IMPACTS = ["none", "minor", "major", "critical"]
INDICATORS = ["none", "minor", "major", "critical", "maintenance"]
DESCRIPTIONS = [
    "All Systems Operational",
    "Major System Outage",
    "Partial System Outage",
    "Minor Service Outage",
    "Degraded System Service",
    "Partially Degraded Service",
    "Service Under Maintenance",
]

PAGE = fields(id=TEXT, name=TEXT, url={"type": "string", "pattern": "^https?://"}, time_zone=TEXT, updated_at=AT)
STATUS = fields(indicator={"enum": INDICATORS}, description={"enum": DESCRIPTIONS})
COMPONENT = fields(
    id=TEXT,
    name=TEXT,
    status={"enum": COMPONENT_STATUSES},
    created_at=AT,
    updated_at=AT,
    position={"type": "integer", "minimum": 1},
    description={"anyOf": [TEXT, NOTHING]},
    showcase=FLAG,
    start_date={"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}, NOTHING]},
    group_id={"anyOf": [TEXT, NOTHING]},
    page_id=TEXT,
    group=FLAG,
    only_show_if_degraded=FLAG,
)


def _update(statuses: list[str]) -> Shape:
    affected = fields(
        code=TEXT, name=TEXT, old_status={"enum": COMPONENT_STATUSES}, new_status={"enum": COMPONENT_STATUSES}
    )
    return fields(
        id=TEXT,
        status={"enum": statuses},
        body={"type": "string"},
        incident_id=TEXT,
        created_at=AT,
        updated_at=AT,
        display_at=AT,
        affected_components={"anyOf": [lists(affected), NOTHING]},
        deliver_notifications=FLAG,
        custom_tweet={"anyOf": [TEXT, NOTHING]},
        tweet_id={"anyOf": [TEXT, NOTHING]},
    )


def _happening(statuses: list[str], impacts: list[str], **more: Shape) -> Shape:
    return fields(
        id=TEXT,
        name=TEXT,
        status={"enum": statuses},
        created_at=AT,
        updated_at=AT,
        monitoring_at=AT_OR_NULL,
        resolved_at=AT_OR_NULL,
        impact={"enum": impacts},
        shortlink={"type": "string", "pattern": "^https?://"},
        started_at=AT,
        page_id=TEXT,
        incident_updates=lists(_update(statuses)),
        components=lists(COMPONENT),
        reminder_intervals=NOTHING,
        **more,
    )


INCIDENT = _happening(INCIDENT_STATUSES, IMPACTS)
MAINTENANCE = _happening(MAINTENANCE_STATUSES, ["maintenance"], scheduled_for=AT, scheduled_until=AT)

_INCIDENTS = fields(page=PAGE, incidents=lists(INCIDENT))
_MAINTENANCES = fields(page=PAGE, scheduled_maintenances=lists(MAINTENANCE))

ANSWERS = {
    "summary.json": fields(
        page=PAGE,
        components=lists(COMPONENT),
        incidents=lists(INCIDENT),
        scheduled_maintenances=lists(MAINTENANCE),
        status=STATUS,
    ),
    "status.json": fields(page=PAGE, status=STATUS),
    "components.json": fields(page=PAGE, components=lists(COMPONENT)),
    "incidents.json": _INCIDENTS,
    "incidents/unresolved.json": _INCIDENTS,
    "scheduled-maintenances.json": _MAINTENANCES,
    "scheduled-maintenances/upcoming.json": _MAINTENANCES,
    "scheduled-maintenances/active.json": _MAINTENANCES,
}


def check(shape: Shape, document: object) -> None:
    Draft202012Validator(shape).validate(document)
