"""A connection straight on the loop: what one side of a talk says is sent, and what comes is given to it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from monitor.probers.wire.sockets import WatchedSocket

MOST_AT_ONCE = 65_536  # bytes


class Talk(Protocol):
    """Our side of a conversation. It knows no socket."""

    @property
    def over(self) -> bool:
        """Whether we have heard all that we want to."""
        ...

    def begin(self) -> bytes:
        """What we say first."""
        ...

    def hear(self, words: bytes) -> bytes:
        """What we say to what came, of which nothing is the end. What is raised here ends the talk."""
        ...


async def hold(talk: Talk, connected: WatchedSocket) -> None:
    """Talk until it is over. The connection may hold more then, and is good for nothing else.

    Raises:
        OSError: the connection broke.
        Exception: whatever the talk raises.
    """
    await _Call(talk, connected).end()


class _Call:
    """A talk over a socket. Neither transport nor stream lies between: probes are many, and each one short."""

    def __init__(self, talk: Talk, connected: WatchedSocket) -> None:
        self._talk = talk
        self._socket = connected
        self._number = connected.fileno()
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._unsent = memoryview(b"")
        self._deaf: OSError | None = None  # why they take nothing more

    async def end(self) -> None:
        self._loop.add_reader(self._number, self._readable)
        try:
            self._say(self._talk.begin())
            await self._ended
        finally:
            self._loop.remove_reader(self._number)
            self._loop.remove_writer(self._number)

    def _readable(self) -> None:
        if self._ended.done():  # given up in this very turn of the loop
            return
        try:
            self._answer(self._talk.hear(self._heard()))
        except (BlockingIOError, InterruptedError):
            return
        except Exception as error:
            self._ended.set_exception(error)

    def _heard(self) -> bytes:
        words = self._socket.recv(MOST_AT_ONCE)
        if not words and self._deaf is not None:
            raise self._deaf
        return words

    def _answer(self, words: bytes) -> None:
        if not self._talk.over:
            self._say(words)
            return
        with suppress(OSError):  # a goodbye at most
            self._say(words)
        self._ended.set_result(None)

    def _say(self, words: bytes) -> None:
        if words and self._deaf is None:
            self._unsent = memoryview(b"".join((self._unsent, words)) if self._unsent else words)
            self._send()

    def _send(self) -> None:
        """Say what the kernel takes now; it tells when it takes more.

        Who broke the connection may have answered before, so it is the reading that finds its end.
        """
        try:
            sent = self._socket.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except (ConnectionResetError, BrokenPipeError) as error:
            self._deaf, sent = error, len(self._unsent)
        self._unsent = self._unsent[sent:]
        if self._unsent:
            self._loop.add_writer(self._number, self._writable)
        else:
            self._loop.remove_writer(self._number)

    def _writable(self) -> None:
        if self._ended.done():
            return
        try:
            self._send()
        except OSError as error:
            self._ended.set_exception(error)
