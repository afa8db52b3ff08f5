"""What was made from the board and the history is kept until the board changes, for 10 seconds at most."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from monitor.core.board import Board
from monitor.core.model import SECOND, Instant
from monitor.core.ports import Clock

MAX_AGE = 10 * SECOND  # the windows of uptime roll, also while nothing changes

T = TypeVar("T")


class Edition:
    """Numbers the times in which all readers are told the same.

    A new edition begins with the first question after the board changed, or after the last one grew old.
    """

    def __init__(self, board: Board, clock: Clock) -> None:
        self._board = board
        self._clock = clock
        self._number = 0
        self._revision = -1
        self._since: Instant = 0

    def number(self) -> int:
        now = self._clock.now()
        if self._revision != self._board.revision or not 0 <= now - self._since < MAX_AGE:
            self._number += 1
            self._revision = self._board.revision
            self._since = now
        return self._number


class Cache(Generic[T]):
    """Things made once per edition, however many ask for them at the same time; failures are not kept.

    Args:
        limit: how many are kept; the one that nobody asked for the longest gives way.
    """

    def __init__(self, edition: Edition, limit: int) -> None:
        self._edition = edition
        self._limit = limit
        self._number = 0
        self._kept: OrderedDict[Hashable, asyncio.Task[T]] = OrderedDict()
        self._running: set[asyncio.Task[T]] = set()

    async def get(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What is kept under the key, or else what `make` comes to; its exceptions go to all who wait for it."""
        self._turn()
        making = self._kept.get(key)
        if making is None:
            making = self._begin(key, make)
        else:
            self._kept.move_to_end(key)
        # Shielded: others may wait for it too when the one who asked first goes away.
        return await asyncio.shield(making)

    async def close(self) -> None:
        """Give up what is still being made."""
        running = list(self._running)
        for making in running:
            making.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _turn(self) -> None:
        number = self._edition.number()
        if number != self._number:
            self._number = number
            self._kept.clear()

    def _begin(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        making = asyncio.create_task(make())
        while len(self._kept) >= self._limit:
            self._kept.popitem(last=False)
        self._kept[key] = making
        self._running.add(making)
        making.add_done_callback(lambda made: self._end(key, made))
        return making

    def _end(self, key: Hashable, made: asyncio.Task[T]) -> None:
        self._running.discard(made)
        failed = made.cancelled() or made.exception() is not None
        if failed and self._kept.get(key) is made:
            del self._kept[key]
