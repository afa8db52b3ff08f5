"""Recurring maintenance: from a rule to windows as instants. Cron is read by the clocks on the wall of a place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from monitor.core.ids import occurrence_id
from monitor.core.model import Instant, Window
from monitor.core.recurring import Rule

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ANY_DAY = datetime(2024, 1, 1)  # noqa: DTZ001  # the time of a wall clock
SOME_INSTANT: Instant = 1_704_067_200_000  # the beginning of 2024, in UTC
MOST_KNOWN = 100  # occurrences of a rule: each is looked at whenever time or a config goes on
LONGEST_ZONE = 63  # characters of a misspelt name that are looked at


class BadCron(ValueError):
    """The text says what is wrong with a cron expression."""


def check_cron(cron: str) -> None:
    """Raises BadCron unless it is five fields that come together one day or other."""
    if len(cron.split()) != 5:
        raise BadCron("a cron expression has five fields: minute, hour, day of month, month, day of week")
    try:
        first = next(CronSim(cron, ANY_DAY), None)
    except CronSimError as error:
        raise BadCron(f"{cron} never comes, or is no cron expression: {str(error).lower()}") from None
    except ValueError:  # a number of thousands of digits
        raise BadCron("this is no cron expression: a number in it is too long") from None
    if first is None:
        raise BadCron(f"{cron} never comes: no day is all that it asks for")


def check_timezone(name: str) -> None:
    """Raises ValueError unless it is the name of a time zone."""
    if name not in _zones():
        nearest = _nearest_zone(name[:LONGEST_ZONE])
        remedy = f"did you mean {nearest}?" if nearest else "write one such as Europe/Berlin or UTC"
        raise ValueError(f"there is no time zone {name!r}; {remedy}")


def check_pace(rule: Rule) -> None:
    """Raises ValueError when its occurrences come so often that too many of them are known at a time."""
    known = list(islice(lasting(rule, SOME_INSTANT), MOST_KNOWN + 1))
    if len(known) > MOST_KNOWN and known[-1].starts - known[0].starts < rule.duration + rule.notice:
        told = f"over {MOST_KNOWN} of its occurrences would be known at a time"
        raise ValueError(f"{told}; make them rarer, or the notice shorter")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """As the time zone database lists them: what else is in the machine's own folder is nobody else's."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@lru_cache
def _nearest_zone(name: str) -> str | None:
    """Among those whose place begins with the same letter."""
    alike = sorted(zone for zone in _zones() if _place(zone)[:1] == _place(name)[:1])
    return next(iter(get_close_matches(name, alike, n=1)), None)


def _place(zone: str) -> str:
    return zone.rpartition("/")[2].lower()


def occurrences(rule: Rule, since: Instant, until: Instant) -> list[Window]:
    """Those that touch the time from `since` up to `until`, in their order."""
    return list(takewhile(lambda window: window.starts < until, lasting(rule, since)))


def lasting(rule: Rule, since: Instant) -> Iterator[Window]:
    """All that last beyond an instant, in their order, without end."""
    return (window for window in _from(rule, since - rule.duration) if window.ends > since)


def coming(rule: Rule, after: Instant, most: int) -> list[Window]:
    """The next that begin after an instant."""
    later = (window for window in _from(rule, after) if window.starts > after)
    return list(islice(later, most))


def _from(rule: Rule, since: Instant) -> Iterator[Window]:
    """All that begin after an instant; while the clocks go through a fold again, some that began before it, too."""
    zone, last = ZoneInfo(rule.timezone), None
    for local in CronSim(rule.cron, (EPOCH + since * MILLISECOND).astimezone(zone).replace(tzinfo=None)):
        starts = _instant(local, zone)
        if starts is not None and starts != last:  # several times in one gap are one
            last = starts
            yield _window(rule, starts)


def _window(rule: Rule, starts: Instant) -> Window:
    return Window(
        id=occurrence_id(rule.id, starts),
        title=rule.title,
        components=rule.components,
        starts=starts,
        ends=starts + rule.duration,
        stops=rule.stops,
        by=rule.id,
    )


def _instant(local: datetime, zone: ZoneInfo) -> Instant | None:
    """When the clocks on the wall show that time for the first time; None when they skip the whole date.

    A time that they skip is the first instant after the gap.
    """
    at = local.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        at = _after_gap(local.replace(tzinfo=zone, fold=1).astimezone(UTC), at, zone)
        before = (at - timedelta(seconds=1)).astimezone(zone)
        if before.date() < local.date() < at.astimezone(zone).date():
            return None
    return (at - EPOCH) // MILLISECOND


def _after_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the offset changes between two that have different ones, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
