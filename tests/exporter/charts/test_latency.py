from __future__ import annotations

import pytest

from exporter.charts.latency import Axis, percentile, phases_of, sparkline, stack
from exporter.charts.steps import line
from monitor.core.model import MINUTE, Phases
from monitor.core.trend import Slot
from tests.builders import NOON

AXIS = Axis(NOON, MINUTE, 3)


def slot(minute: int, *latencies: int, phases: Phases | None = None) -> Slot:
    return Slot(NOON + minute * MINUTE, latencies, phases or Phases(processing=latencies[0]))


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7], 50, 7),
        ([7], 95, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        (range(1, 101), 95, 95),
        (range(1, 21), 95, 19),
    ],
)
def test_a_percentile_is_a_value_that_so_many_percent_do_not_exceed(
    values: list[int], percent: int, expected: int
) -> None:
    assert percentile(values, percent) == expected


def test_a_sparkline_reaches_from_nought_to_the_highest_95th_percentile_with_gaps() -> None:
    drawn = sparkline([slot(0, 100, 100, 100), slot(2, 50, 50, 200)], AXIS)
    assert drawn.medians == line([50, None, 75])
    assert drawn.band.startswith("M0 50V50H10V50H0Z")  # all runs were equally long
    assert drawn.band.endswith("M20 0V0H30V75H20Z")


def test_without_runs_there_is_nothing_to_draw() -> None:
    assert sparkline([], AXIS).medians == ""
    assert stack([], AXIS).areas == {}


def test_phases_stand_on_one_another_and_the_highest_reaches_the_top() -> None:
    slots = [slot(0, 100, phases=Phases(connect=25, processing=75)), slot(1, 50, phases=Phases(connect=50))]
    drawn = stack(slots, AXIS)
    assert drawn.top == 100
    assert drawn.areas == {
        "connect": "M0 75V75H10V50H20V100H10V100H0Z",
        "processing": "M0 0V0H10V50H20V50H10V75H0Z",
    }


def test_a_phase_that_no_run_needed_is_not_shown() -> None:
    assert phases_of([slot(0, 9, phases=Phases(tls=0, processing=9))]) == ["tls", "processing"]


def test_runs_that_took_no_time_lie_on_the_ground() -> None:
    assert sparkline([slot(0, 0)], AXIS).medians == line([100, None, None])
