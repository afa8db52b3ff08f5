from __future__ import annotations

from monitor.clock import DaemonClock
from monitor.core.model import HOUR, SECOND, Observation, Started, Tick
from monitor.ticker import Ticker
from tests.builders import NOON

NANOSECONDS = 1_000_000  # in a millisecond


class Time:
    """A wall clock and a steady one, in ms, both set by hand."""

    def __init__(self) -> None:
        self.wall, self.steady = NOON, 0
        self.clock = DaemonClock(lambda: self.wall * NANOSECONDS, lambda: self.steady * NANOSECONDS)
        self.offered: list[Observation] = []
        self.errands = 0
        self.ticker = Ticker(self.clock, self.offered.append, lag=lambda seconds: None, errands=(self.run_errand,))

    def run_errand(self) -> None:
        self.errands += 1

    def beat_after(self, duration: int) -> None:
        self.wall += duration
        self.steady += duration
        self.ticker.tick()


def test_a_beat_offers_a_tick_with_the_time_of_the_daemon() -> None:
    time = Time()
    time.beat_after(SECOND)
    assert time.offered == [Tick(NOON + SECOND)]


def test_a_beat_that_comes_a_minute_late_is_a_start() -> None:
    time = Time()
    time.beat_after(SECOND)
    time.beat_after(HOUR)
    assert time.offered[-1] == Started(NOON + SECOND + HOUR, last_alive=NOON + SECOND)


def test_a_step_of_the_wall_clock_that_stands_for_a_minute_is_a_start() -> None:
    time = Time()
    time.wall += HOUR
    for _ in range(62):
        time.beat_after(SECOND)
    starts = [observation for observation in time.offered if isinstance(observation, Started)]
    assert starts == [Started(NOON + 61 * SECOND + HOUR, last_alive=NOON + 61 * SECOND)]


def test_a_suspend_after_which_the_clock_is_set_is_not_taken_for_watched() -> None:
    time = Time()
    time.wall += HOUR
    time.beat_after(SECOND)
    time.beat_after(8 * HOUR)
    assert time.offered[-1] == Started(NOON + SECOND + 9 * HOUR, last_alive=NOON + SECOND)


def test_errands_are_run_at_each_beat() -> None:
    time = Time()
    time.beat_after(SECOND)
    time.beat_after(SECOND)
    assert time.errands == 2
