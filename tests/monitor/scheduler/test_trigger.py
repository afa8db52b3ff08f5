"""What APScheduler sees of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.model import DAY, HOUR, SECOND, Duration, Instant
from monitor.scheduler.trigger import DaemonTime, GridTrigger
from tests.builders import NOON

MIDDAY = datetime(2026, 12, 1, 12, tzinfo=UTC)


class StandingClock:
    def __init__(self, instant: Instant) -> None:
        self.instant = instant

    def now(self) -> Instant:
        return self.instant


def test_asking_for_the_time_gives_the_daemons_clock() -> None:
    assert datetime.now(DaemonTime(StandingClock(NOON + 7))) == MIDDAY + timedelta(milliseconds=7)


def test_a_moment_of_the_daemons_clock_stays_the_same_in_other_zones() -> None:
    zone = DaemonTime(StandingClock(0))
    moment = zone.moment(NOON)
    assert moment.astimezone(UTC) == MIDDAY
    assert moment.astimezone(zone) is moment


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON, NOON + 2 * SECOND),
        (NOON + 1_999, NOON + 2 * SECOND),
        (NOON + 2 * SECOND, NOON + 12 * SECOND),
        (NOON - HOUR, NOON - HOUR + 2 * SECOND),
        (NOON + DAY, NOON + DAY + 2 * SECOND),
    ],
)
@pytest.mark.parametrize("previous", [None, -DAY, 0, DAY])
def test_a_trigger_looks_ahead_from_now_whenever_it_fired_last(
    now: Instant, expected: Instant, previous: Duration | None
) -> None:
    zone = DaemonTime(StandingClock(0))
    trigger = GridTrigger(zone, phase=2 * SECOND, interval=10 * SECOND)
    fired = None if previous is None else zone.moment(NOON + previous)
    assert trigger.get_next_fire_time(fired, zone.moment(now)) == zone.moment(expected)
