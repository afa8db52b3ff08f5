"""References: what should always answer, asked when it may be our own network that does not work."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

log = logging.getLogger(__name__)

KEPT = 5.0  # seconds for which an answer holds


class Reference(NamedTuple):
    """An address that something listens on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp://[{self.host}]:{self.port}" if ":" in self.host else f"tcp://{self.host}:{self.port}"


class References:
    """Made on the running loop.

    One that has not answered since it was named is ignored: it would make every outage look like ours.

    Args:
        ask: whether a reference answers just now.
        now: monotonic seconds.
    """

    def __init__(
        self, ask: Callable[[Reference], Awaitable[bool]], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._now = now
        self._named: tuple[Reference, ...] = ()
        self._proven: set[Reference] = set()
        self._asking: asyncio.Task[bool] | None = None
        self._asked_at = 0.0

    async def use(self, named: Sequence[Reference]) -> None:
        """Ask these from now on, for the first time right now."""
        new = [reference for reference in named if reference not in self._named]
        self._named = tuple(named)
        self._proven &= set(named)
        await self._look(new)
        for reference in new:
            if reference not in self._proven:
                log.warning("reference %s does not answer; it is ignored until it does", reference)

    async def silent(self) -> bool:
        """Whether none of those that answered before answers now; False where there is none."""
        if self._asking is None or (self._asking.done() and self._now() - self._asked_at >= KEPT):
            self._asked_at = self._now()
            self._asking = asyncio.create_task(self._all_silent())
        return await asyncio.shield(self._asking)  # others may wait for the same answer

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _all_silent(self) -> bool:
        relied_on = set(self._proven)
        answering = await self._look(self._named)
        return bool(relied_on) and not answering

    async def _look(self, references: Sequence[Reference]) -> bool:
        """Ask all at once; whether any answers."""
        answers = await asyncio.gather(*map(self._ask, references))
        self._proven |= {reference for reference, answered in zip(references, answers, strict=True) if answered}
        return any(answers)
