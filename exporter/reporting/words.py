"""The words of a report that people read, as text or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.core.budget import Budget
from monitor.core.model import SECOND, Amendment, AmendmentKind, Duration, Incident, Instant
from monitor.core.reporting import ComponentReport, Report
from monitor.core.wording import spoken

NONE = "–"
UNKNOWN_ZONE = "The time zone of the page was not known when this was made: its month is one of UTC."

KINDS: Mapping[AmendmentKind, str] = {
    AmendmentKind.FALSE_ALARM: "false alarm",
    AmendmentKind.EXCLUDED: "excluded",
    AmendmentKind.RECORDED: "counts as recorded after all",
}


def month_name(report: Report) -> str:
    """2026-11 → November 2026."""
    return f"{date.fromisoformat(f'{report.month}-01'):%B %Y}"


def moment(at: Instant, timezone: str) -> str:
    """10 Dec 2026, 15:30 CET."""
    there = datetime.fromtimestamp(at // SECOND, ZoneInfo(timezone))
    return f"{there.day} {there:%b %Y, %H:%M %Z}"


def percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f} %"


def words(term: str) -> str:
    """degraded_performance → Degraded performance."""
    return term.replace("_", " ").capitalize()


def name(report: ComponentReport) -> str:
    """What the component is called, and whether that is a thing of the past."""
    called = report.component.name
    return called if report.monitored else f"{called} (no longer monitored)"


def impact(incident: Incident) -> str:
    """Of an incident, and what keeps it from standing by itself."""
    if incident.merged_into is not None:
        return f"{incident.impact}, merged into {incident.merged_into}"
    return f"{incident.impact}, still open" if incident.open else incident.impact


def kind(amendment: Amendment) -> str:
    return KINDS[amendment.kind]


def latency(microseconds: int | None) -> str:
    return NONE if microseconds is None else f"{microseconds / 1_000:.0f} ms"


def duration(length: Duration) -> str:
    return spoken(length) if length else "0 s"


def budget_left(budget: Budget) -> str:
    """21 min of 43 min left; or by how much it is overspent."""
    if budget.left < 0:
        return f"overspent by {spoken(-budget.left)} (allowed: {duration(budget.allowed)})"
    return f"{duration(budget.left)} of {duration(budget.allowed)} left"


def burning(budget: Budget, timezone: str) -> str:
    """How fast a budget burns, and when it is used up at this rate."""
    if budget.burn_rate is None:
        return NONE
    rate = f"{budget.burn_rate:.2f} (1 lasts exactly to the end of the month)"
    return f"{rate}, used up on {moment(budget.used_up_at, timezone)}" if budget.used_up_at is not None else rate
