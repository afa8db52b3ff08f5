"""Recurring maintenance: from a rule to windows as instants. Cron is read by the clocks on the wall of a place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from monitor.core.ids import occurrence_id
from monitor.core.model import Instant, Window
from monitor.core.recurring import Rule

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadCron(ValueError):
    """The text says what is wrong with a cron expression."""


def check_cron(cron: str) -> None:
    """Raises BadCron unless it is five fields that come together one day or other."""
    if len(cron.split()) != 5:
        raise BadCron("a cron expression has five fields: minute, hour, day of month, month, day of week")
    try:
        CronSim(cron, datetime(2024, 1, 1))  # noqa: DTZ001  # the time of a wall clock
    except CronSimError as error:
        raise BadCron(f"{cron} never comes, or is no cron expression: {str(error).lower()}") from None


def check_timezone(name: str) -> None:
    """Raises ValueError unless it is the name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write one such as Europe/Berlin or UTC") from None


def occurrences(rule: Rule, since: Instant, until: Instant) -> list[Window]:
    """Those that touch the time from `since` up to `until`, in their order."""
    found = []
    for window in _from(rule, since - rule.duration):
        if window.starts >= until:
            break
        if window.ends > since:
            found.append(window)
    return found


def coming(rule: Rule, after: Instant, most: int) -> list[Window]:
    """The next that begin after an instant."""
    later = (window for window in _from(rule, after) if window.starts > after)
    return list(islice(later, most))


def _from(rule: Rule, since: Instant) -> Iterator[Window]:
    """All, from one that begins at `since` or little before on."""
    zone, last = ZoneInfo(rule.timezone), None
    begin = (EPOCH + since * MILLISECOND).astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    for local in CronSim(rule.cron, begin):
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
