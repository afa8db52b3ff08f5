"""The daemon's clock, on two sources that a test can turn."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from monitor.clock import DaemonClock, Jump
from monitor.core.model import HOUR, SECOND, Duration
from tests.builders import NOON

NANOSECONDS = 1_000_000


class Sources:
    """A wall clock at noon and a steady one that has been counting for an hour."""

    def __init__(self) -> None:
        self.passed: Duration = 0
        self.stepped: Duration = 0

    def wall(self) -> int:
        return (NOON + self.passed + self.stepped) * NANOSECONDS

    def steady(self) -> int:
        return (HOUR + self.passed) * NANOSECONDS


def watch(clock: DaemonClock, sources: Sources, steps: Iterable[Duration]) -> list[Jump]:
    """Check once a second, the wall clock being off by each of `steps` in turn."""
    jumps = []
    for step in steps:
        sources.passed += SECOND
        sources.stepped = step
        if jump := clock.check():
            jumps.append(jump)
    return jumps


def test_the_clock_starts_at_the_wall_clock_and_goes_on_with_the_steady_one() -> None:
    sources = Sources()
    clock = DaemonClock(sources.wall, sources.steady)
    assert clock.now() == NOON
    sources.passed = 8 * HOUR
    assert clock.now() == NOON + 8 * HOUR


def test_a_step_of_the_wall_clock_does_not_show_at_once() -> None:
    sources = Sources()
    clock = DaemonClock(sources.wall, sources.steady)
    sources.stepped = -HOUR
    assert clock.check() is None
    assert clock.now() == NOON


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        ("no step", [0] * 200),
        ("too small, forward", [SECOND] * 200),
        ("too small, back", [-SECOND] * 200),
        ("forward and home again in time", [0, *[HOUR] * 60, *[0] * 100]),
        ("back and home again in time", [0, *[-HOUR] * 60, *[0] * 100]),
        ("again and again, never long enough", [*[HOUR] * 60, 0] * 5),
        ("never twice the same", [HOUR + second * 2 * SECOND for second in range(200)]),
        ("forward, then back", [*[HOUR] * 40, *[-HOUR] * 40, *[0] * 20]),
    ],
)
def test_a_difference_that_is_small_or_does_not_stand_changes_nothing(what: str, steps: list[Duration]) -> None:
    sources = Sources()
    clock = DaemonClock(sources.wall, sources.steady)
    assert watch(clock, sources, steps) == [], what
    assert clock.now() == NOON + len(steps) * SECOND


@pytest.mark.parametrize("step", [HOUR, -HOUR, SECOND + 1, -SECOND - 1])
def test_a_step_that_stands_for_a_minute_sets_the_clock(step: Duration) -> None:
    sources = Sources()
    clock = DaemonClock(sources.wall, sources.steady)
    jumps = watch(clock, sources, [step] * 200)
    seen = NOON + 61 * SECOND  # first seen after one second, believed sixty later
    assert jumps == [Jump(before=seen, after=seen + step)]
    assert clock.now() == NOON + 200 * SECOND + step


def test_a_step_that_wavers_by_less_than_a_second_stands() -> None:
    sources = Sources()
    clock = DaemonClock(sources.wall, sources.steady)
    jumps = watch(clock, sources, [HOUR + (second % 2) * 900 for second in range(61)])
    assert jumps == [Jump(before=NOON + 61 * SECOND, after=NOON + 61 * SECOND + HOUR)]


def test_a_second_step_begins_the_minute_anew() -> None:
    sources = Sources()
    clock = DaemonClock(sources.wall, sources.steady)
    assert watch(clock, sources, [*[HOUR] * 50, *[2 * HOUR] * 60]) == []
    assert watch(clock, sources, [2 * HOUR]) == [
        Jump(before=NOON + 111 * SECOND, after=NOON + 111 * SECOND + 2 * HOUR)
    ]


def test_a_clock_left_to_itself_reads_the_wall_clock() -> None:
    before = time.time_ns() // NANOSECONDS
    now = DaemonClock().now()
    assert before - 1 <= now <= time.time_ns() // NANOSECONDS + 1


def test_a_clock_left_to_itself_never_goes_back() -> None:
    clock = DaemonClock()
    readings = [clock.now() for _ in range(1_000)]
    assert readings == sorted(readings)
