"""Months as clocks on the wall count them."""

from __future__ import annotations

import pytest

from exporter.documents import timestamp
from exporter.reporting.months import Month, parse_month
from monitor.core.model import DAY, HOUR


@pytest.mark.parametrize(
    ("month", "timezone", "begins", "ends", "length"),
    [
        ("2026-11", "UTC", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 30 * DAY),
        ("2026-12", "UTC", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", 31 * DAY),
        ("2028-02", "UTC", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z", 29 * DAY),
        ("2026-03", "Europe/Berlin", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", 31 * DAY - HOUR),
        ("2026-10", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", 31 * DAY + HOUR),
        ("2011-12", "Pacific/Apia", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z", 30 * DAY),
        ("2026-11", "Asia/Kathmandu", "2026-10-31T18:15:00Z", "2026-11-30T18:15:00Z", 30 * DAY),
        ("2017-10", "America/Asuncion", "2017-10-01T04:00:00Z", "2017-11-01T03:00:00Z", 31 * DAY - HOUR),
        ("2015-11", "America/Havana", "2015-11-01T04:00:00Z", "2015-12-01T05:00:00Z", 30 * DAY + HOUR),
    ],
    ids=[
        "thirty days",
        "over the year's end",
        "a leap day",
        "an hour is skipped",
        "an hour comes twice",
        "a day is skipped",
        "a zone of quarters",
        "its first midnight is skipped",
        "its first midnight comes twice",
    ],
)
def test_a_month_lasts_from_its_first_midnight_to_that_of_the_next(
    month: str, timezone: str, begins: str, ends: str, length: int
) -> None:
    since, until = parse_month(month).bounds(timezone)
    assert (timestamp(since), timestamp(until), until - since) == (begins, ends, length)


@pytest.mark.parametrize("text", ["1970-01", "2026-11", "2999-12"])
def test_a_month_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_month(text)) == text
    assert parse_month(text).bounds("UTC")


def test_december_is_followed_by_january() -> None:
    assert Month(2026, 12).next == Month(2027, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-00",
        "2026-13",
        "2026-1",
        "26-11",
        "2026-11-01",
        " 2026-11",
        "2026-11\n",
        "٢٠٢٦-١١",
        "2026-٠١",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be a month such as 2026-11\.$"):
        parse_month(text)


@pytest.mark.parametrize("text", ["0001-01", "1969-12", "3000-01", "9999-12"])
def test_a_month_that_nobody_can_have_watched_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a month"):
        parse_month(text)
