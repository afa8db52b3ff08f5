"""One part's socket on loopback, and the faults it can be told to have."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler

LOOPBACK = "127.0.0.1"
CLOSE_WITHIN = 0.1  # seconds that answers under way may still take when the socket closes

Sleep: TypeAlias = Callable[[float], Awaitable[object]]


class Listener:
    """A port that is ours for life: bound from the start, it refuses connections until it is opened.

    Args:
        port: 0 lets the kernel choose one; `port` then says which.
        sleep: waits the given seconds before an answer that is delayed.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, port: int = 0, sleep: Sleep = asyncio.sleep) -> None:
        self._socket = _bound(port)
        self._sleep = sleep
        self._runner: web.AppRunner | None = None
        self.port: int = self._socket.getsockname()[1]
        self.delay = 0.0  # seconds before every answer
        self.status: int | None = None  # answered to every request instead of the real answer

    async def open(self, routes: Iterable[web.RouteDef]) -> None:
        """Listen and answer; nothing happens when it listens already."""
        if self._runner is not None:
            return
        app = web.Application(middlewares=[self._fault])
        app.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_WITHIN)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def refuse(self) -> None:
        """Close the listening socket and its connections, and keep the port without listening."""
        if self._runner is None:
            return
        await self._runner.cleanup()
        self._runner = None
        self._socket = _bound(self.port)

    async def close(self) -> None:
        """Give the port up for good."""
        await self.refuse()
        self._socket.close()

    @web.middleware
    async def _fault(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.delay:
            await self._sleep(self.delay)
        if self.status is not None:
            return web.json_response({"error": "told to fail"}, status=self.status)
        return await handler(request)


def _bound(port: int) -> socket.socket:
    """A socket that holds the port; as long as it does not listen the kernel refuses connections to it."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((LOOPBACK, port))
    except OSError:
        held.close()
        raise
    return held
