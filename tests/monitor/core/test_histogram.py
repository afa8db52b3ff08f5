from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.histogram import Histogram

VALUES = st.lists(st.integers(1, 600_000_000), min_size=1, max_size=200)


@given(VALUES, st.integers(1, 100))
def test_a_percentile_is_within_one_percent_of_the_exact_one(values: list[int], percent: int) -> None:
    exact = sorted(values)[-(-len(values) * percent // 100) - 1]
    assert Histogram(values).percentile(percent) == pytest.approx(exact, rel=0.01)


@given(VALUES, VALUES)
def test_merged_histograms_are_that_of_all_values(some: list[int], others: list[int]) -> None:
    merged = Histogram(some)
    merged.merge(Histogram(others))
    assert merged.counts == Histogram(some + others).counts


def test_of_nothing_there_is_no_percentile() -> None:
    assert Histogram().percentile(50) is None


def test_what_takes_no_time_counts_as_what_takes_hardly_any() -> None:
    assert Histogram([0, 0, 0]).percentile(95) == pytest.approx(1, rel=0.01)


def test_latencies_of_up_to_ten_minutes_share_a_thousand_and_some_buckets() -> None:
    assert max(Histogram([1, 600_000_000]).counts) < 1_024
