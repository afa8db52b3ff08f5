"""Grid arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import DAY, HOUR, SECOND, Duration, Instant
from monitor.scheduler.grid import next_point, phase
from tests.builders import NOON

instants = st.integers(min_value=0, max_value=2**43)
intervals = st.integers(min_value=1, max_value=7 * DAY)


@pytest.mark.parametrize(
    ("probe", "interval", "expected"),
    [
        ("api/health", 30 * SECOND, 21_672),  # gzip gives it a CRC-32 of 2_756_031_672
        ("auth/token", 30 * SECOND, 26_223),  # and this one 2_553_806_223
        ("api/health", 500, 172),
        ("api/health", 1, 0),
    ],
)
def test_the_phase_is_the_same_in_every_process(probe: str, interval: Duration, expected: Duration) -> None:
    assert phase(probe, interval) == expected


def test_phases_of_many_probes_spread_over_the_interval() -> None:
    seconds = [phase(f"component-{number}/probe", 10 * SECOND) // SECOND for number in range(10_000)]
    assert all(850 < seconds.count(second) < 1_150 for second in range(10))


@pytest.mark.parametrize(
    ("now", "phase", "interval", "expected"),
    [
        (0, 0, 10, 10),
        (9, 0, 10, 10),
        (10, 0, 10, 20),
        (0, 3, 10, 3),
        (3, 3, 10, 13),
        (4, 3, 10, 13),
        (NOON, 0, HOUR, NOON + HOUR),
        (NOON - 1, 0, HOUR, NOON),
        (NOON, 1_499, 1_500, NOON + 1_499),
        (NOON, 0, 1, NOON + 1),
    ],
)
def test_the_next_point_is_the_first_after_now(
    now: Instant, phase: Duration, interval: Duration, expected: Instant
) -> None:
    assert next_point(now, phase, interval) == expected


@given(now=instants, interval=intervals, probe=st.text())
def test_the_next_point_is_on_the_grid_and_at_most_an_interval_away(
    now: Instant, interval: Duration, probe: str
) -> None:
    shift = phase(probe, interval)
    point = next_point(now, shift, interval)
    assert 0 <= shift < interval
    assert now < point <= now + interval
    assert point % interval == shift


@given(now=instants, interval=intervals, share=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_between_two_points_there_is_no_other(now: Instant, interval: Duration, share: float) -> None:
    point = next_point(now, int(share * interval), interval)
    following = next_point(point, int(share * interval), interval)
    assert following == point + interval
