"""Reports of calendar months, as documents and as a page to print."""

from __future__ import annotations

from exporter.openapi.operation import HTML, Subject, document, in_path, in_query, plain, public
from exporter.openapi.schema import choice, flag, instant, listed, maybe, number, record, ref, text, whole
from exporter.openapi.subjects.amendments import AMENDMENT_FIELDS
from exporter.openapi.subjects.status import PERCENT
from exporter.reporting.handlers import DOCUMENTS
from monitor.core.model import Impact, IncidentStatus, Status

MONTH = in_path(
    "month",
    "Year and month, in the time zone of the page.",
    "2026-11",
    pattern="^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])$",
)
WRONG = {404: "Nothing was observed in that month, or it has not begun.", 422: "A parameter is wrong."}

SECONDS = number(minimum=0)

REPORTED_COMPONENT = record(
    "What is to say of a component. Seconds by status are as recorded; all else is as amended.",
    {
        "id": text(),
        "name": text(),
        "monitored": flag("Whether it is watched today; it was in that month."),
        "uptime": maybe(number("Percent, rounded down to two decimals; null where nothing was seen.", **PERCENT)),
        "coverage": maybe(number("Percent of that time that was observed.", **PERCENT)),
        "observed_seconds": SECONDS,
        "lost_seconds": number("Of outages; those of partial ones count in part.", minimum=0),
        "objective": maybe(number("Percent of uptime that is aimed at.", **PERCENT)),
        "budget_seconds": maybe(number("What the objective allows to be lost in the month.", minimum=0)),
        "budget_left_seconds": maybe(number("What of it may still be lost; negative when more was.")),
        "burn_rate": maybe(number("1 uses up the budget exactly by the end of the month.", minimum=0)),
        "budget_used_up_at": maybe(instant("At this rate, or when it was.")),
        "seconds": record("In each status.", {str(status): SECONDS for status in Status}),
        "latency_ms": record("", {"median": maybe(whole(minimum=0)), "p95": maybe(whole(minimum=0))}),
        "incidents": listed(ref("ReportedIncident")),
        "amendments": listed(ref("ReportedAmendment")),
    },
)

REPORTED_INCIDENT = record(
    "An incident that touches the month.",
    {
        "id": text(),
        "title": text(),
        "status": choice(IncidentStatus),
        "impact": choice(Impact),
        "started_at": instant(),
        "ended_at": maybe(instant()),
        "duration_seconds": number("Of what lies in the month.", minimum=0),
        "merged_into": maybe(text("The incident that goes on in its place.")),
        "by": text("Who opened it: the name of a key, or machine."),
    },
)

REPORT = record(
    "A calendar month; of one that goes on, up to now.",
    {
        "month": text(),
        "from": instant(),
        "until": instant(),
        "complete": flag("Whether the month is over."),
        "timezone": text("Of its midnights (IANA)."),
        "timezone_known": flag("Whether it is that of the page; else nobody knew it, and it is UTC."),
        "components": listed(ref("ReportedComponent")),
        "note": text(),
    },
)

OPERATIONS = {
    ("GET", "/api/v1/reports/{month}"): public(
        "get_report",
        "The report of a month",
        {**document("Report"), **plain("text/csv"), **plain("text/plain")},
        says="As JSON, CSV or text: as the format says, or else as Accept does.",
        parameters=[MONTH, in_query("format", "Before what Accept wants.", choice(DOCUMENTS))],
        wrong=WRONG,
    ),
    ("GET", "/reports/{month}"): public(
        "show_report", "The report of a month, as a page to print", HTML, parameters=[MONTH], wrong=WRONG
    ),
}

EXAMPLE = {
    "month": "2026-11",
    "from": "2026-11-01T00:00:00Z",
    "until": "2026-12-01T00:00:00Z",
    "complete": True,
    "timezone": "UTC",
    "timezone_known": True,
    "components": [
        {
            "id": "api",
            "name": "API",
            "monitored": True,
            "uptime": 99.97,
            "coverage": 100.0,
            "observed_seconds": 2592000.0,
            "lost_seconds": 600.0,
            "objective": 99.9,
            "budget_seconds": 2592.0,
            "budget_left_seconds": 1992.0,
            "burn_rate": 0.231,
            "budget_used_up_at": None,
            "seconds": {
                "operational": 2591280.0,
                "degraded_performance": 0.0,
                "partial_outage": 0.0,
                "major_outage": 720.0,
                "under_maintenance": 0.0,
                "unknown": 0.0,
            },
            "latency_ms": {"median": 145, "p95": 310},
            "incidents": [],
            "amendments": [],
        }
    ],
    "note": "This is of a calendar month; uptime_month elsewhere is of the last 30 days, which roll.",
}

SUBJECT = Subject(
    name="Reports",
    says="Uptime, incidents, latency, and what is left of the objective, month by month.",
    operations=OPERATIONS,
    schemas={
        "Report": REPORT,
        "ReportedComponent": REPORTED_COMPONENT,
        "ReportedIncident": REPORTED_INCIDENT,
        "ReportedAmendment": record(
            "An amendment that touches the month.",
            {**AMENDMENT_FIELDS, "seconds": number("Of what lies in the month.", minimum=0)},
        ),
    },
    examples={"Report": EXAMPLE},
)
