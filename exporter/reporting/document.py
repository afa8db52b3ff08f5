"""A report as a JSON document."""

from __future__ import annotations

from exporter.documents import MACHINE, Document, amendment_document, coverage, timestamp, timestamp_or_none
from monitor.core.budget import Budget
from monitor.core.model import Amendment, Duration, Incident, Status
from monitor.core.reporting import ComponentReport, Period, Report

NOTE = "This is of a calendar month; uptime_month elsewhere is of the last 30 days, which roll."
BUDGET = ("objective", "budget_seconds", "budget_left_seconds", "burn_rate", "budget_used_up_at")


def report_document(report: Report) -> Document:
    """Uptimes and coverages in percent, rounded down to two decimals; durations in seconds, latencies in ms.

    `seconds` are as recorded; uptime, coverage, what was observed and lost, and the budget are as amended.
    """
    period = report.period
    return {
        "month": report.month,
        "from": timestamp(period.since),
        "until": timestamp(period.until),
        "complete": period.complete,
        "timezone": report.timezone,
        "timezone_known": report.timezone_known,
        "components": [_component(component, period) for component in report.components],
        "note": NOTE,
    }


def figures_document(report: ComponentReport) -> Document:
    """What can be said in one number each."""
    return {
        "uptime": report.uptime.percent,
        "coverage": coverage(report.uptime),
        "observed_seconds": in_seconds(report.uptime.observed),
        "lost_seconds": report.uptime.lost / 1_000_000,
        **_budget(report.budget),
    }


def in_seconds(duration: Duration) -> float:
    return duration / 1_000


def in_ms(microseconds: int | None) -> int | None:
    return None if microseconds is None else round(microseconds / 1_000)


def _component(report: ComponentReport, period: Period) -> Document:
    return {
        "id": report.component.id,
        "name": report.component.name,
        "monitored": report.monitored,
        **figures_document(report),
        "seconds": {status: in_seconds(report.recorded.get(status, 0)) for status in Status},
        "latency_ms": {"median": in_ms(report.median), "p95": in_ms(report.p95)},
        "incidents": [_incident(incident, period) for incident in report.incidents],
        "amendments": [_amendment(amendment, period) for amendment in report.amendments],
    }


def _incident(incident: Incident, period: Period) -> Document:
    """Its duration is that of the part that lies in the period."""
    return {
        "id": incident.id,
        "title": incident.title,
        "status": incident.status,
        "impact": incident.impact,
        "started_at": timestamp(incident.started_at),
        "ended_at": timestamp_or_none(incident.ended_at),
        "duration_seconds": in_seconds(period.overlap(incident.started_at, incident.ended_at)),
        "merged_into": incident.merged_into,
        "by": incident.by or MACHINE,
    }


def _amendment(amendment: Amendment, period: Period) -> Document:
    """With how much of it lies in the period."""
    return amendment_document(amendment) | {"seconds": in_seconds(period.overlap(amendment.since, amendment.until))}


def _budget(budget: Budget | None) -> Document:
    """All null without an objective."""
    if budget is None:
        return dict.fromkeys(BUDGET)
    return {
        "objective": budget.objective,
        "budget_seconds": in_seconds(budget.allowed),
        "budget_left_seconds": in_seconds(budget.left),
        "burn_rate": None if budget.burn_rate is None else round(budget.burn_rate, 3),
        "budget_used_up_at": timestamp_or_none(budget.used_up_at),
    }
