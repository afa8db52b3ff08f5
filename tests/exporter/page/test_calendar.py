from __future__ import annotations

from datetime import date

import pytest

from exporter.page.calendar import clock, clock_there, date_of, day_words, last_days, midnight
from monitor.core.model import HOUR, Instant
from tests.builders import NOON


@pytest.mark.parametrize(
    ("at", "timezone", "expected"),
    [
        (NOON, "UTC", date(2026, 12, 1)),
        (NOON + 12 * HOUR - 1, "UTC", date(2026, 12, 1)),
        (NOON + 12 * HOUR, "UTC", date(2026, 12, 2)),
        (NOON + 12 * HOUR - 1, "Europe/Berlin", date(2026, 12, 2)),
        (NOON, "Pacific/Kiritimati", date(2026, 12, 2)),
    ],
)
def test_a_day_begins_and_ends_as_the_time_zone_has_it(at: Instant, timezone: str, expected: date) -> None:
    assert date_of(at, timezone) == expected


def test_the_last_days_end_with_today_also_over_the_end_of_a_month() -> None:
    assert last_days(NOON, "UTC", 3) == [date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 1)]


@pytest.mark.parametrize(
    ("day", "timezone", "hours"),
    [
        (date(2026, 10, 24), "Europe/Berlin", 24),
        (date(2026, 10, 25), "Europe/Berlin", 25),  # the clocks are set back
        (date(2027, 3, 28), "Europe/Berlin", 23),
        (date(2026, 9, 6), "America/Santiago", 23),  # midnight itself is skipped
    ],
)
def test_days_on_which_clocks_change_are_longer_or_shorter(day: date, timezone: str, hours: int) -> None:
    begins, ends = midnight(day, timezone), midnight(day.replace(day=day.day + 1), timezone)
    assert ends - begins == hours * HOUR
    assert date_of(begins, timezone) == day


def test_days_and_times_are_told_as_people_write_them() -> None:
    assert day_words(date(2026, 12, 1)) == "Tue 1 Dec 2026"
    assert clock(NOON, "Asia/Kolkata") == "17:30"
    assert clock_there(NOON, "Europe/Berlin") == "13:00 CET"
