"""The one place that asks for the time of day."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from monitor.core.model import Instant

NANOSECONDS = 1_000_000  # in a millisecond
TOLERANCE = 1_000 * NANOSECONDS  # how far the wall clock may be off and be left alone
STANDS_AFTER = 60_000 * NANOSECONDS  # how long a difference has to stand until it is believed


def steady_ns() -> int:
    """Nanoseconds that never step; the time of a suspend counts where the platform can tell."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


@dataclass(frozen=True, slots=True)
class Jump:
    """The daemon's clock was set: it stood at `before`, and at the same moment at `after`."""

    before: Instant
    after: Instant


@dataclass(frozen=True, slots=True)
class _Doubt:
    """The wall clock was first seen this far off at this time, both in nanoseconds."""

    apart: int
    since: int


class DaemonClock:
    """An anchor plus monotonic time: a wall clock that steps moves it only once the step has stood for 60 s.

    Args:
        wall: nanoseconds since 1970, may step.
        steady: nanoseconds since whenever, never steps.
    """

    def __init__(self, wall: Callable[[], int] = time.time_ns, steady: Callable[[], int] = steady_ns) -> None:
        self._wall = wall
        self._steady = steady
        self._anchor = wall() - steady()
        self._doubt: _Doubt | None = None

    def now(self) -> Instant:
        return (self._anchor + self._steady()) // NANOSECONDS

    def check(self) -> Jump | None:
        """Compare with the wall clock, about once a second. Returns the jump if the clock was set by it."""
        steady = self._steady()
        apart = self._wall() - (self._anchor + steady)
        if abs(apart) <= TOLERANCE:
            self._doubt = None
        elif self._doubt is None or abs(apart - self._doubt.apart) > TOLERANCE:
            self._doubt = _Doubt(apart, since=steady)
        elif steady - self._doubt.since >= STANDS_AFTER:
            return self._set(self._anchor + steady, apart)
        return None

    def _set(self, now: int, apart: int) -> Jump:
        self._anchor += apart
        self._doubt = None
        return Jump(before=now // NANOSECONDS, after=(now + apart) // NANOSECONDS)
