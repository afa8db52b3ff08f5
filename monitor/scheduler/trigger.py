"""What APScheduler is given to think with: the daemon's clock and the grid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger

from monitor.core.model import Duration, Instant
from monitor.core.ports import Clock
from monitor.scheduler.grid import next_point

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class DaemonTime(tzinfo):
    """The daemon's clock in the guise of a time zone.

    APScheduler asks `datetime.now(zone)`, and that has the zone turn UTC into its own time: one that answers
    with the daemon's clock keeps every step of the wall clock away from it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def fromutc(self, _wall: datetime) -> datetime:
        return self.moment(self._clock.now())

    def moment(self, instant: Instant) -> datetime:
        return EPOCH.replace(tzinfo=self) + instant * MILLISECOND

    def utcoffset(self, _moment: datetime | None) -> timedelta:
        return timedelta(0)

    def dst(self, _moment: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _moment: datetime | None) -> str:
        return "daemon"


class GridTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires at the next grid point after now, never after the previous one: so no backlog can form."""

    def __init__(self, zone: DaemonTime, phase: Duration, interval: Duration) -> None:
        self._zone = zone
        self._phase = phase
        self._interval = interval

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return self._zone.moment(next_point((now - EPOCH) // MILLISECOND, self._phase, self._interval))
