"""The present: overall status, components, and what a caller should do about them."""

from __future__ import annotations

from exporter.circuit import CircuitState
from exporter.openapi.operation import Subject, document, in_path, public
from exporter.openapi.schema import choice, instant, listed, maybe, number, record, ref, text, whole
from monitor.core.model import Health, Reason, Status, Verdict

PERCENT = {"minimum": 0, "maximum": 100}

COMPONENT = in_path("id", "The component's id.", "api")

STATUS = record(
    "The status of all, which is the worst of the components' statuses.",
    {
        "status": choice(Status),
        "updated_at": maybe(instant("When a status last changed; null before the first was decided.")),
        "components": listed(
            record("", {"id": text(), "name": text(), "status": choice(Status)}), "In the order of the page."
        ),
    },
)

CIRCUIT = record(
    "What a caller should do: call (closed), try carefully (half_open), or wait (open).",
    {
        "state": choice(CircuitState),
        "retry_after": whole("Seconds after which it is worth asking again.", minimum=0),
        "reason": maybe(text("A sentence for people; null while closed.")),
    },
)

PROBE = record(
    "One check of a component, and what its latest run came to.",
    {
        "id": text("Component and probe: api/health."),
        "health": choice(Health, "After its thresholds."),
        "verdict": maybe(choice(Verdict, "Of the latest run; null before the first.")),
        "reason": maybe(choice(Reason, "Why that did not pass.")),
        "latency_ms": maybe(whole("Of the network alone.", minimum=0)),
        "checked_at": maybe(instant()),
        "steps": listed(
            record("", {"id": text(), "latency_ms": maybe(whole(minimum=0))}), "Those of a transaction, in order."
        ),
    },
)

COMPONENT_DOCUMENT = record(
    "A component. Uptimes and coverages roll: of the last 24 hours, 7 days and 30 days; null where nothing was seen.",
    {
        "id": text(),
        "name": text(),
        "description": text(),
        "status": choice(Status),
        **{
            f"uptime_{window}": maybe(number("Percent, rounded down to two decimals.", **PERCENT))
            for window in ("day", "week", "month")
        },
        "response_time_ms": maybe(whole("Median of the last five minutes.", minimum=0)),
        **{
            f"coverage_{window}": maybe(number("Percent of that time that was observed.", **PERCENT))
            for window in ("day", "week", "month")
        },
        "since": maybe(instant("Since when it has this status.")),
        "depends_on": listed(text(), "Ids of components."),
        "circuit": ref("Circuit"),
        "probes": listed(ref("Probe")),
    },
)

OPERATIONS = {
    ("GET", "/api/v1/status"): public("get_status", "Status of all, and of each component", document("Status")),
    ("GET", "/api/v1/components"): public("list_components", "All components", document("Components")),
    ("GET", "/api/v1/components/{id}"): public(
        "get_component",
        "One component",
        document("Component"),
        says="With uptime, response time, its probes, and its circuit: whether callers should call it now.",
        parameters=[COMPONENT],
        wrong={404: "There is no such component."},
    ),
}

STATUS_EXAMPLE = {
    "status": "operational",
    "updated_at": "2026-12-01T12:00:00Z",
    "components": [{"id": "api", "name": "API", "status": "operational"}],
}

EXAMPLE = {
    "id": "api",
    "name": "API",
    "description": "Core valuation API",
    "status": "operational",
    "uptime_day": 100.0,
    "uptime_week": 99.98,
    "uptime_month": 99.95,
    "response_time_ms": 145,
    "coverage_day": 100.0,
    "coverage_week": 99.99,
    "coverage_month": 99.99,
    "since": "2026-12-01T12:00:00Z",
    "depends_on": ["auth"],
    "circuit": {"state": "closed", "retry_after": 0, "reason": None},
    "probes": [
        {
            "id": "api/health",
            "health": "up",
            "verdict": "pass",
            "reason": None,
            "latency_ms": 145,
            "checked_at": "2026-12-01T14:20:05Z",
            "steps": [],
        }
    ],
}

SUBJECT = Subject(
    name="Status",
    says="How all is now.",
    operations=OPERATIONS,
    schemas={
        "Status": STATUS,
        "Components": record("", {"components": listed(ref("Component"), "In the order of the page.")}),
        "Component": COMPONENT_DOCUMENT,
        "Probe": PROBE,
        "Circuit": CIRCUIT,
    },
    examples={
        "Status": STATUS_EXAMPLE,
        "Components": {"components": [EXAMPLE]},
        "Component": EXAMPLE,
    },
)
