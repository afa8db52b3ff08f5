"""The past by days: what happened on each, or that nothing did, or that nobody watched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from exporter.page.calendar import date_of, day_words, last_days, midnight
from exporter.page.incidents import IncidentView, incident_view
from exporter.page.maintenances import MaintenanceView, is_over, maintenance_view
from exporter.page.words import counted
from monitor.core.board import Board
from monitor.core.model import Incident, IncidentStatus, Instant, Window
from monitor.core.ports import Cursor, History

SHOWN_DAYS = 15
MOST_SHOWN = 50  # incidents and windows
BEFORE_ALL_IDS = "0"

Happened: TypeAlias = Incident | Window


@dataclass(frozen=True, slots=True)
class PastDay:
    """Incidents that were opened on a day and are over, and maintenance that began on it and is over, newest first.

    `note` is said where it is not empty.
    """

    words: str
    datetime: str
    incidents: Sequence[IncidentView]
    maintenances: Sequence[MaintenanceView]
    note: str


def place(happened: Happened) -> Cursor:
    """Where it stands: incidents at the instant at which they were opened, maintenance at which it began."""
    return (happened.created_at if isinstance(happened, Incident) else happened.starts), happened.id


async def newest(
    history: History, limit: int, now: Instant, before: Cursor | None = None, status: IncidentStatus | None = None
) -> list[Happened]:
    """Incidents of a status, and maintenance that has begun or was cancelled, newest first, from a place on."""
    begun = (now + 1, BEFORE_ALL_IDS)
    incidents = await history.incidents(limit=limit, before=before, status=status)
    windows = await history.maintenances(limit=limit, before=min(before or begun, begun))
    happened: list[Happened] = [*incidents, *windows]
    return sorted(happened, key=place, reverse=True)[:limit]


def latest_days(
    board: Board,
    found: Sequence[Happened],
    now: Instant,
    timezone: str,
    unwatched: Collection[date] = (),
) -> tuple[list[PastDay], Cursor]:
    """Each of the last days, newest first, and the place after which older ones follow.

    Args:
        found: the newest, newest first; if there are more than `MOST_SHOWN`, so many and one more. Then only the
            days are told of that these reach back to.
        unwatched: days on which nothing was observed.
    """
    dates = last_days(now, timezone, SHOWN_DAYS)
    shown = [each for each in found[:MOST_SHOWN] if _date(each, timezone) >= dates[0]]
    following: Cursor = (midnight(dates[0], timezone), BEFORE_ALL_IDS)
    if MOST_SHOWN == len(shown) < len(found):
        following = place(shown[-1])
        dates = [each for each in dates if each >= _date(shown[-1], timezone)]
    by_day = _by_day(shown, timezone)
    days = [
        _past_day(board, day, by_day.get(day, []), now, timezone, _note(by_day.get(day, []), day in unwatched))
        for day in reversed(dates)
    ]
    return days, following


def days_with(board: Board, happened: Iterable[Happened], now: Instant, timezone: str) -> list[PastDay]:
    """Only those on which something happened that is over; newest first, as what happened."""
    by_day = _by_day(happened, timezone)
    days = [_past_day(board, day, found, now, timezone) for day, found in by_day.items()]
    return [day for day in days if day.incidents or day.maintenances]


def _date(happened: Happened, timezone: str) -> date:
    return date_of(place(happened)[0], timezone)


def _by_day(happened: Iterable[Happened], timezone: str) -> dict[date, list[Happened]]:
    by_day: dict[date, list[Happened]] = {}
    for each in happened:
        by_day.setdefault(_date(each, timezone), []).append(each)
    return by_day


def _past_day(
    board: Board, day: date, found: Sequence[Happened], now: Instant, timezone: str, note: str = ""
) -> PastDay:
    return PastDay(
        words=day_words(day),
        datetime=day.isoformat(),
        incidents=[
            incident_view(board, each, now, timezone)
            for each in found
            if isinstance(each, Incident) and not each.open
        ],
        maintenances=[
            maintenance_view(board, each, now, timezone)
            for each in found
            if isinstance(each, Window) and is_over(each, now)
        ],
        note=note,
    )


def _note(found: Sequence[Happened], unwatched: bool) -> str:
    incidents = [each for each in found if isinstance(each, Incident)]
    still_open = sum(incident.open for incident in incidents)
    if still_open:
        return f"{counted(still_open, 'incident')} of this day {'is' if still_open == 1 else 'are'} still open."
    if incidents:
        return ""
    return "Not observed." if unwatched else "No incidents."
