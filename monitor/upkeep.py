"""Upkeep: rolls latencies up, packs results of long ago, forgets what was kept for long enough; step by step."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from monitor.core.model import Duration, Instant
from monitor.core.ports import Clock, StoreRefused

log = logging.getLogger(__name__)

EVERY = 300.0  # seconds


class Storage(Protocol):
    """Whose steps are done. Each is one commit of some 20 ms, and tells whether more are left.

    Raises:
        StoreRefused: nothing was written.
    """

    async def sketch(self) -> bool:
        """Count some results in the sketches of latencies."""
        ...

    async def pack(self, now: Instant) -> bool:
        """Put some results of long ago into less room."""
        ...

    async def forget(self, now: Instant, keep: Duration, max_size: int | None) -> bool:
        """Delete some results older than `keep`, or the oldest where room is short."""
        ...

    async def shrink(self, max_size: int | None) -> bool:
        """Give some of the room that is free back to the file system."""
        ...

    async def fits(self, max_size: int | None) -> bool:
        """Whether it is no larger than it may be."""
        ...


class Upkeep:
    """What is done every few minutes, with rests in between in which others are served.

    Args:
        keep: how long results are kept, and `max_size` how many bytes database and log may take; a reload sets both.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        keep: Duration,
        max_size: int | None,
        *,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._rest = rest
        self.keep = keep
        self.max_size = max_size
        self._refused = False
        self.fits = True  # whether the database was no larger than it may be, the last time

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.round()
            await self._rest(EVERY)

    async def round(self) -> None:
        """Do what there is to do; what the store refuses has time until the next time."""
        try:
            await self._all()
        except StoreRefused as refusal:
            if not self._refused:
                log.error("results of long ago are neither packed nor forgotten: %s", refusal)  # noqa: TRY400
            self._refused = True
        else:
            self._refused = False

    async def _all(self) -> None:
        await self._each(self._storage.sketch)
        await self._each(lambda: self._storage.pack(self._clock.now()))
        await self._each(lambda: self._storage.forget(self._clock.now(), self.keep, self.max_size))
        await self._each(lambda: self._storage.shrink(self.max_size))
        fits = await self._storage.fits(self.max_size)
        if self.fits and not fits:
            log.error("the database is larger than max_size, and holds nothing that may be forgotten: allow it more")
        self.fits = fits

    async def _each(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Step by step until nothing is left, resting as long as each step took: half of the time is others'."""
        more = True
        while more:
            began = time.monotonic()
            more = await step()
            await self._rest(time.monotonic() - began)
