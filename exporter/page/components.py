"""A component as the pages show it: its status, ninety days, uptimes and response time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from exporter.charts.bars import Bar, Bars, bars
from exporter.documents import UNHEARD, coverage
from exporter.figures import Figures
from exporter.page.calendar import day_words
from exporter.page.record import Record
from exporter.page.response import ResponseView
from exporter.page.words import Sign, counted, sign, spent_words
from exporter.reporting.words import percent, words
from monitor.core.board import Board
from monitor.core.days import Day
from monitor.core.model import Amendment, ComponentSetup, Status
from monitor.core.status import WORST_FIRST

WINDOWS = {"day": "24 h", "week": "7 days", "month": "30 days"}


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


def component_view(
    board: Board, setup: ComponentSetup, figures: Figures, record: Record, response: ResponseView | None
) -> ComponentView:
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
        response=response,
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
