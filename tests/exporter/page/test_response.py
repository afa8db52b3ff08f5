"""The response time of a component as the pages show it."""

from __future__ import annotations

from exporter.page.record import SLOT, recorded
from exporter.page.response import LEAST_DRAWN, ResponseView, response_view
from tests.builders import NOON
from tests.exporter.fakes import FakeHistory


async def shown(latencies: list[int]) -> ResponseView | None:
    """Of runs that began one in each slot."""
    runs = [(NOON - number * SLOT, latency) for number, latency in enumerate(latencies, 1)]
    record = await recorded(FakeHistory(runs={"api": runs}), "api", NOON, "UTC")
    return await response_view(50_000, record)


async def test_median_and_95th_percentile_are_of_all_runs_of_the_day() -> None:
    view = await shown([10_000_000, *[300_000] * 3, *[100_000] * 16])
    assert view is not None
    assert (view.now, view.median, view.p95) == ("50 ms", "100 ms", "298 ms")
    assert view.alternative == "Response time over the last 24 hours: median 100 ms, 95th percentile 298 ms."


async def test_a_course_is_drawn_where_there_is_enough_to_see_one() -> None:
    few, enough = await shown([100_000] * (LEAST_DRAWN - 1)), await shown([100_000] * LEAST_DRAWN)
    assert few is not None
    assert enough is not None
    assert (few.sparkline is None, enough.sparkline is None) == (True, False)


async def test_where_nothing_was_timed_there_is_no_response_time() -> None:
    assert await shown([]) is None
