"""A component as the pages show it: its status, ninety days, uptimes and response time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from exporter.charts.bars import Bar, Bars, bars
from exporter.charts.latency import Sparkline, percentile, sparkline
from exporter.documents import UNHEARD, coverage
from exporter.figures import Figures
from exporter.page.calendar import day_words
from exporter.page.record import Record
from exporter.page.words import Sign, counted, milliseconds, sign, spent_words
from exporter.reporting.words import percent, words
from monitor.core.board import Board
from monitor.core.days import Day
from monitor.core.model import Amendment, ComponentSetup, Status
from monitor.core.status import WORST_FIRST
from monitor.core.trend import Slot

WINDOWS = {"day": "24 h", "week": "7 days", "month": "30 days"}
LEAST_DRAWN = 8  # slots, which are two hours


@dataclass(frozen=True, slots=True)
class Link:
    """A name, and where to read more; nowhere for what is no longer watched."""

    words: str
    href: str | None


@dataclass(frozen=True, slots=True)
class UptimeView:
    window: str
    uptime: str
    coverage: str


@dataclass(frozen=True, slots=True)
class ResponseView:
    """The latency now, and of the last day; `alternative` says in words what the sparkline draws, if there is one."""

    now: str
    median: str
    p95: str
    sparkline: Sparkline | None  # None: there is too little to see a course in it
    span: int
    alternative: str


@dataclass(frozen=True, slots=True)
class ComponentView:
    """`amended` when people corrected any of the days; `troubled` are those that were not all well, latest first."""

    link: Link
    anchor: str
    description: str
    sign: Sign
    bars: Bars
    alternative: str  # says in words what the bars draw
    since: str
    amended: bool
    troubled: Sequence[Bar]
    uptimes: Sequence[UptimeView]
    response: ResponseView | None  # None: nothing was timed within a day


def component_view(board: Board, setup: ComponentSetup, figures: Figures, record: Record) -> ComponentView:
    drawn = bars(_told(record))
    return ComponentView(
        link=link(board, setup.id),
        anchor=f"component-{setup.id}",
        description=setup.description,
        sign=sign(board.components.get(setup.id, UNHEARD).status),
        bars=drawn,
        alternative=_counted_days(record.days),
        since=day_words(record.dates[0]),
        amended=bool(record.amendments),
        troubled=[bar for bar in reversed(drawn.drawn) if bar.status not in (Status.OPERATIONAL, Status.UNKNOWN)],
        uptimes=[
            UptimeView(WINDOWS[name], percent(window.percent), percent(coverage(window)))
            for name, window in figures.uptimes.items()
        ],
        response=_response(figures, record) if record.slots else None,
    )


def link(board: Board, component: str) -> Link:
    """To the page of a component, if there is one."""
    known = board.component_setup(component)
    return Link(component, None) if known is None else Link(known.name, f"/components/{quote(component, safe='')}")


def _told(record: Record) -> list[tuple[Status, str]]:
    return [
        (day.worst, _day_words(each, day, record.amendments))
        for each, day in zip(record.dates, record.days, strict=True)
    ]


def _day_words(each: date, day: Day, amendments: Sequence[Amendment]) -> str:
    """Tue 1 Dec 2026: Major outage 14 min, operational 23 h 46 min."""
    corrected = any(made.since < day.until and made.until > day.since for made in amendments)
    return f"{day_words(each)}: {spent_words(day.spent)}{' (corrected by people)' if corrected else ''}"


def _counted_days(days: Sequence[Day]) -> str:
    worsts = [day.worst for day in days]
    each = [f"{words(status).lower()} on {worsts.count(status)}" for status in WORST_FIRST if status in worsts]
    return f"The worst status of each of the last {counted(len(days), 'day')}: {', '.join(each)}."


def _response(figures: Figures, record: Record) -> ResponseView:
    median, p95 = _of_the_day(record.slots)
    return ResponseView(
        now=milliseconds(figures.response_time),
        median=median,
        p95=p95,
        sparkline=sparkline(record.slots, record.axis) if len(record.slots) >= LEAST_DRAWN else None,
        span=record.axis.span,
        alternative=f"Response time over the last 24 hours: median {median}, 95th percentile {p95}.",
    )


def _of_the_day(slots: Sequence[Slot]) -> tuple[str, str]:
    latencies = sorted(latency for slot in slots for latency in slot.latencies)
    return milliseconds(percentile(latencies, 50)), milliseconds(percentile(latencies, 95))
