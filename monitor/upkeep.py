"""Upkeep: rolls latencies up, packs results of long ago, forgets what was kept for long enough; step by step."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Protocol, TypeAlias

from monitor.core.model import DAY, Duration, Instant
from monitor.core.ports import Clock, StoreRefused

log = logging.getLogger(__name__)

LOOK_EVERY = 30.0  # seconds, at the room that is left
LOOKS = 10  # from one round to the next
STEPS_AT_A_TIME = 20  # of a kind, before the other kinds have their turn

Step: TypeAlias = Callable[[], Awaitable[bool]]


class Steps(Protocol):
    """What is to be done, in commits of some 20 ms at most; all but `expire` and `fits` tell whether more is left.

    Raises:
        StoreRefused: nothing was written.
    """

    async def expire(self, now: Instant, keep: Duration) -> Duration:
        """Let results expire that are older than `keep`, those of an hour at most; ms that they are too many."""
        ...

    async def forget(self, now: Instant, max_size: int | None) -> bool:
        """Delete some results that expired, or the oldest where room is short."""
        ...

    async def shrink(self, max_size: int | None) -> bool:
        """Give some of the room that is free back to the file system."""
        ...

    async def sketch(self) -> bool:
        """Count some results in the sketches of latencies."""
        ...

    async def pack(self, now: Instant) -> bool:
        """Put some results of long ago into less room."""
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
        steps: Steps,
        clock: Clock,
        keep: Duration,
        max_size: int | None,
        *,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._steps = steps
        self._clock = clock
        self._rest = rest
        self.keep = keep
        self.max_size = max_size
        self._refused: set[str] = set()  # kinds of steps
        self._late = False  # whether the results that should have expired are those of more than a day
        self.fits = True  # whether the database was no larger than it may be, the last time

    async def run(self) -> None:
        """Until it is cancelled."""
        for looks in count():
            await (self.look() if looks % LOOKS else self.round())
            await self._rest(LOOK_EVERY)

    async def round(self) -> None:
        """Do what there is to do; what the store refuses has time until the next time."""
        await self._one("expire", self._expire)
        now = self._clock.now
        later = {"sketch": self._steps.sketch, "pack": lambda: self._steps.pack(now())}
        await self._turns({**self._making_room(), **later})

    async def look(self) -> None:
        """Make room, if it is short."""
        await self._turns(self._making_room())

    def _making_room(self) -> Mapping[str, Step]:
        return {
            "forget": lambda: self._steps.forget(self._clock.now(), self.max_size),
            "shrink": lambda: self._steps.shrink(self.max_size),
        }

    async def _turns(self, kinds: Mapping[str, Step]) -> None:
        """Some steps of each kind, again and again until none has more."""
        more = True
        while more:
            left = {kind for kind, step in kinds.items() if await self._some(kind, step)}
            if "forget" not in left:
                await self._one("fits", self._see_whether_it_fits)
            more = bool(left)

    async def _some(self, kind: str, step: Step) -> bool:
        """Resting as long as each step took: half of the time is others'. Whether there may be more."""
        for _ in range(STEPS_AT_A_TIME):
            began = time.monotonic()
            more = await self._one(kind, step)
            await self._rest(time.monotonic() - began)
            if not more:
                return False
        return True

    async def _one(self, kind: str, step: Step) -> bool:
        """Whether more is left that the store does not refuse."""
        try:
            more = await step()
        except StoreRefused as refusal:
            if not self._refused:
                log.error("upkeep of the database is refused, and tried again: %s", refusal)  # noqa: TRY400
            self._refused.add(kind)
            return False
        self._refused.discard(kind)
        return more

    async def _expire(self) -> bool:
        behind = await self._steps.expire(self._clock.now(), self.keep)
        late = behind > DAY
        if late and not self._late:
            log.warning("results of %d days more than keep go by and by: is the clock right?", behind // DAY)
        self._late = late
        return False

    async def _see_whether_it_fits(self) -> bool:
        fits = await self._steps.fits(self.max_size)
        if self.fits and not fits:
            log.error("the database is larger than max_size, and holds nothing that may be forgotten: allow it more")
        self.fits = fits
        return False
