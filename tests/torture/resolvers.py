"""A name server that hears every question and answers none."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HEADER = 12  # bytes of a message before its question, which begins with the length of the name's first label


class SilentResolver(asyncio.DatagramProtocol):
    """Counts the questions by the first label of the name. `address` is host:port."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: Counter[str] = Counter()

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        begins = HEADER + 1
        self.asked[data[begins : begins + data[HEADER]].decode().lower()] += 1


@asynccontextmanager
async def silent_resolver() -> AsyncIterator[SilentResolver]:
    loop = asyncio.get_running_loop()
    transport, resolver = await loop.create_datagram_endpoint(SilentResolver, local_addr=("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    resolver.address = f"{host}:{port}"
    try:
        yield resolver
    finally:
        transport.close()
