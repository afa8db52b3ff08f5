"""The ticker: tells the machine the time once a second, and that time was lost when it was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from monitor.clock import DaemonClock
from monitor.core.model import MINUTE, SECOND, Duration, Observation, Started, Tick

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds
MISSED: Duration = MINUTE  # without a tick for longer than this, we did not watch


class Ticker:
    """Ticks once a second.

    Args:
        offer: takes the observation that each tick makes.
        lag: is told how many seconds late the loop came back for each tick.
        errands: done at each tick; they must not wait.
    """

    def __init__(
        self,
        clock: DaemonClock,
        offer: Callable[[Observation], None],
        *,
        lag: Callable[[float], None],
        errands: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._clock = clock
        self._offer = offer
        self._lag = lag
        self._errands = errands
        self._before = clock.now()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY
            await asyncio.sleep(EVERY)
            self._lag(max(loop.time() - due, 0.0))
            self.tick()

    def tick(self) -> None:
        jump = self._clock.check()
        now = self._clock.now() if jump is None else jump.after
        until = now if jump is None else jump.before  # the same moment, by the clock as it was
        missed = until - self._before > MISSED
        if missed:
            log.warning("nothing ran for %d s: that time is unknown", (until - self._before) // SECOND)
        if jump is not None:
            log.warning("the wall clock was set by %+d s; ours follows", (jump.after - jump.before) // SECOND)
        if missed or jump is not None:
            self._offer(Started(now, self._before if missed else until))
        else:
            self._offer(Tick(now))
        self._before = now
        for errand in self._errands:
            errand()
