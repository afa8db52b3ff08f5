"""Uptime over the three windows, and the response time."""

from __future__ import annotations

import pytest

from exporter.figures import measure
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, AmendmentKind, Instant, Span, Status
from tests.builders import NOON, amendment
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
    ("kind", "percent", "coverage"),
    [(AmendmentKind.FALSE_ALARM, 100.0, 1.0), (AmendmentKind.EXCLUDED, 100.0, 1.0), (None, 50.0, 1.0)],
)
async def test_uptimes_follow_what_people_say_of_the_ledger(
    kind: AmendmentKind | None, percent: float, coverage: float
) -> None:
    history = FakeHistory(
        ledgers={"api": [Span(NOON - 30 * DAY, Status.OPERATIONAL), Span(NOON - 12 * HOUR, Status.MAJOR_OUTAGE)]},
        amended=[amendment(since=NOON - 12 * HOUR, until=NOON, kind=kind)] if kind else [],
    )
    day = (await measure(history, "api", NOON)).uptimes["day"]
    assert (day.percent, day.coverage) == (percent, coverage)


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
