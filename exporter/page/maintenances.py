"""Maintenance as the pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exporter.page.components import Link, link
from exporter.page.words import Moment, Sign, at, until
from exporter.reporting.words import words
from monitor.core.board import Board
from monitor.core.model import Instant, MaintenanceStatus, Status, Window

MOST_SHOWN = 5  # the calendar names all


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    id: str
    title: str
    sign: Sign
    affected: Sequence[Link]
    starts: Moment
    ends: Moment
    stops: bool  # not available meanwhile, which is only said while it matters


@dataclass(frozen=True, slots=True)
class PlannedView:
    """What runs or is to come, earliest first, and how many more there are than are shown."""

    shown: Sequence[MaintenanceView]
    more: int


def planned_view(board: Board, now: Instant, timezone: str, component: str | None = None) -> PlannedView:
    """Of one component or of all."""
    windows = [
        window for window in board.setup.in_force if component in (None, *window.components) and now < window.ends
    ]
    earliest = sorted(windows, key=lambda window: (window.starts, window.id))
    shown = [maintenance_view(board, window, now, timezone) for window in earliest[:MOST_SHOWN]]
    return PlannedView(shown, len(windows) - len(shown))


def past_views(
    board: Board, windows: Iterable[Window], now: Instant, timezone: str, component: str
) -> list[MaintenanceView]:
    """Those of a component that are over, in their order."""
    over = [window for window in windows if component in window.components and is_over(window, now)]
    return [maintenance_view(board, window, now, timezone) for window in over[:MOST_SHOWN]]


def is_over(window: Window, now: Instant) -> bool:
    return window.status(now) is MaintenanceStatus.COMPLETED


def maintenance_view(board: Board, window: Window, now: Instant, timezone: str) -> MaintenanceView:
    return MaintenanceView(
        id=window.id,
        title=window.title,
        sign=Sign(Status.MAINTENANCE, words(window.status(now))),
        affected=[link(board, each) for each in window.components],
        starts=at(window.starts, timezone),
        ends=until(window.ends, window.starts, timezone),
        stops=window.stops and not is_over(window, now),
    )
