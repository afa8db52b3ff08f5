"""Events, as they are told at once: in the stream, and by webhooks."""

from __future__ import annotations

from exporter.documents import Document
from exporter.openapi.operation import Described, Subject, described, document, plain, shared
from exporter.openapi.schema import Schema, choice, flag, instant, listed, maybe, record, ref, text, whole
from exporter.openapi.subjects.incidents import EXAMPLE as INCIDENT
from exporter.openapi.subjects.incidents import INCIDENT_FIELDS
from exporter.openapi.subjects.maintenances import WINDOW_EXAMPLE, WINDOW_FIELDS
from exporter.openapi.subjects.status import STATUS_EXAMPLE as STATUS
from exporter.rendering import JSON, json_text
from exporter.stream.wire import message
from monitor.core.model import EventKind, Status

OMITTED = whole("How many more there are than are told.", minimum=1)

INCIDENT_NEWS = record(
    "An incident as it was then; of a long one, the oldest updates are left out.",
    INCIDENT_FIELDS | {"updates_omitted": OMITTED, "components_omitted": OMITTED},
    optional=["updates_omitted", "components_omitted"],
)
WINDOW_NEWS = record(
    "A window as it was then.", WINDOW_FIELDS | {"components_omitted": OMITTED}, optional=["components_omitted"]
)
STATUS_NEWS = record(
    "A component whose status was decided.",
    {
        "id": text(),
        "name": maybe(text("Null when it is watched no more.")),
        "description": maybe(text()),
        "status": choice(Status),
        "previous_status": maybe(choice(Status, "The last known one; null: there was none.")),
        "since": instant("When it began."),
        "depends_on": listed(text(), "Ids of components."),
        "depends_on_omitted": OMITTED,
    },
    optional=["depends_on_omitted"],
)

EVENTS: dict[str, tuple[str, list[EventKind]]] = {
    "IncidentEvent": (
        "IncidentNews",
        [EventKind.INCIDENT_CREATED, EventKind.INCIDENT_UPDATED, EventKind.INCIDENT_RESOLVED],
    ),
    "StatusEvent": ("StatusNews", [EventKind.COMPONENT_STATUS_CHANGED]),
    "MaintenanceEvent": (
        "WindowNews",
        [EventKind.MAINTENANCE_SCHEDULED, EventKind.MAINTENANCE_STARTED, EventKind.MAINTENANCE_COMPLETED],
    ),
}

SUMMARIES = {
    EventKind.INCIDENT_CREATED: "An incident was opened.",
    EventKind.INCIDENT_UPDATED: "There is more to say of an incident, or it came back.",
    EventKind.INCIDENT_RESOLVED: "An incident is over.",
    EventKind.COMPONENT_STATUS_CHANGED: "The status of a component changed.",
    EventKind.MAINTENANCE_SCHEDULED: "Maintenance was planned, or changed.",
    EventKind.MAINTENANCE_STARTED: "Maintenance began.",
    EventKind.MAINTENANCE_COMPLETED: "Maintenance is over.",
}

SIGNATURES = (
    ("webhook-id", "The event's id, the same in each attempt: by it, receivers know what they have."),
    ("webhook-timestamp", "Seconds since 1970."),
    ("webhook-signature", "Of `id.timestamp.body`, as Standard Webhooks 1.0.0 has it; one for each valid secret."),
)


def _event(news: str, kinds: list[EventKind]) -> Schema:
    return record(
        "A fact, with its subject as it was then.",
        {
            "type": choice(kinds),
            "timestamp": instant("When it was decided."),
            "sequence": whole("Its place in the order of all events.", minimum=0),
            "data": ref(news),
            "test": flag("Sent to try something out.", const=True),
        },
        optional=["test"],
    )


def _webhook(kind: EventKind, event: str) -> Described:
    told = document(event) if EXAMPLES[event]["type"] == kind else {JSON: {"schema": ref(event)}}
    return {
        "operationId": f"on_{kind.replace('.', '_')}",
        "summary": SUMMARIES[kind],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": says, "schema": text()}
            for name, says in SIGNATURES
        ],
        "requestBody": {"required": True, "content": told},
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Nothing more is wanted; the subscription is disabled."},
            "default": {"description": "Not taken; it is tried again for five days."},
        },
    }


def _message(kind: str, sequence: int, document: Document) -> str:
    return message(kind, sequence, json_text(document).encode()).decode()


EXAMPLES: dict[str, Document] = {
    "StreamSnapshot": {**STATUS, "updated_at": "2026-12-01T11:30:00Z", "incidents": []},
    "StatusEvent": {
        "type": "component.status_changed",
        "timestamp": "2026-12-01T11:40:40Z",
        "sequence": 40,
        "data": {
            "id": "api",
            "name": "API",
            "description": "Core valuation API",
            "status": "major_outage",
            "previous_status": "operational",
            "since": "2026-12-01T11:40:00Z",
            "depends_on": [],
        },
    },
    "MaintenanceEvent": {
        "type": "maintenance.scheduled",
        "timestamp": "2026-12-01T12:00:00Z",
        "sequence": 41,
        "data": WINDOW_EXAMPLE,
    },
    "IncidentEvent": {
        "type": "incident.resolved",
        "timestamp": "2026-12-01T12:02:00Z",
        "sequence": 42,
        "data": INCIDENT,
    },
}

STREAM = _message("snapshot", 39, EXAMPLES["StreamSnapshot"]) + _message(
    EventKind.COMPONENT_STATUS_CHANGED, 40, EXAMPLES["StatusEvent"]
)

OPERATIONS = {
    ("GET", "/api/v1/stream"): described(
        "listen",
        "What happens, as it happens",
        {200: ("Server-sent events, until either side ends them.", plain("text/event-stream", STREAM))},
        says="First comes a `snapshot` with a StreamSnapshot, then each event under the name of its kind, with an "
        "IncidentEvent, StatusEvent or MaintenanceEvent. A `ping`, which tells nothing, comes every 15 seconds.",
        parameters=[shared("LastEventId")],
        wrong={404: "There is no stream here.", 503: "So many listen already that there is no room."},
    ),
}

SUBJECT = Subject(
    name="Events",
    says="Each is recorded once, in one order. Deliveries of one incident come in their order.",
    operations=OPERATIONS,
    schemas={
        "StreamSnapshot": record(
            "The status of all, and the incidents that are open, newest first.",
            {
                "status": choice(Status),
                "updated_at": maybe(instant()),
                "components": listed(record("", {"id": text(), "name": text(), "status": choice(Status)})),
                "incidents": listed(ref("Incident")),
            },
        ),
        **{name: _event(news, kinds) for name, (news, kinds) in EVENTS.items()},
        "IncidentNews": INCIDENT_NEWS,
        "StatusNews": STATUS_NEWS,
        "WindowNews": WINDOW_NEWS,
    },
    examples=EXAMPLES,
    webhooks={kind: _webhook(kind, name) for name, (_, kinds) in EVENTS.items() for kind in kinds},
)
