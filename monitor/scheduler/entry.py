"""One probe in the schedule."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from monitor.core.model import Duration, Instant
from monitor.scheduler.grid import next_point, phase


@dataclass(slots=True, eq=False)
class Entry:
    """Where a probe's grid stands. `armed` waits for `due`, `recheck` for the recheck that was asked for."""

    probe: str
    interval: Duration
    phase: Duration
    due: Instant
    armed: asyncio.TimerHandle | None = None
    recheck: asyncio.TimerHandle | None = None

    @classmethod
    def on_grid(cls, probe: str, interval: Duration, now: Instant) -> Entry:
        shift = phase(probe, interval)
        return cls(probe, interval, shift, due=next_point(now, shift, interval))

    def is_left_behind(self, now: Instant, jumped: Duration) -> bool:
        """Whether its point was jumped over, or the next one is so much later that it would not run for too long."""
        wait = next_point(now, self.phase, self.interval) - now
        return self.due <= now or wait - (self.due - (now - jumped)) > self.interval // 2

    def move_on(self, now: Instant) -> None:
        """Let go of the point that is due, and turn to the first one after `now`."""
        self.disarm()
        self.due = next_point(now, self.phase, self.interval)

    def disarm(self) -> None:
        if self.armed is not None:
            self.armed.cancel()
            self.armed = None

    def drop_recheck(self) -> None:
        if self.recheck is not None:
            self.recheck.cancel()
            self.recheck = None
