"""A loop whose time jumps to the next timer, and a world around it: hours of schedule in milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from typing import NamedTuple

from monitor.clock import DaemonClock
from monitor.core.model import SECOND, Duration, Instant
from monitor.scheduler import Scheduler
from monitor.scheduler.grid import phase
from tests.builders import NOON

MILLISECOND_NS = 1_000_000


def points(probe: str, interval: Duration, since: Instant, until: Instant) -> list[Instant]:
    """Every grid point of a probe in since < t ≤ until."""
    ahead = (phase(probe, interval) - since - 1) % interval
    return list(range(since + 1 + ahead, until + 1, interval))


class JumpingSelector(selectors.DefaultSelector):
    """Passes the time it is told to wait, instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing left to wait for")
        self.passed += max(timeout, 0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.selector = JumpingSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.passed

    def block(self, seconds: float) -> None:
        """Let time pass while nothing else can happen."""
        self.selector.passed += seconds


class Start(NamedTuple):
    """A run began: on the daemon's clock, and so long after the loop began."""

    probe: str
    at: Instant
    after: Duration


class World:
    """Noon when the loop begins, on every clock, and a scheduler whose runs are written down.

    A run goes on for as long as `lasts` says. `faults` holds what the loop had to complain about.
    """

    def __init__(self, loop: VirtualLoop, noon: Instant = NOON) -> None:
        self.loop = loop
        self.noon = noon
        self.faults: list[str] = []
        loop.set_exception_handler(lambda _, context: self.faults.append(context["message"]))
        self.wall_ahead: Duration = 0
        self.asleep: Duration = 0
        self.clock = DaemonClock(wall=self._wall, steady=self._steady)
        self.starts: list[Start] = []
        self.ended: list[str] = []
        self.going: list[str] = []
        self.lateness: list[float] = []
        self.lasts: dict[str, Duration] = {}
        self.scheduler = Scheduler(self.run, self.clock, late=self.lateness.append)

    async def run(self, probe: str) -> None:
        self.starts.append(Start(probe, self.clock.now(), round(self.loop.time() * SECOND)))
        self.going.append(probe)
        try:
            await self.passes(self.lasts.get(probe, 0))
            self.ended.append(probe)
        finally:
            self.going.remove(probe)

    async def passes(self, duration: Duration) -> None:
        """Return when the loop's time has moved on by so much."""
        if duration:
            passed = asyncio.Event()
            self.loop.call_later(duration / SECOND, passed.set)
            await passed.wait()

    async def watched(self, duration: Duration) -> None:
        """Let time pass with both clocks checked each second, as the daemon does."""
        for _ in range(duration // SECOND):
            await self.passes(SECOND)
            self.clock.check()
            self.scheduler.follow_clock()

    def begin(self, plan: Mapping[str, Duration], *, fresh: bool = True) -> None:
        """Start with these probes; fresh ones have a result of just now."""
        self.scheduler.start()
        self.scheduler.replace(plan, dict.fromkeys(plan, self.clock.now()) if fresh else {})

    def instants(self, probe: str) -> list[Instant]:
        return [start.at for start in self.starts if start.probe == probe]

    def _steady(self) -> int:
        return round(self.loop.time() * SECOND + self.asleep) * MILLISECOND_NS

    def _wall(self) -> int:
        return self._steady() + (self.noon + self.wall_ahead) * MILLISECOND_NS
