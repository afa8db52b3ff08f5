"""Reads what was recorded once for all who listen, and wakes them a few at a time."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeAlias

from exporter.stream.wire import PING, message
from exporter.webhooks.payload import ComponentOf, document_of, payload
from monitor.core.ports import History
from monitor.core.subscribing import Told

log = logging.getLogger(__name__)

KEPT = 500  # messages in memory, for those who come back
CAUGHT_UP = 256 * 1024  # bytes told to one who comes back; above it, a snapshot says more
BATCH = 100  # events read at a time
WOKEN = 40  # listeners between two turns of the loop: about 4 ms of their writing
PING_EVERY = 15.0  # seconds without news; proxies give up after 30 or 60
TRIES_AGAIN = 1.0  # seconds after the history could not be read

Message: TypeAlias = tuple[int, bytes]  # its sequence, and the bytes that go out


class Full(Exception):
    """No more can listen."""


class Listener:
    """One who listens; `sequence` is that of the last event told."""

    __slots__ = ("_stream", "_woken", "gone", "sequence")

    def __init__(self, stream: Stream, sequence: int) -> None:
        self.sequence = sequence
        self.gone = False
        self._stream = stream
        self._woken = asyncio.Event()

    def leave(self) -> None:
        """The connection is lost."""
        self.gone = True
        self._woken.set()

    def wake(self) -> None:
        self._woken.set()

    async def next(self) -> bytes | None:
        """What to tell next; None: the listener went or fell too far behind, or we stop."""
        while self.sequence == self._stream.newest and not (self.gone or self._stream.closed):
            self._woken.clear()
            try:
                async with asyncio.timeout(self._stream.ping_every):
                    await self._woken.wait()
            except TimeoutError:
                return PING
        found = None if self.gone or self._stream.closed else self._stream.since(self.sequence)
        if found is not None:
            self.sequence = self._stream.newest
        return found


class Stream:
    """To be run as a task; `look` has it see what is new.

    Args:
        room: how many may listen at a time.
        counted: called with how many listen.
    """

    def __init__(
        self,
        history: History,
        component_of: ComponentOf,
        room: int,
        *,
        counted: Callable[[int], None] = lambda count: None,
        ping_every: float = PING_EVERY,
    ) -> None:
        self.newest = 0
        self.closed = False
        self.ping_every = ping_every
        self._history = history
        self._component_of = component_of
        self._room = room
        self._counted = counted
        self._kept: deque[Message] = deque(maxlen=KEPT)
        self._listeners: dict[Listener, None] = {}
        self._news = asyncio.Event()

    def look(self) -> None:
        """Events were recorded."""
        self._news.set()

    async def begin(self) -> None:
        """Read what those who come back may have missed."""
        self.newest = await self._history.newest_event()
        self._keep(await self._messages(await self._history.events(self.newest - KEPT, KEPT)))

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.step()
            except sqlite3.Error:
                log.exception("the stream could not read what happened; it tries again")
                asyncio.get_running_loop().call_later(TRIES_AGAIN, self.look)

    async def step(self) -> None:
        """Tell all that was recorded since the last step."""
        while told := await self._history.events(self.newest, BATCH):
            self._keep(await self._messages(told))
            await self._wake()

    def close(self) -> None:
        """Let everybody go."""
        self.closed = True
        for listener in self._listeners:
            listener.wake()

    @contextmanager
    def listening(self, sequence: int) -> Iterator[Listener]:
        """One who listens from after that sequence on, until the context ends. Raises Full."""
        if len(self._listeners) >= self._room:
            raise Full
        listener = Listener(self, sequence)
        self._listeners[listener] = None
        self._counted(len(self._listeners))
        try:
            yield listener
        finally:
            del self._listeners[listener]
            self._counted(len(self._listeners))

    def since(self, sequence: int) -> bytes | None:
        """All messages after that sequence, one after the other; None when some of them are not kept."""
        if sequence > self.newest or (sequence < self.newest and not self._reaches(sequence)):
            return None
        first = bisect_right(self._kept, sequence, key=lambda kept: kept[0])
        return b"".join(body for _, body in islice(self._kept, first, None))

    def missed(self, sequence: int) -> bytes | None:
        """The same for one who comes back; None: more happened meanwhile than is kept, or than one would read."""
        found = self.since(sequence)
        return found if found is not None and len(found) <= CAUGHT_UP else None

    def _reaches(self, sequence: int) -> bool:
        """Whether all after that sequence is kept; nothing was forgotten while there is room for more."""
        return bool(self._kept) and (self._kept[0][0] <= sequence + 1)

    def _keep(self, messages: Sequence[Message]) -> None:
        self._kept.extend(messages)
        self.newest = max([self.newest, *(sequence for sequence, _ in messages)])

    async def _messages(self, told: Sequence[Told]) -> list[Message]:
        """In a thread: a long incident takes milliseconds."""
        return await asyncio.to_thread(lambda: [self._message(each) for each in told])

    def _message(self, told: Told) -> Message:
        body = payload(told, document_of(told, self._component_of))
        return told.sequence, message(told.event.kind, told.sequence, body)

    async def _wake(self) -> None:
        for number, listener in enumerate([*self._listeners], start=1):
            listener.wake()
            if number % WOKEN == 0:
                await asyncio.sleep(0)  # all that are woken write in one turn of the loop, and others wait for it
