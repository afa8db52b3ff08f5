"""Compiles the report of a month from an archive."""

from __future__ import annotations

from collections.abc import AsyncIterator

from exporter.documents import timestamp
from exporter.reporting.archive import Archive, Basis
from exporter.reporting.months import Month
from monitor.core.model import ComponentSetup
from monitor.core.reporting import ComponentReport, Past, Period, Report, component_report, was_watched


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
        timezone_known=basis.timezone_known,
        period=period,
        components=tuple([component async for component in _components(archive, basis, period)]),
    )


async def _components(archive: Archive, basis: Basis, period: Period) -> AsyncIterator[ComponentReport]:
    """Those that are monitored, and of the others those that were in that time."""
    for component in basis.components:
        past = await archive.past(component.id, period.since, period.until)
        yield await _component(archive, component, past, period, monitored=True)
    for component in basis.removed:
        past = await archive.past(component.id, period.since, period.until)
        if was_watched(past, period):
            yield await _component(archive, component, past, period, monitored=False)


async def _component(
    archive: Archive, component: ComponentSetup, past: Past, period: Period, *, monitored: bool
) -> ComponentReport:
    latencies = await archive.latencies(component.id, period.since, period.until)
    return component_report(component, past, latencies, period, monitored=monitored)
