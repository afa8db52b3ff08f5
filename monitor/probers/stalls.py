"""When our own loop stood still while runs were under way: what they saw of a target may be our doing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from monitor.core.model import SECOND, Duration
from monitor.probers.wire.phases import MILLISECOND

EVERY = 50 * MILLISECOND  # how often the loop is looked after
LEAST = 100 * MILLISECOND  # a loop as late as that stood still


def tolerated(timeout: Duration) -> int:
    """The lag, in ns, that leaves a run with this timeout as it is."""
    return max(LEAST, timeout * MILLISECOND // 10)


@dataclass(slots=True, eq=False)
class Standstill:
    """How long, in ns, the loop stood still during one run, which is the time inside; complete at its end."""

    stalls: Stalls
    begun: int = 0  # on the monotonic clock
    longest: int = 0
    total: int = 0

    def __enter__(self) -> Self:
        self.stalls.begin(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.stalls.end(self)

    def note(self, since: int, until: int) -> None:
        lasted = max(0, until - max(since, self.begun))
        self.longest = max(self.longest, lasted)
        self.total += lasted


class Stalls:
    """One timer for all runs of a loop, which ticks only while there are any.

    Args:
        now: monotonic ns.
    """

    def __init__(self, now: Callable[[], int] = time.monotonic_ns) -> None:
        self._now = now
        self._runs: set[Standstill] = set()
        self._due = 0
        self._timer: asyncio.TimerHandle | None = None

    def noted(self) -> Standstill:
        """Of a run that is about to begin."""
        return Standstill(self)

    def begin(self, run: Standstill) -> None:
        run.begun = self._now()
        self._runs.add(run)
        if self._timer is None:
            self._wait()

    def end(self, run: Standstill) -> None:
        self._look()  # the run may have been called before the tick that is overdue
        self._runs.remove(run)
        if not self._runs:
            self._rest()

    def _wait(self) -> None:
        self._due = self._now() + EVERY
        self._timer = asyncio.get_running_loop().call_later(EVERY / MILLISECOND / SECOND, self._tick)

    def _tick(self) -> None:
        self._look()
        self._wait()

    def _look(self) -> None:
        now = self._now()
        if now - self._due > LEAST:
            for run in self._runs:
                run.note(self._due, now)
            self._due = now  # what was noted is not noted again

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
