"""Incidents: read by everybody, written by people with a key."""

from __future__ import annotations

from typing import cast

from exporter.documents import Document
from exporter.fields import LONGEST_LINE
from exporter.incidents import LONGEST_MESSAGE, LONGEST_POSTMORTEM
from exporter.openapi.operation import PAGED, Subject, document, in_path, in_query, keyed, public, shared
from exporter.openapi.schema import Schema, choice, flag, form, instant, listed, maybe, record, ref, text, whole
from monitor.core.model import Impact, IncidentStatus
from monitor.core.subscribing import Scope

INCIDENT_ID = in_path("id", "The incident's id.", "inc_5c6ffbdd40d9556b")

# Webhooks bear the same, cut to their length.
INCIDENT_FIELDS: dict[str, Schema] = {
    "id": text("Stays the same for good."),
    "title": text(),
    "status": choice(IncidentStatus),
    "impact": choice(Impact, "The worst it came to."),
    "created_at": instant("When it was opened."),
    "resolved_at": maybe(instant("When it was resolved.")),
    "started_at": instant("When the trouble began."),
    "ended_at": maybe(instant("When the trouble ended.")),
    "components": listed(text(), "Ids, in the order in which they joined."),
    "updates": listed(ref("Update"), "Its timeline, oldest first."),
    "cause": text("The component that explains the others."),
    "merged_into": maybe(text("The incident that goes on in its place.")),
    "reopened": whole("How often it came back.", minimum=0),
    "by": text("Who opened it: the name of a key, or machine."),
    "held": flag("A person took it over, and a person ends it."),
    "postmortem": maybe(text("What was learned, by people.")),
}

UPDATE = record(
    "One entry of a timeline.",
    {
        "status": choice(IncidentStatus),
        "message": text(),
        "timestamp": instant(),
        "by": text("Whose words these are: the name of a key, or machine."),
    },
)

TITLE = text("One line.", minLength=1, maxLength=LONGEST_LINE)
MESSAGE = text("What visitors read.", minLength=1, maxLength=LONGEST_MESSAGE)

NEW_INCIDENT = form(
    "An incident that a person opens.",
    ["title", "components", "message"],
    {
        "title": TITLE,
        "components": listed(text(), "Ids of those that are affected.", minItems=1),
        "message": MESSAGE,
        "impact": choice(Impact, "Unless given, that of what is seen of its components, and else minor."),
        "status": choice(
            [each for each in IncidentStatus if each is not IncidentStatus.RESOLVED], default="investigating"
        ),
    },
)

NEW_UPDATE = form("One more entry.", ["message"], {"message": MESSAGE, "status": choice(IncidentStatus)})

INCIDENT_CHANGE = form(
    "What is to change, at least one of it. A post-mortem is written alone, and only once the incident is resolved.",
    [],
    {
        "title": TITLE,
        "impact": choice(Impact),
        "status": choice(IncidentStatus),
        "hold": flag("Whether a person ends it, and not the machine."),
        "message": MESSAGE,
        "postmortem": text("What was learned.", minLength=1, maxLength=LONGEST_POSTMORTEM),
    },
    minProperties=1,
    dependentSchemas={"postmortem": {"maxProperties": 1}},
)

RESOLVED = "A field is wrong, or the incident is resolved: only a post-mortem can still be written."


def _entry(status: str, message: str, timestamp: str, by: str) -> Document:
    return {"status": status, "message": message, "timestamp": timestamp, "by": by}


def _after(before: Document, entry: Document, **changes: object) -> Document:
    """The incident with one more entry."""
    updates = [*cast(list[Document], before["updates"]), entry]
    return before | {"status": entry["status"], "updates": updates} | changes


NEW = {"title": "Wrong valuations", "components": ["api"], "message": "We are looking into it."}
FIX = {"message": "A fix is on its way.", "status": "identified"}
LEARNED = {"postmortem": "A certificate had expired; it renews itself now."}

