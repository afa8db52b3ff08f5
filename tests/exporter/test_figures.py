"""Uptime over the three windows, and the response time."""

from __future__ import annotations

import pytest

from exporter.figures import measure
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Instant, Span, Status
from tests.builders import NOON
from tests.exporter.fakes import FakeHistory

JUST_NOW = NOON - SECOND
EARLIER = NOON - HOUR
YESTERDAY = NOON - DAY - SECOND


async def test_each_window_is_measured_over_its_own_stretch_of_one_ledger() -> None:
    history = FakeHistory(
        ledgers={"api": [Span(NOON - 30 * DAY, Status.MAJOR_OUTAGE), Span(NOON - 3 * DAY, Status.OPERATIONAL)]}
    )
    uptimes = (await measure(history, "api", NOON)).uptimes
    assert {name: uptime.percent for name, uptime in uptimes.items()} == {"day": 100.0, "week": 42.85, "month": 10.0}
    assert history.asked.count("spans api") == 1


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], None),
        ([(JUST_NOW, 3), (JUST_NOW, 100), (JUST_NOW, 5), (EARLIER, 9_000)], 5),
        ([(JUST_NOW, 3), (EARLIER, 50), (EARLIER, 40), (EARLIER, 9_000)], 40),
        ([(EARLIER, 40), (YESTERDAY, 9_000)], 40),
        ([(EARLIER, 40), (EARLIER, 60)], 50),
        ([(YESTERDAY, 9_000)], None),
        ([(NOON - 5 * MINUTE, 7), (NOON - 5 * MINUTE, 7), (NOON - 5 * MINUTE, 7), (EARLIER, 1)], 7),
    ],
    ids=[
        "no runs",
        "three of the last five minutes",
        "fewer: the last three of the day",
        "only one within the day",
        "only two within the day",
        "none within the day",
        "five minutes ago still counts",
    ],
)
async def test_response_time_is_the_median_of_recent_runs(
    runs: list[tuple[Instant, int]], expected: int | None
) -> None:
    figures = await measure(FakeHistory(runs={"api": runs}), "api", NOON)
    assert figures.response_time == expected
