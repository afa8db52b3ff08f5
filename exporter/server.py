"""The HTTP server."""

from __future__ import annotations

import asyncio

from aiohttp import web

from exporter.connections import Connection, Limits, whole_bodies
from exporter.headers import dress
from exporter.problems import answer_problems
from exporter.routes import ROUTES
from exporter.sources import SOURCES, Sources


def application(sources: Sources, limits: Limits) -> web.Application:
    """All routes with all that is around them; it does not listen yet."""
    app = web.Application(
        middlewares=[answer_problems, whole_bodies(limits)],
        client_max_size=limits.body_bytes,
    )
    app[SOURCES] = sources
    app.on_response_prepare.append(dress)
    for method, path, handler in ROUTES:
        app.router.add_route(method, path, handler)
        if method == "GET":
            app.router.add_route("HEAD", path, handler)
    return app


class Server:
    """Tells the world over HTTP, from `start` to `stop`."""

    def __init__(self, sources: Sources, limits: Limits | None = None) -> None:
        self._sources = sources
        self._limits = limits or Limits()
        app = application(sources, self._limits)
        self._runner = web.AppRunner(app, shutdown_timeout=self._limits.drain)
        self._listening: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen, on any free port if it is 0.

        Returns:
            Host and port that are really listened on.

        Raises:
            OSError: with its errno, when the address is taken or not ours.
        """
        await self._runner.setup()
        try:
            self._listening = await asyncio.get_running_loop().create_server(self._connection, host, port)
        except OSError:
            await self._runner.cleanup()
            raise
        address = self._listening.sockets[0].getsockname()
        return address[0], address[1]

    async def stop(self) -> None:
        """Listen no more, answer what was asked within the time to drain, and let go of everybody."""
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()
        await self._sources.close()

    def _connection(self) -> Connection:
        assert self._runner.server is not None
        return Connection(self._runner.server, self._limits)