# One incident: as the first entry left it, once a person wrote more, when it was over, and explained.
BEGUN: Document = {
    "id": "inc_5c6ffbdd40d9556b",
    "title": "API outage",
    "status": "investigating",
    "impact": "critical",
    "created_at": "2026-12-01T11:40:40Z",
    "resolved_at": None,
    "started_at": "2026-12-01T11:40:00Z",
    "ended_at": None,
    "components": ["api"],
    "updates": [_entry("investigating", "All checks of API fail.", "2026-12-01T11:40:40Z", "machine")],
    "cause": "api",
    "merged_into": None,
    "reopened": 0,
    "by": "machine",
    "held": False,
    "postmortem": None,
}
IDENTIFIED = _after(BEGUN, _entry(FIX["status"], FIX["message"], "2026-12-01T11:50:00Z", "ada"), held=True)
EXAMPLE = _after(
    IDENTIFIED,
    _entry("resolved", "All is well.", "2026-12-01T12:02:00Z", "ada"),
    resolved_at="2026-12-01T12:02:00Z",
    ended_at="2026-12-01T12:00:00Z",
)
EXPLAINED = _after(EXAMPLE, _entry("resolved", LEARNED["postmortem"], "2026-12-02T09:00:00Z", "ada"), **LEARNED)

OPENED = BEGUN | {
    "id": "inc_9b1f04e7a2c86d35",
    "title": NEW["title"],
    "impact": "minor",
    "created_at": "2026-12-01T14:00:00Z",
    "started_at": "2026-12-01T14:00:00Z",
    "updates": [_entry("investigating", "We are looking into it.", "2026-12-01T14:00:00Z", "ada")],
    "by": "ada",
    "held": True,
}

OPERATIONS = {
    ("GET", "/api/v1/incidents"): public(
        "list_incidents",
        "Incidents, newest first",
        document("Incidents"),
        parameters=[
            *PAGED,
            in_query("status", "Only those that are so.", choice(IncidentStatus)),
            in_query("component", "Only those of a component, by its id.", text()),
        ],
        wrong={422: "A parameter is wrong."},
    ),
    ("POST", "/api/v1/incidents"): keyed(
        Scope.INCIDENTS,
        "open_incident",
        "Open an incident",
        {201: ("It is open, and people look after it.", document("Incident", OPENED))},
        parameters=[shared("IdempotencyKey")],
        takes="NewIncident",
        wrong={409: "People look after one of the components already.", 422: "A field is wrong."},
    ),
    ("GET", "/api/v1/incidents/{id}"): public(
        "get_incident",
        "One incident with its timeline",
        document("Incident"),
        parameters=[INCIDENT_ID],
        wrong={404: "There is no such incident."},
    ),
    ("PATCH", "/api/v1/incidents/{id}"): keyed(
        Scope.INCIDENTS,
        "change_incident",
        "Change an incident, take it over, or write its post-mortem",
        {200: ("As it is now.", document("Incident", EXPLAINED))},
        parameters=[INCIDENT_ID],
        takes="IncidentChange",
        wrong={404: "There is no such incident.", 409: "It has changed meanwhile.", 422: RESOLVED},
    ),
    ("POST", "/api/v1/incidents/{id}/updates"): keyed(
        Scope.INCIDENTS,
        "write_update",
        "Say more of an incident",
        {201: ("The incident with the new entry.", document("Incident", IDENTIFIED))},
        parameters=[INCIDENT_ID, shared("IdempotencyKey")],
        takes="NewUpdate",
        wrong={404: "There is no such incident.", 409: "It has changed meanwhile.", 422: RESOLVED},
    ),
}

SUBJECT = Subject(
    name="Incidents",
    says="Stretches of trouble. The machine opens and resolves them; people may take them over.",
    operations=OPERATIONS,
    schemas={
        "Incidents": record(
            "",
            {
                "incidents": listed(ref("Incident"), "Newest first."),
                "next_cursor": text("Continues the list; absent at its end."),
            },
            optional=["next_cursor"],
        ),
        "Incident": record("A stretch of trouble.", INCIDENT_FIELDS),
        "Update": UPDATE,
        "NewIncident": NEW_INCIDENT,
        "NewUpdate": NEW_UPDATE,
        "IncidentChange": INCIDENT_CHANGE,
    },
    examples={
        "Incidents": {"incidents": [EXAMPLE]},
        "Incident": EXAMPLE,
        "NewIncident": NEW,
        "NewUpdate": FIX,
        "IncidentChange": LEARNED,
    },
)
