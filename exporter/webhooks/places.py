"""How many attempts may be under way at once, and how few of them to receivers in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext


class Places:
    """Each attempt takes a place. Sick receivers, whose last attempt failed, together hold at most half of them.

    So however many receivers hang, the healthy ones find a place; only trouble that begins everywhere at the same
    moment can hold more, once.
    """

    def __init__(self, most: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._sick = asyncio.Semaphore(most // 2)

    @asynccontextmanager
    async def taken(self, *, sick: bool) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        async with self._sick if sick else nullcontext(), self._all:
            yield
