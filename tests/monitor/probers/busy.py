"""A loop that stands still at an exact moment."""

from __future__ import annotations

import asyncio
import socket
import threading

from tests.monitor.probers.servers import answer

BLOCK = 0.5  # seconds our loop is busy


class BusyLoop:
    """Keeps the running loop busy for long after a server thread began to answer."""

    def __init__(self, lasts: float = BLOCK) -> None:
        self._lasts = lasts
        self._loop = asyncio.get_running_loop()

    def begin(self, *_: object) -> None:
        """From another thread: when this returns the loop is busy."""
        busy = threading.Event()
        self._loop.call_soon_threadsafe(self._block, busy)
        busy.wait(5)

    def answer_meanwhile(self, connection: socket.socket) -> None:
        """A handler."""
        self.begin()
        connection.sendall(answer(200, b"hi"))

    def _block(self, busy: threading.Event) -> None:
        busy.set()
        threading.Event().wait(self._lasts)  # leaves the interpreter to the server, as no loop of Python would
