from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import DAY, HOUR, SECOND, Instant, Span, Status
from monitor.core.uptime import uptime

OK, DEGRADED, PARTIAL, MAJOR = Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE
WINDOW, UNKNOWN = Status.MAINTENANCE, Status.UNKNOWN
END: Instant = 100 * DAY
START = END - DAY


def of(*spans: tuple[Instant, Status]) -> tuple[float | None, float | None]:
    measured = uptime([Span(since, status) for since, status in spans], START, END)
    return measured.percent, measured.coverage


@pytest.mark.parametrize(
    ("spans", "percent", "coverage"),
    [
        ([(0, OK)], 100.0, 1.0),
        ([(0, DEGRADED)], 100.0, 1.0),
        ([(0, MAJOR)], 0.0, 1.0),
        ([(0, PARTIAL)], 70.0, 1.0),
        ([], None, 0.0),
        ([(0, UNKNOWN)], None, 0.0),
        ([(0, WINDOW)], None, None),
        ([(0, OK), (END - 6 * HOUR, MAJOR)], 75.0, 1.0),
        ([(0, OK), (END - SECOND, MAJOR)], 99.99, 1.0),  # one second of outage never reads 100
        ([(0, OK), (END - 1, PARTIAL)], 99.99, 1.0),
        ([(0, MAJOR), (START, OK)], 100.0, 1.0),  # what lies before the window does not count
        ([(START + 12 * HOUR, OK)], 100.0, 0.5),  # what is not recorded was not observed
        ([(0, OK), (END - 12 * HOUR, WINDOW), (END - 6 * HOUR, MAJOR)], 66.66, 1.0),
        ([(0, OK), (END - 12 * HOUR, WINDOW), (END - 6 * HOUR, UNKNOWN)], 100.0, 2 / 3),
        ([(END + HOUR, OK)], None, 0.0),
    ],
)
def test_uptime_is_what_was_not_lost_of_what_was_observed(
    spans: list[tuple[Instant, Status]], percent: float | None, coverage: float | None
) -> None:
    assert of(*spans) == (percent, pytest.approx(coverage) if coverage is not None else None)


@given(st.lists(st.tuples(st.integers(START - DAY, END + DAY), st.sampled_from(Status)), max_size=20))
def test_uptime_lies_between_0_and_100_and_reads_100_only_when_nothing_was_lost(
    spans: list[tuple[Instant, Status]],
) -> None:
    measured = uptime([Span(since, status) for since, status in sorted(spans)], START, END)
    assert sum(measured.spent.values()) == DAY
    if measured.percent is not None:
        assert 0 <= measured.percent <= 100
        assert (measured.percent == 100) == (measured.lost == 0)
