"""Reports: what a month came to, component by component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.core.budget import Budget, budget
from monitor.core.model import Amendment, ComponentSetup, Duration, Incident, Instant, Span, Status
from monitor.core.sketch import Distribution
from monitor.core.uptime import Uptime, as_amended, uptime


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A month, since ≤ t < ends, of which is told up to `until`."""

    since: Instant
    until: Instant
    ends: Instant

    @property
    def complete(self) -> bool:
        return self.until == self.ends

    def overlap(self, since: Instant, until: Instant | None) -> Duration:
        """How much of a stretch lies in what is told; None: it goes on."""
        ends = self.until if until is None else min(until, self.until)
        return max(ends - max(since, self.since), 0)

    def touches(self, since: Instant, until: Instant | None) -> bool:
        """Whether any of a stretch lies in what is told, or all of one that has no length."""
        return since < self.until and (until is None or until > self.since or since >= self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is remembered of a component and bears on a period. Spans as recorded; all oldest first."""

    spans: tuple[Span, ...]
    amendments: tuple[Amendment, ...]
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentReport:
    """What a period came to for a component. Latencies in µs, of the runs that passed or were slow."""

    component: ComponentSetup
    monitored: bool  # or it was once, and is no more
    recorded: Mapping[Status, Duration]  # time spent in each status, before people amended it
    uptime: Uptime  # as amended
    incidents: tuple[Incident, ...]
    amendments: tuple[Amendment, ...]
    median: int | None
    p95: int | None
    budget: Budget | None  # None: no objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a month came to for all components. Months are those of the time zone (IANA)."""

    title: str  # whose report it is
    month: str  # "2026-11"
    timezone: str
    timezone_known: bool  # or it is UTC, since nobody could say
    period: Period
    components: tuple[ComponentReport, ...]  # those that are monitored, then those that were


def was_watched(past: Past, period: Period) -> bool:
    """Whether anything was known of a component in a period."""
    spent = uptime(past.spans, period.since, period.until).spent
    return any(length for status, length in spent.items() if status is not Status.UNKNOWN)


def component_report(
    component: ComponentSetup, past: Past, latencies: Distribution, period: Period, *, monitored: bool
) -> ComponentReport:
    """What the past of a component comes to in a period."""
    since, until = period.since, period.until
    amended = uptime(as_amended(past.spans, past.amendments, until), since, until)
    objective = component.objective
    watched_until = period.ends if monitored else until  # nothing is to come of what is watched no more
    return ComponentReport(
        component=component,
        monitored=monitored,
        recorded=uptime(past.spans, since, until).spent,
        uptime=amended,
        incidents=tuple(each for each in past.incidents if period.touches(each.started_at, each.ended_at)),
        amendments=tuple(each for each in past.amendments if period.touches(each.since, each.until)),
        median=latencies.percentile(50),
        p95=latencies.percentile(95),
        budget=None if objective is None else budget(objective, amended, until, watched_until),
    )
