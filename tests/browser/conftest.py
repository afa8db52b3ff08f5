"""A reader of a site that is served as it is to the world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

from exporter.connections import Limits
from exporter.server import Server
from exporter.sources import Sources
from tests.browser.reader import Reader, reading

Read: TypeAlias = Callable[[Sources], Awaitable[Reader]]


@pytest.fixture
async def read(tmp_path: Path) -> AsyncIterator[Read]:
    """Serve sources, and give the reader of them, who is always the same."""
    async with AsyncExitStack() as stack:
        readers: list[Reader] = []

        async def start(told: Sources) -> Reader:
            server = Server(told, Limits(listeners=10, drain=0.1))
            host, port = await server.start("127.0.0.1", 0)
            stack.push_async_callback(server.stop)
            url = f"http://{host}:{port}"
            if not readers:
                readers.append(await stack.enter_async_context(reading(tmp_path, url)))
            readers[0].url = url
            return readers[0]

        yield start
