from __future__ import annotations

from exporter.charts.latency import Axis, sparkline, stack
from exporter.charts.steps import line
from monitor.core.model import MINUTE, Phases
from monitor.core.sketch import Sketch, Slot
from tests.builders import NOON

AXIS = Axis(NOON, MINUTE, 3)


def slot(minute: int, *runs: Phases) -> Slot:
    return Slot(NOON + minute * MINUTE, Sketch.of(runs))


def timed(minute: int, *latencies: int) -> Slot:
    return slot(minute, *(Phases(processing=latency) for latency in latencies))


def test_a_sparkline_reaches_from_nought_to_the_highest_95th_percentile_with_gaps() -> None:
    drawn = sparkline([timed(0, 100_000, 100_000, 100_000), timed(2, 50_000, 50_000, 200_000)], AXIS)
    assert drawn.medians == line([50, None, 75])
    assert drawn.band.startswith("M0 50V50H10V50H0Z")  # all runs were equally long
    assert drawn.band.endswith("M20 0V0H30V75H20Z")


def test_without_runs_there_is_nothing_to_draw() -> None:
    assert sparkline([], AXIS).medians == ""
    assert stack([], AXIS).areas == {}


def test_phases_stand_on_one_another_and_the_highest_reaches_the_top() -> None:
    drawn = stack([slot(0, Phases(connect=25, processing=75)), slot(1, Phases(connect=50))], AXIS)
    assert drawn.top == 100
    assert drawn.areas == {
        "connect": "M0 75V75H10V50H20V100H10V100H0Z",
        "processing": "M0 0V0H10V50H20V50H10V75H0Z",
    }


def test_a_phase_counts_as_nothing_in_a_run_that_did_not_need_it() -> None:
    drawn = stack([slot(0, Phases(connect=60, processing=40), Phases(processing=40))], AXIS)
    assert drawn.top == 70


def test_a_phase_that_no_run_needed_is_not_shown() -> None:
    assert list(stack([slot(0, Phases(tls=0, processing=9))], AXIS).areas) == ["tls", "processing"]


def test_runs_that_took_no_time_lie_on_the_ground() -> None:
    assert stack([timed(0, 0)], AXIS).areas == {"processing": "M0 100V100H10V100H0Z"}
