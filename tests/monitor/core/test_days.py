from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.days import Day, days
from monitor.core.model import DAY, HOUR, MINUTE, Instant, Span, Status

OK, DEGRADED, PARTIAL, MAJOR = Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE
WINDOW, UNKNOWN = Status.MAINTENANCE, Status.UNKNOWN
MONDAY: Instant = 100 * DAY
TUESDAY, WEDNESDAY = MONDAY + DAY, MONDAY + 2 * DAY


def cut(*spans: tuple[Instant, Status]) -> list[dict[Status, int]]:
    found = days([Span(since, status) for since, status in spans], [MONDAY, TUESDAY, WEDNESDAY])
    return [dict(day.spent) for day in found]


@pytest.mark.parametrize(
    ("spans", "monday", "tuesday"),
    [
        ([], {UNKNOWN: DAY}, {UNKNOWN: DAY}),
        ([(0, OK)], {OK: DAY}, {OK: DAY}),
        ([(0, MAJOR), (MONDAY, OK)], {OK: DAY}, {OK: DAY}),
        ([(MONDAY + HOUR, OK)], {UNKNOWN: HOUR, OK: 23 * HOUR}, {OK: DAY}),
        ([(TUESDAY, OK)], {UNKNOWN: DAY}, {OK: DAY}),
        ([(WEDNESDAY, OK)], {UNKNOWN: DAY}, {UNKNOWN: DAY}),
        (
            [(0, OK), (TUESDAY - HOUR, PARTIAL), (TUESDAY + MINUTE, OK)],
            {OK: 23 * HOUR, PARTIAL: HOUR},
            {PARTIAL: MINUTE, OK: DAY - MINUTE},
        ),
        (
            [(0, OK), (MONDAY + 1, MAJOR), (MONDAY + 2, OK), (MONDAY + 3, MAJOR), (MONDAY + 4, OK)],
            {OK: DAY - 2, MAJOR: 2},
            {OK: DAY},
        ),
    ],
)
def test_each_day_says_how_long_each_status_lasted(
    spans: list[tuple[Instant, Status]], monday: dict[Status, int], tuesday: dict[Status, int]
) -> None:
    assert cut(*spans) == [monday, tuesday]


@pytest.mark.parametrize(
    ("spent", "worst"),
    [
        ({OK: DAY}, OK),
        ({OK: 1, UNKNOWN: DAY - 1}, OK),  # what was not observed says nothing of the rest
        ({UNKNOWN: DAY}, UNKNOWN),
        ({}, UNKNOWN),
        ({OK: DAY - 1, DEGRADED: 1}, DEGRADED),
        ({OK: 1, DEGRADED: 1, PARTIAL: 1}, PARTIAL),
        ({OK: 1, PARTIAL: 1, MAJOR: 1}, MAJOR),
        ({OK: 1, WINDOW: 1}, WINDOW),
        ({WINDOW: 1, DEGRADED: 1}, DEGRADED),
        ({OK: DAY, MAJOR: 0}, OK),
    ],
)
def test_a_day_is_as_bad_as_the_worst_that_was_observed(spent: dict[Status, int], worst: Status) -> None:
    assert Day(MONDAY, TUESDAY, spent).worst is worst


def test_days_need_not_be_equally_long() -> None:
    short, long = days([Span(0, OK)], [MONDAY, MONDAY + 23 * HOUR, MONDAY + 48 * HOUR])
    assert (short.spent, long.spent) == ({OK: 23 * HOUR}, {OK: 25 * HOUR})


@given(st.lists(st.tuples(st.integers(MONDAY - DAY, WEDNESDAY + DAY), st.sampled_from(Status)), max_size=20))
def test_no_millisecond_of_a_day_is_lost_or_counted_twice(spans: list[tuple[Instant, Status]]) -> None:
    for day in cut(*sorted(spans)):
        assert sum(day.values()) == DAY


def test_a_day_that_began_before_anything_was_known_has_what_came_in_it() -> None:
    spans = [Span(60, Status.MAJOR_OUTAGE), Span(150, Status.OPERATIONAL)]
    (day,) = days(spans, [0, 100])
    assert day.spent == {Status.UNKNOWN: 60, Status.MAJOR_OUTAGE: 40}
