"""Requests on a connection that stays open, as cheap for who asks as can be."""

from __future__ import annotations

import asyncio
from typing import TypeAlias

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]

LARGEST = 2**24  # bytes of a head and what is read with it


async def connect(url: str) -> Connection:
    host, port = url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port), limit=LARGEST)


async def ask(connection: Connection, path: str, accepted: str = "identity") -> int:
    """GET, and read all of the answer. Returns its status."""
    reader, writer = connection
    writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: {accepted}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, length = head.partition(b"Content-Length: ")
    await reader.readexactly(int(length.partition(b"\r\n")[0]))
    return int(head.split(b" ", 2)[1])
