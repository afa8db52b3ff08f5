"""Readers at a steady pace, as a process of their own: `python -m tests.torture.readers HOST PORT RATE SECONDS`.

It prints as JSON how many were answered 200, how many otherwise or not at all, and how long they waited. Who has no
turn before the time is over, as others had to wait too long, does not come.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TypeAlias

CONNECTIONS = 50
PATHS = ("/api/v1/status", "/")
ANSWERED = b"HTTP/1.1 200 "
LARGEST_HEAD = 2**16  # bytes

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Readers:
    """All that were there: `waits` are seconds from when one was due to the end of its answer."""

    host: str
    port: int
    waits: list[float] = field(default_factory=list)
    refused: int = 0

    async def come(self, rate: int, seconds: int) -> None:
        """So many a second; a wait also counts for who comes next on its connection."""
        begins = time.monotonic()
        await asyncio.gather(
            *(self._on_grid(begins + number / rate, CONNECTIONS / rate, seconds) for number in range(CONNECTIONS))
        )

    async def _on_grid(self, begins: float, every: float, seconds: int) -> None:
        connection: Connection | None = None
        for number in range(int(seconds / every)):
            due = begins + number * every
            await asyncio.sleep(due - time.monotonic())
            if time.monotonic() > begins + seconds:
                break
            try:
                connection = connection or await asyncio.open_connection(self.host, self.port, limit=LARGEST_HEAD)
                await _ask(connection, PATHS[number % len(PATHS)])
                self.waits.append(time.monotonic() - due)
            except (OSError, EOFError, ValueError):
                self.refused += 1
                if connection is not None:
                    connection[1].close()
                connection = None
        if connection is not None:
            connection[1].close()


async def _ask(connection: Connection, path: str) -> None:
    """Raises ValueError when it is answered anything but 200."""
    reader, writer = connection
    writer.write(f"GET {path} HTTP/1.1\r\nHost: readers\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, length = head.partition(b"Content-Length: ")
    await reader.readexactly(int(length.partition(b"\r\n")[0]))
    if not head.startswith(ANSWERED):
        raise ValueError(head)


def main() -> None:
    host, port, rate, seconds = sys.argv[1], *map(int, sys.argv[2:5])
    readers = Readers(host, port)
    asyncio.run(readers.come(rate, seconds))
    *_, p99 = quantiles(readers.waits, n=100)
    told = {"answered": len(readers.waits), "refused": readers.refused, "p99": p99, "most": max(readers.waits)}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
