"""What is remembered of a component and shows: the ledger of ninety days, and the latencies of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from exporter.charts.latency import Axis
from exporter.page.calendar import last_days, midnight
from monitor.core.days import Day, days
from monitor.core.model import DAY, MINUTE, Amendment, Instant, Status
from monitor.core.ports import History
from monitor.core.sketch import Slot
from monitor.core.uptime import as_amended

SHOWN_DAYS = 90
SLOT = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Record:
    """Days as people amended them, and slots, oldest first; amendments in the order in which they were made."""

    dates: Sequence[date]
    days: Sequence[Day]
    amendments: Sequence[Amendment]
    axis: Axis
    slots: Sequence[Slot]


async def recorded(history: History, component: str, now: Instant, timezone: str) -> Record:
    """The record of a component up to an instant; days are those of the time zone (IANA)."""
    dates = last_days(now, timezone, SHOWN_DAYS)
    edges = [midnight(each, timezone) for each in dates] + [now + 1]  # at midnight itself, a day has begun
    amendments = await history.amendments(component, edges[0], now)
    spans = as_amended(await history.spans(component, edges[0]), amendments, edges[-1])
    axis = last_day(now)
    slots = await history.latency_slots(component, axis.since, now, axis.width)
    return Record(dates, days(spans, edges), amendments, axis, slots)


def unwatched(records: Iterable[Record]) -> set[date]:
    """The days on which nothing was observed of any of the components."""
    dark = [
        {each for each, day in zip(record.dates, record.days, strict=True) if day.worst is Status.UNKNOWN}
        for record in records
    ]
    return set.intersection(*dark) if dark else set()


def last_day(now: Instant) -> Axis:
    """Whole slots that reach back a day, and the one that goes on."""
    since = (now - DAY) // SLOT * SLOT
    return Axis(since, SLOT, (now - since) // SLOT + 1)
