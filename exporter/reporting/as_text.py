"""A report as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from exporter.documents import coverage
from exporter.reporting import words
from exporter.reporting.document import NOTE
from monitor.core.model import Amendment, Incident, Status
from monitor.core.reporting import ComponentReport, Report


def report_text(report: Report) -> str:
    """A block for each component, and a line for each incident and amendment. Times are of the report's time zone."""
    blocks = [_head(report), *(_component(report, component) for component in report.components)]
    return "\n\n".join("\n".join(block) for block in [*blocks, iter([NOTE])]) + "\n"


def _head(report: Report) -> Iterator[str]:
    since, until = (words.moment(at, report.timezone) for at in (report.period.since, report.period.until))
    yield f"{report.title}, {words.month_name(report)} ({report.timezone})"
    yield f"{since} to {until}"
    if not report.timezone_known:
        yield words.UNKNOWN_ZONE
    if not report.period.complete:
        yield "The month goes on; this is up to now."


def _component(report: Report, component: ComponentReport) -> Iterator[str]:
    yield words.name(component)
    yield _line("Uptime", words.percent(component.uptime.percent))
    yield _line("Coverage", words.percent(coverage(component.uptime)))
    yield _line("Median latency", words.latency(component.median))
    yield _line("95th percentile", words.latency(component.p95))
    if component.budget is not None:
        yield _line("Objective", f"{component.budget.objective:g} %")
        yield _line("Error budget", words.budget_left(component.budget))
        yield _line("Burn rate", words.burning(component.budget, report.timezone))
    for status in Status:
        if spent := component.recorded.get(status):
            yield _line(words.words(status), words.duration(spent))
    yield from (_line("Incident", _incident(report, incident)) for incident in component.incidents)
    yield from (_line("Amendment", _amendment(report, amendment)) for amendment in component.amendments)


def _line(label: str, text: str) -> str:
    return f"  {label:<22}{text}"


def _incident(report: Report, incident: Incident) -> str:
    lasted = words.duration(report.period.overlap(incident.started_at, incident.ended_at))
    began = words.moment(incident.started_at, report.timezone)
    return f"{began}, {lasted}, impact {words.impact(incident)}: {incident.title} ({incident.id})"


def _amendment(report: Report, amendment: Amendment) -> str:
    since, until = (words.moment(at, report.timezone) for at in (amendment.since, amendment.until))
    return f"{since} to {until}, {words.kind(amendment)}: {amendment.reason} ({amendment.by})"
