"""Starts outside the grid, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

RATE = 200  # starts a second, at most


class Pace:
    """A queue of probes whose run is owed at once. Times are of the loop, in seconds.

    Args:
        start: is told the probe and when its run was due.
    """

    def __init__(self, start: Callable[[str, float], None]) -> None:
        self._start = start
        self._waiting: dict[str, float] = {}
        self._free_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, probe: str, due: float | None = None) -> None:
        """Start a probe as soon as its turn comes; without `due` it is not late before that turn."""
        now = asyncio.get_running_loop().time()
        self._waiting.setdefault(probe, now + len(self._waiting) / RATE if due is None else due)
        if self._timer is None:
            self._wait(now)

    def drop(self, probe: str) -> None:
        self._waiting.pop(probe, None)

    def _wait(self, now: float) -> None:
        self._timer = asyncio.get_running_loop().call_at(max(now, self._free_at), self._next)

    def _next(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        now = asyncio.get_running_loop().time()
        self._free_at = now + 1 / RATE
        probe = next(iter(self._waiting))
        self._start(probe, self._waiting.pop(probe))
        self._wait(now)
