from __future__ import annotations

import os
from itertools import accumulate

import pytest

from tests.torture.gauges import HOUR, OwnLag, Reading, read, trend_of_memory

MINUTE = 60.0


def readings(*resident: float) -> list[Reading]:
    """One a second."""
    return [Reading(at=float(nth), resident=each, descriptors=9, threads=3) for nth, each in enumerate(resident)]


def test_memory_that_grows_evenly_has_its_slope_and_no_error() -> None:
    trend = trend_of_memory(readings(*(100 + 4 * second / HOUR for second in range(600))), MINUTE)
    assert trend.slope == pytest.approx(4)
    assert trend.error == pytest.approx(0, abs=1e-6)


def test_memory_that_goes_up_and_down_within_a_bin_has_no_slope() -> None:
    trend = trend_of_memory(readings(*[100, 110] * 300), MINUTE)
    assert trend.slope == pytest.approx(0)
    assert trend.error == pytest.approx(0)


def test_the_error_grows_with_what_the_line_does_not_explain() -> None:
    steps = [0.0] * 60 + [1.0] * 60 + [0.0] * 60 + [1.0] * 60
    errors = [trend_of_memory(readings(*(100 + size * each for each in steps)), MINUTE).error for size in (1, 2)]
    assert errors[1] == pytest.approx(2 * errors[0])
    assert errors[0] > 0


def test_a_slope_is_told_with_its_error() -> None:
    assert str(trend_of_memory(readings(*accumulate([0.001] * 600)), MINUTE)) == "+3.60 ± 0.00"


def test_we_ourselves_have_memory_descriptors_a_thread_and_a_core() -> None:
    ours = read(os.getpid())
    assert ours.resident > 1
    assert ours.descriptors > 0
    assert ours.threads > 0
    assert ours.ran > 0


def test_a_pipe_that_is_opened_shows_as_two_descriptors() -> None:
    before = read(os.getpid()).descriptors
    ends = os.pipe()
    after = read(os.getpid()).descriptors
    for end in ends:
        os.close(end)
    assert after == before + 2


@pytest.mark.parametrize(
    ("wrong", "lag", "sentences"),
    [(0, 0.0, 0), (1, 0.0, 1), (1, 0.2, 1), (1, 0.21, 0)],
    ids=["none was blamed", "we were in time", "we were late by half", "we were too late to tell"],
)
def test_a_wrong_verdict_is_held_against_the_daemon_unless_our_target_was_late(
    wrong: int, lag: float, sentences: int
) -> None:
    own = OwnLag()
    own.most = lag
    assert len(own.unexcused(wrong, timeout=0.4)) == sentences
