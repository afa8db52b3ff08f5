"""A report as CSV (RFC 4180): rows of components, of their incidents and of their amendments under one head."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TypeAlias

from exporter.documents import MACHINE, timestamp, timestamp_or_none
from exporter.reporting.document import BUDGET, figures_document, in_ms, in_seconds
from monitor.core.model import Amendment, Incident, Status
from monitor.core.reporting import ComponentReport, Report

Row: TypeAlias = dict[str, object]

COLUMNS = (
    "row",  # component, incident or amendment: what the row tells of
    "month",
    "component",
    "monitored",  # false: it was then, and is no more
    "id",
    "name",  # or title, or reason
    "from",
    "until",
    "seconds",
    "uptime",
    "coverage",
    "observed_seconds",
    "lost_seconds",
    *BUDGET,
    *(f"{status}_seconds" for status in Status),
    "latency_median_ms",
    "latency_p95_ms",
    "impact",  # of an incident, as are the next two
    "status",
    "merged_into",
    "kind",  # of an amendment
    "by",  # who opened the incident, or amended
)


def report_csv(report: Report) -> str:
    """What is not known, or not of such a row, is empty. Times are UTC."""
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS)
    table.writeheader()
    for component in report.components:
        for row in _rows(report, component):
            table.writerow({name: _plain(value) for name, value in row.items()})
    return written.getvalue()


def _rows(report: Report, component: ComponentReport) -> Iterator[Row]:
    monitored = str(component.monitored).lower()
    known: Row = {"month": report.month, "component": component.component.id, "monitored": monitored}
    yield known | _component(report, component)
    yield from (known | _incident(report, incident) for incident in component.incidents)
    yield from (known | _amendment(report, amendment) for amendment in component.amendments)


def _component(report: Report, component: ComponentReport) -> Row:
    period = report.period
    return {
        "row": "component",
        "id": component.component.id,
        "name": component.component.name,
        "from": timestamp(period.since),
        "until": timestamp(period.until),
        "seconds": in_seconds(period.until - period.since),
        **figures_document(component),
        **{f"{status}_seconds": in_seconds(component.recorded.get(status, 0)) for status in Status},
        "latency_median_ms": in_ms(component.median),
        "latency_p95_ms": in_ms(component.p95),
    }


def _incident(report: Report, incident: Incident) -> Row:
    return {
        "row": "incident",
        "id": incident.id,
        "name": incident.title,
        "from": timestamp(incident.started_at),
        "until": timestamp_or_none(incident.ended_at),
        "seconds": in_seconds(report.period.overlap(incident.started_at, incident.ended_at)),
        "impact": incident.impact,
        "status": incident.status,
        "merged_into": incident.merged_into,
        "by": incident.by or MACHINE,
    }


def _amendment(report: Report, amendment: Amendment) -> Row:
    return {
        "row": "amendment",
        "id": amendment.id,
        "name": amendment.reason,
        "from": timestamp(amendment.since),
        "until": timestamp(amendment.until),
        "seconds": in_seconds(report.period.overlap(amendment.since, amendment.until)),
        "kind": amendment.kind,
        "by": amendment.by,
    }


def _plain(value: object) -> object:
    """Text that a spreadsheet would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
