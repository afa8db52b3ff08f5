"""Over how long latencies may be asked for, and in which steps."""

from __future__ import annotations

import pytest

from exporter.latency.asking import MOST_SLOTS, LatencyQuery, latency_query
from exporter.problems import Problem
from monitor.core.model import DAY, HOUR, MINUTE, Duration
from monitor.core.sketch import TIERS
from tests.builders import NOON

SHORT = "5m, 10m, 15m, 20m, 30m, 40m, 45m, 1h, 80m, 90m, 2h, 160m, 3h, 4h, 6h, 8h, 12h"
UNREADABLE = "must be a duration such as 30m or 24h, and at most 366d."


def test_by_default_it_is_all_of_a_day_together() -> None:
    assert latency_query({}) == LatencyQuery(window=DAY, step=None, written=None)


@pytest.mark.parametrize(
    ("window", "step", "length"),
    [
        ("90m", "5m", 5 * MINUTE),
        ("48h", "300s", 5 * MINUTE),
        ("2d", "90m", 90 * MINUTE),
        ("30d", "1h", HOUR),
        ("60d", "2h", 2 * HOUR),
        ("60d", "7d", 7 * DAY),
        ("366d", "1d", DAY),
        ("366d", "366d", 366 * DAY),
    ],
)
def test_a_step_is_taken_as_it_is_written(window: str, step: str, length: Duration) -> None:
    found = latency_query({"window": window, "step": step})
    assert (found.step, found.written) == (length, step)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"window": "1w"}, f"window: {UNREADABLE}"),
        ({"window": "367d"}, f"window: {UNREADABLE}"),
        ({"window": "-1h"}, f"window: {UNREADABLE}"),
        ({"window": ""}, f"window: {UNREADABLE}"),
        ({"window": "0h"}, "window: must be longer than nothing."),
        ({"step": "hourly"}, f"step: {UNREADABLE}"),
        ({"step": "0m"}, "step: must be longer than nothing."),
        ({"window": "x", "step": "y"}, f"window: {UNREADABLE} step: {UNREADABLE}"),
        ({"step": "1m"}, f"step: must be one of {SHORT}, or whole days such as 1d, for a window of 1d."),
        ({"step": "25m"}, f"step: must be one of {SHORT}, or whole days such as 1d, for a window of 1d."),
        ({"step": "36h"}, f"step: must be one of {SHORT}, or whole days such as 1d, for a window of 1d."),
        ({"window": "3d", "step": "1d1h"}, f"step: {UNREADABLE}"),
        (
            {"window": "49h", "step": "90m"},
            "step: must be one of 1h, 2h, 3h, 4h, 6h, 8h, 12h, or whole days such as 1d, for a window of 49h.",
        ),
        (
            {"window": "60d", "step": "1h"},
            "step: must be one of 2h, 3h, 4h, 6h, 8h, 12h, or whole days such as 1d, for a window of 60d.",
        ),
        ({"window": "61d", "step": "12h"}, "step: must be whole days, such as 1d, for a window of 61d."),
    ],
)
def test_what_will_not_do_is_refused_with_what_will(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(Problem) as refused:
        latency_query(given)
    assert (refused.value.status, refused.value.detail) == (422, sentence)


@pytest.mark.parametrize(("hours", "taken"), [(MOST_SLOTS - 1, True), (MOST_SLOTS, False)])
def test_slots_are_never_more_than_may_be(hours: int, taken: bool) -> None:
    given = {"window": f"{hours}h", "step": "1h"}
    if taken:
        query = latency_query(given)
        assert all(-(-(until - query.since(until)) // HOUR) <= MOST_SLOTS for until in (NOON, NOON + 1, NOON - 1))
    else:
        with pytest.raises(Problem, match="one of 2h"):
            latency_query(given)


@pytest.mark.parametrize("width", [width for width, lasts in TIERS if lasts is not None])
def test_each_step_is_that_of_stretches_which_are_still_kept(width: Duration) -> None:
    lasts = dict(TIERS)[width]
    assert lasts is not None
    with pytest.raises(Problem):
        latency_query({"window": f"{lasts // HOUR + 1}h", "step": f"{width // MINUTE}m"})


@pytest.mark.parametrize(
    ("query", "since"),
    [
        (LatencyQuery(window=HOUR), NOON + 7 * MINUTE - HOUR),
        (LatencyQuery(window=HOUR, step=5 * MINUTE, written="5m"), NOON + 5 * MINUTE - HOUR),
        (LatencyQuery(window=HOUR, step=DAY, written="1d"), NOON - 12 * HOUR),
    ],
)
def test_a_window_begins_with_a_slot_where_there_are_slots(query: LatencyQuery, since: int) -> None:
    assert query.since(NOON + 7 * MINUTE) == since
