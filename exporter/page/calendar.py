"""Calendar days, as the clocks on the wall of a place count them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.core.model import SECOND, Instant

_DAY = timedelta(days=1)


def date_of(at: Instant, timezone: str) -> date:
    return datetime.fromtimestamp(at // SECOND, ZoneInfo(timezone)).date()


def last_days(at: Instant, timezone: str, count: int) -> list[date]:
    """So many days, oldest first; the last is that of the instant."""
    today = date_of(at, timezone)
    return [today - number * _DAY for number in reversed(range(count))]


def midnight(day: date, timezone: str) -> Instant:
    """When it begins; where the clocks skip midnight, the instant at which they do."""
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone))
    return int(begins.astimezone(UTC).timestamp()) * SECOND


def clock(at: Instant, timezone: str) -> str:
    """15:30."""
    return f"{datetime.fromtimestamp(at // SECOND, ZoneInfo(timezone)):%H:%M}"


def clock_there(at: Instant, timezone: str) -> str:
    """15:30 CET."""
    return f"{datetime.fromtimestamp(at // SECOND, ZoneInfo(timezone)):%H:%M %Z}"


@lru_cache(maxsize=400)  # ninety days of each component, and they are the same ones
def day_words(day: date) -> str:
    """Tue 1 Dec 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"
