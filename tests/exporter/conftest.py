"""A real server on a free port, and a client that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import pytest
from aiohttp import ClientSession

from exporter.connections import Limits
from exporter.server import Server
from exporter.sources import Sources
from tests.exporter.fakes import sources
from tests.exporter.openapi.net import watched

Serve: TypeAlias = Callable[..., Awaitable[ClientSession]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start servers of given sources; each gives a client whose addresses are relative to it.

    What it is answered is held against the description.
    """
    async with AsyncExitStack() as stack:

        async def start(told: Sources | None = None, limits: Limits | None = None) -> ClientSession:
            server = Server(told or sources(), limits)
            host, port = await server.start("127.0.0.1", 0)
            stack.push_async_callback(server.stop)
            return await stack.enter_async_context(ClientSession(f"http://{host}:{port}", middlewares=(watched,)))

        yield start
