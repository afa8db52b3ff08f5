"""The HTTP server: one door for the world, and one for the operator, who comes through a socket file."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler

from exporter.authentication import AUTHORITY, Authority, bearer, operator
from exporter.connections import Connection, Limits, whole_bodies
from exporter.control import CONTROL_ROUTES
from exporter.headers import dress
from exporter.listening import listening
from exporter.page.missing import missing
from exporter.problems import NOWHERE, answer_problems
from exporter.routes import ROUTES
from exporter.socketfile import CONTROL_SOCKET, bound_socket
from exporter.sources import SOURCES, Sources

Route: TypeAlias = tuple[str, str, Handler]
Listen: TypeAlias = Callable[[Callable[[], Connection]], Awaitable[asyncio.Server]]


def application(sources: Sources, limits: Limits, authority: Authority, routes: Iterable[Route]) -> web.Application:
    """The routes with all that is around them; it does not listen yet."""
    app = web.Application(
        middlewares=[answer_problems, whole_bodies(limits)],
        client_max_size=limits.body_bytes,
    )
    app[SOURCES] = sources
    app[AUTHORITY] = authority
    app[NOWHERE] = missing
    app.on_response_prepare.append(dress)
    app.on_shutdown.append(_hang_up)
    for method, path, handler in routes:
        app.router.add_route(method, path, handler)
        if method == "GET":
            app.router.add_route("HEAD", path, handler)
    return app


async def _hang_up(app: web.Application) -> None:
    app[SOURCES].hang_up()


class Server:
    """Tells the world over HTTP, from `start` to `stop`."""

    def __init__(self, sources: Sources, limits: Limits | None = None) -> None:
        self._sources = sources
        limits = limits or Limits()
        self._world = _Door(application(sources, limits, bearer, ROUTES), limits)
        self._control = _Door(application(sources, limits, operator, (*CONTROL_ROUTES, *ROUTES)), limits)
        self._socket_file: Path | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen, on any free port if it is 0.

        Returns:
            Host and port that are really listened on.

        Raises:
            OSError: with its errno, when the address is taken or not ours.
        """
        sockets = await listening(host, port)
        address = sockets[0].getsockname()
        await self.serve(sockets)
        return address[0], address[1]

    async def serve(self, sockets: Iterable[socket.socket]) -> None:
        """Answer those who come to sockets that listen already; from now on they are ours to close."""
        for each in sockets:
            await self._world.open(_through(each))

    async def start_control(self, folder: Path) -> None:
        """Let the operator in, too: whoever may open `control.sock` in the folder.

        Raises:
            NoSocketFile: says in a sentence why there cannot be one.
        """
        loop = asyncio.get_running_loop()
        taken = bound_socket(folder / CONTROL_SOCKET)
        self._socket_file = folder / CONTROL_SOCKET
        await self._control.open(lambda connection: loop.create_unix_server(connection, sock=taken))

    async def stop(self) -> None:
        """Listen no more, answer what was asked within the time to drain, and let go of everybody."""
        await asyncio.gather(self._control.close(), self._world.close())
        if self._socket_file is not None:
            self._socket_file.unlink(missing_ok=True)
        await self._sources.close()


def _through(taken: socket.socket) -> Listen:
    loop = asyncio.get_running_loop()
    return lambda connection: loop.create_server(connection, sock=taken)


class _Door:
    """One application behind all the sockets that lead to it."""

    def __init__(self, app: web.Application, limits: Limits) -> None:
        self._limits = limits
        self._runner = web.AppRunner(app, shutdown_timeout=limits.drain)
        self._listening: list[asyncio.Server] = []

    async def open(self, listen: Listen) -> None:
        if self._runner.server is None:
            await self._runner.setup()
        self._listening.append(await listen(self._connection))

    async def close(self) -> None:
        for each in self._listening:
            each.close()
        await self._runner.cleanup()

    def _connection(self) -> Connection:
        assert self._runner.server is not None
        return Connection(self._runner.server, self._limits)
