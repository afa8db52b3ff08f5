"""Latencies in, their distribution out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import PHASES, Phases
from monitor.core.sketch import TIERS, Distribution, Sketch, bucket, middle

MICROSECONDS = st.integers(0, 600_000_000)
VALUES = st.lists(MICROSECONDS, min_size=1, max_size=200)
RUNS = st.lists(st.builds(Phases, *[st.none() | MICROSECONDS] * len(PHASES)), max_size=5)


@given(VALUES, st.integers(1, 100))
def test_a_percentile_is_within_one_percent_and_rounding_of_the_exact_one(values: list[int], percent: int) -> None:
    exact = max(1, sorted(values)[-(-len(values) * percent // 100) - 1])
    found = Distribution.of(values).percentile(percent)
    assert found is not None
    assert abs(found - exact) <= 0.01 * exact + 0.5


@given(VALUES, VALUES)
def test_distributions_that_are_added_are_that_of_all_values(some: list[int], others: list[int]) -> None:
    assert Distribution.of(some) + Distribution.of(others) == Distribution.of(some + others)


@given(VALUES)
def test_a_distribution_is_that_of_the_buckets_of_its_values(values: list[int]) -> None:
    found = Distribution.of(values)
    assert found == Distribution.of_buckets(map(bucket, values), sum(values))
    assert found.size == len(values)
    assert {number for number, count in enumerate(found.digits) if count} == set(map(bucket, values))


def test_of_nothing_there_is_no_percentile() -> None:
    assert Distribution().percentile(50) is None


@pytest.mark.parametrize(("percent", "found"), [(0, 100), (1, 100), (50, 100), (51, 9_000), (100, 9_000)])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(percent: int, found: int) -> None:
    assert Distribution.of([100, 9_000]).percentile(percent) == pytest.approx(found, rel=0.01)


@pytest.mark.parametrize(("value", "number"), [(0, 0), (1, 0), (2, 36), (100, 233), (600_000_000, 1_021)])
def test_buckets_grow_by_two_percent_from_one_microsecond_on(value: int, number: int) -> None:
    assert bucket(value) == number


@given(MICROSECONDS)
def test_the_middle_of_a_bucket_lies_in_it(value: int) -> None:
    assert bucket(middle(bucket(value))) == bucket(value)


@given(RUNS, RUNS)
def test_sketches_that_are_merged_are_that_of_all_runs(some: list[Phases], others: list[Phases]) -> None:
    whole = Sketch.of(some + others)
    assert Sketch.merged([Sketch.of(some), Sketch.of(others)]) == whole
    assert Sketch.of(some) + Sketch.of(others) == whole


def test_nothing_merged_is_the_sketch_of_no_runs() -> None:
    assert Sketch.merged([]) == Sketch.of([]) == Sketch()


def test_a_phase_that_no_run_needed_has_no_distribution_and_no_mean() -> None:
    sketch = Sketch.of([Phases(connect=20, processing=80), Phases(processing=100)])
    assert (sketch.runs, sketch.connect.size, sketch.processing.size, sketch.tls.size) == (2, 1, 2, 0)
    assert sketch.means == Phases(connect=10, processing=90)


def test_means_add_up_to_the_mean_latency() -> None:
    sketch = Sketch.of([Phases(connect=20, processing=80), Phases(processing=100)])
    assert sketch.means.latency == sketch.latency.total / sketch.runs


def test_each_tier_is_made_of_whole_stretches_of_the_one_before() -> None:
    widths = [width for width, _ in TIERS]
    assert all(wider % narrower == 0 for narrower, wider in pairwise(widths))
