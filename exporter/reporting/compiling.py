"""Compiles the report of a month from an archive."""

from __future__ import annotations

from exporter.documents import timestamp
from exporter.reporting.archive import Archive, Basis
from exporter.reporting.months import Month
from monitor.core.model import ComponentSetup
from monitor.core.reporting import ComponentReport, Period, Report, component_report


class NoReport(Exception):
    """There is none of that month; the text is a sentence that says why."""


async def compiled(archive: Archive, basis: Basis, month: Month) -> Report:
    """The report of a month, up to now if that goes on.

    Raises:
        NoReport: it has not begun, or was over before anything was observed.
    """
    since, ends = month.bounds(basis.timezone)
    if since >= basis.at:
        raise NoReport(f"{month} has not begun yet.")
    if basis.begun is None:
        raise NoReport("Nothing was observed yet.")
    if ends <= basis.begun:
        raise NoReport(f"Nothing was observed in {month}: the first observation is of {timestamp(basis.begun)}.")
    period = Period(since=since, until=min(basis.at, ends), ends=ends)
    return Report(
        title=basis.title,
        month=str(month),
        timezone=basis.timezone,
        period=period,
        components=tuple([await _component(archive, component, period) for component in basis.components]),
    )


async def _component(archive: Archive, component: ComponentSetup, period: Period) -> ComponentReport:
    past = await archive.past(component.id, period.since, period.until)
    latencies = await archive.latencies(component.id, period.since, period.until)
    return component_report(component, past, latencies, period)
