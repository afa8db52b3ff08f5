"""The public API v2 of Atlassian Statuspage, of which theirs is the documentation."""

from __future__ import annotations

from exporter.openapi.operation import Described, Subject, document, public
from exporter.openapi.schema import Schema, choice, listed, record, text

SHOWN = ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]
PAGE = record("", {"id": text(), "name": text(), "url": text()}, additionalProperties=True)
OVERALL = record(
    "", {"indicator": choice(["none", "minor", "major", "critical", "maintenance"]), "description": text()}
)
COMPONENTS = listed(record("", {"id": text(), "name": text(), "status": choice(SHOWN)}, additionalProperties=True))
INCIDENTS = listed(
    record("", {"id": text(), "name": text(), "status": text(), "impact": text()}, additionalProperties=True),
    "Incidents with their updates, newest first.",
)
MAINTENANCES = listed(
    record(
        "",
        {"id": text(), "name": text(), "status": choice(["scheduled", "in_progress", "completed"])},
        additionalProperties=True,
    )
)

PAGE_EXAMPLE = {"id": "JustKalm", "name": "JustKalm", "url": "https://status.justkalm.com"}
OVERALL_EXAMPLE = {"indicator": "none", "description": "All Systems Operational"}

PARTS: dict[str, tuple[Schema, object]] = {
    "status": (OVERALL, OVERALL_EXAMPLE),
    "components": (COMPONENTS, [{"id": "api", "name": "API", "status": "operational"}]),
    "incidents": (INCIDENTS, []),
    "scheduled_maintenances": (MAINTENANCES, []),
}

# The name of a document, and what it holds beside the page.
DOCUMENTS = {
    "StatuspageSummary": list(PARTS),
    "StatuspageStatus": ["status"],
    "StatuspageComponents": ["components"],
    "StatuspageIncidents": ["incidents"],
    "StatuspageMaintenances": ["scheduled_maintenances"],
}


def _document(parts: list[str]) -> Schema:
    return record("", {"page": PAGE, **{part: PARTS[part][0] for part in parts}})


def _example(parts: list[str]) -> object:
    return {"page": PAGE_EXAMPLE, **{part: PARTS[part][1] for part in parts}}


def _same(path: str, name: str, summary: str) -> Described:
    return public(f"statuspage_{path}", summary, document(name))


OPERATIONS = {
    ("GET", "/api/v2/summary.json"): _same("summary", "StatuspageSummary", "Components, and all that is not over"),
    ("GET", "/api/v2/status.json"): _same("status", "StatuspageStatus", "The status of all"),
    ("GET", "/api/v2/components.json"): _same("components", "StatuspageComponents", "All components"),
    ("GET", "/api/v2/incidents.json"): _same("incidents", "StatuspageIncidents", "The newest incidents"),
    ("GET", "/api/v2/incidents/unresolved.json"): _same("unresolved", "StatuspageIncidents", "Incidents not over"),
    ("GET", "/api/v2/scheduled-maintenances.json"): _same(
        "maintenances", "StatuspageMaintenances", "Maintenance, the latest first"
    ),
    ("GET", "/api/v2/scheduled-maintenances/upcoming.json"): _same(
        "upcoming", "StatuspageMaintenances", "Maintenance to come"
    ),
    ("GET", "/api/v2/scheduled-maintenances/active.json"): _same(
        "active", "StatuspageMaintenances", "Maintenance that runs"
    ),
}

SUBJECT = Subject(
    name="Statuspage",
    says="The public API v2 of Atlassian Statuspage, field by field as https://metastatuspage.com/api documents it: "
    "what reads one of theirs reads this by a change of host. An unknown component shows its last known status.",
    operations=OPERATIONS,
    schemas={name: _document(parts) for name, parts in DOCUMENTS.items()},
    examples={name: _example(parts) for name, parts in DOCUMENTS.items()},
)
