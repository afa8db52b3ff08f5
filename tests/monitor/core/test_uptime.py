from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import DAY, HOUR, SECOND, AmendmentKind, Instant, Span, Status
from monitor.core.uptime import WINDOWS, as_amended, uptime
from tests.builders import amendment

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


# ── as amended ───────────────────────────────────────────────────────────────────────────────────────

FALSE_ALARM, EXCLUDED, RECORDED = AmendmentKind.FALSE_ALARM, AmendmentKind.EXCLUDED, AmendmentKind.RECORDED


def amended(
    recorded: list[tuple[Instant, Status]], *amendments: tuple[Instant, Instant, AmendmentKind]
) -> list[tuple[Instant, Status]]:
    """The stretches up to 100, those of one status in one."""
    spans = [Span(since, status) for since, status in recorded]
    made = [amendment(since=since, until=until, kind=kind) for since, until, kind in amendments]
    stretches = [
        (status, list(alike)) for status, alike in groupby(as_amended(spans, made, 100), lambda it: it.status)
    ]
    return [(alike[0].since, status) for status, alike in stretches]


@pytest.mark.parametrize(
    ("recorded", "amendments", "expected"),
    [
        ([(0, MAJOR)], [], [(0, MAJOR)]),
        ([(0, MAJOR)], [(20, 40, FALSE_ALARM)], [(0, MAJOR), (20, OK), (40, MAJOR)]),
        ([(0, DEGRADED)], [(0, 100, FALSE_ALARM)], [(0, OK)]),
        ([(0, UNKNOWN), (50, WINDOW)], [(0, 100, FALSE_ALARM)], [(0, UNKNOWN), (50, WINDOW)]),
        ([(0, OK), (50, MAJOR)], [(40, 60, EXCLUDED)], [(0, OK), (40, WINDOW), (60, MAJOR)]),
        # the last holds
        ([(0, MAJOR)], [(0, 60, FALSE_ALARM), (40, 80, EXCLUDED)], [(0, OK), (40, WINDOW), (80, MAJOR)]),
        ([(0, MAJOR)], [(40, 80, EXCLUDED), (0, 60, FALSE_ALARM)], [(0, OK), (60, WINDOW), (80, MAJOR)]),
        ([(0, MAJOR)], [(0, 80, FALSE_ALARM), (20, 40, RECORDED)], [(0, OK), (20, MAJOR), (40, OK), (80, MAJOR)]),
        ([(0, MAJOR)], [(0, 80, FALSE_ALARM), (0, 80, RECORDED)], [(0, MAJOR)]),
        ([(0, MAJOR)], [(0, 80, RECORDED), (0, 80, FALSE_ALARM)], [(0, OK), (80, MAJOR)]),
        # touching
        ([(0, MAJOR)], [(20, 40, FALSE_ALARM), (40, 60, FALSE_ALARM)], [(0, MAJOR), (20, OK), (60, MAJOR)]),
        ([(0, OK), (20, MAJOR), (40, OK)], [(20, 40, FALSE_ALARM)], [(0, OK)]),
        (
            [(0, OK), (20, MAJOR), (40, OK)],
            [(0, 20, FALSE_ALARM), (40, 50, FALSE_ALARM)],
            [(0, OK), (20, MAJOR), (40, OK)],
        ),
        # over the edges of what is recorded, and outside of it
        ([(20, MAJOR)], [(0, 40, FALSE_ALARM)], [(20, OK), (40, MAJOR)]),
        ([(0, MAJOR)], [(80, 200, FALSE_ALARM)], [(0, MAJOR), (80, OK)]),
        ([(20, MAJOR)], [(0, 20, FALSE_ALARM), (100, 200, EXCLUDED)], [(20, MAJOR)]),
        ([], [(0, 100, EXCLUDED)], []),
    ],
)
def test_spans_are_as_the_last_amendment_says(
    recorded: list[tuple[Instant, Status]],
    amendments: list[tuple[Instant, Instant, AmendmentKind]],
    expected: list[tuple[Instant, Status]],
) -> None:
    assert amended(recorded, *amendments) == expected


@pytest.mark.parametrize(("kind", "percent"), [(FALSE_ALARM, 100.0), (EXCLUDED, 100.0), (RECORDED, 75.0)])
def test_uptime_is_that_of_the_amended_spans(kind: AmendmentKind, percent: float) -> None:
    spans = [Span(START, OK), Span(END - 6 * HOUR, MAJOR)]
    said = amendment(since=END - 6 * HOUR, until=END, kind=kind)
    assert uptime(as_amended(spans, [said], END), START, END).percent == percent


def test_windows_are_a_day_seven_and_thirty() -> None:
    assert WINDOWS == {"day": 86_400_000, "week": 604_800_000, "month": 2_592_000_000}


@pytest.mark.parametrize(
    ("spans", "ratio"),
    [
        ([], None),
        ([(0, OK)], 1.0),
        ([(0, MAJOR)], 0.0),
        ([(0, OK), (END - 6 * HOUR, PARTIAL)], 0.925),
        ([(0, WINDOW)], None),
    ],
)
def test_the_ratio_is_not_rounded_and_there_is_none_where_nothing_was_observed(
    spans: list[tuple[Instant, Status]], ratio: float | None
) -> None:
    found = uptime([Span(since, status) for since, status in spans], START, END).ratio
    assert found == (None if ratio is None else pytest.approx(ratio))


def test_time_in_no_length_is_spent_nowhere() -> None:
    assert uptime([Span(0, OK), Span(START, OK), Span(END, MAJOR)], START, END).spent == {OK: DAY}
    assert uptime([Span(START, OK)], START, END).spent == {OK: DAY}
    assert uptime([Span(END + 5, OK)], START, END).spent == {UNKNOWN: DAY}
