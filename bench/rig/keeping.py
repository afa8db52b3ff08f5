"""A database's upkeep as the daemon does it, without rests, and how long its steps hold the storage's thread."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence

from monitor.core.model import DAY, SECOND, Duration, Instant
from monitor.upkeep import Upkeep
from storage import Store

KEEP: Duration = 400 * DAY


async def kept_up(store: Store, now: Instant, keep: Duration = KEEP) -> Mapping[str, Sequence[float]]:
    """Take all steps until nothing is left to do at that instant.

    Returns:
        The ms that each step of a kind took.
    """
    steps = Steps(store)
    await Upkeep(steps, Stopped(now), keep, None, rest=_no_rest).round()
    return steps.spent


class Stopped:
    """A clock that always says the same."""

    def __init__(self, at: Instant) -> None:
        self._at = at

    def now(self) -> Instant:
        return self._at


class Steps:
    """Those of a store, with the time that they take."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.spent: defaultdict[str, list[float]] = defaultdict(list)  # ms

    async def sketch(self) -> bool:
        return await self._timed("sketch", self._store.sketch())

    async def pack(self, now: Instant) -> bool:
        return await self._timed("pack", self._store.pack(now))

    async def expire(self, now: Instant, keep: Duration) -> Duration:
        return await self._store.expire(now, keep)

    async def forget(self, now: Instant, max_size: int | None) -> bool:
        return await self._timed("forget", self._store.forget(now, max_size))

    async def shrink(self, max_size: int | None) -> bool:
        return await self._timed("shrink", self._store.shrink(max_size))

    async def fits(self, max_size: int | None) -> bool:
        return await self._timed("fits", self._store.fits(max_size))

    async def _timed(self, name: str, step: Awaitable[bool]) -> bool:
        began = time.perf_counter()
        more = await step
        self.spent[name].append((time.perf_counter() - began) * SECOND)
        return more


async def _no_rest(_: float) -> None:
    pass
