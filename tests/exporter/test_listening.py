from __future__ import annotations

import asyncio
import socket

from exporter.listening import listening
from exporter.server import Server
from tests.exporter.fakes import sources


async def test_who_comes_before_the_server_is_answered_by_it() -> None:
    (taken,) = await listening("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*taken.getsockname())
    writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
    server = Server(sources())
    await server.serve([taken])
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    writer.close()
    await server.stop()


async def test_a_server_answers_at_all_sockets_and_closes_all() -> None:
    taken: list[socket.socket] = [*await listening("127.0.0.1", 0), *await listening("127.0.0.1", 0)]
    server = Server(sources())
    await server.serve(taken)
    for each in taken:
        _, writer = await asyncio.open_connection(*each.getsockname())
        writer.close()
    await server.stop()
    assert [each.fileno() for each in taken] == [-1, -1]
