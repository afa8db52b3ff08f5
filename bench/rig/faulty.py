"""A target with many faults, each on a port of its own; prints one line: fault → port, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from itertools import repeat
from typing import NamedTuple

PIECE = bytes(65_536)
HUGE = 100 * 1024 * 1024  # bytes of a body, as it is or unpacked
HEADERS = 100_000
DRIP = 0.02  # seconds from one drop to the next


class Fault(NamedTuple):
    """What is sent, piece by piece, and how many seconds are between the pieces."""

    pieces: Callable[[], Iterator[bytes]]
    pause: float = 0.0


def main() -> None:
    asyncio.run(_serve())


async def _serve() -> None:
    servers = {name: await asyncio.start_server(_talker(fault), "127.0.0.1", 0) for name, fault in FAULTS.items()}
    ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
    sys.stdout.write(f"{json.dumps(ports)}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def _talker(fault: Fault) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            for piece in fault.pieces():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(fault.pause)
            await reader.read()
        writer.close()

    return talk


def _head(*headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()


def _silence() -> Iterator[bytes]:
    yield from ()


def _head_and_forever(piece: bytes, *headers: str) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        yield _head(*headers)
        yield from repeat(piece)

    return pieces


def _headers_forever(piece: bytes) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        yield _head().removesuffix(b"\r\n")
        yield from repeat(piece)

    return pieces


def _huge_body() -> Iterator[bytes]:
    yield _head(f"Content-Length: {HUGE}")
    yield from repeat(PIECE, HUGE // len(PIECE))


def _many_headers() -> Iterator[bytes]:
    yield _head("Content-Length: 0", *(f"X-{number}: y" for number in range(HEADERS)))


def _gzip_bomb() -> Iterator[bytes]:
    yield _head("Content-Encoding: gzip", f"Content-Length: {len(BOMB)}")
    yield BOMB


def _packed(size: int) -> bytes:
    packed = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join([*(packed.compress(PIECE) for _ in range(size // len(PIECE))), packed.flush()])


BOMB = _packed(HUGE)
HEADER = b"X: y\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
FAULTS = {
    "silent": Fault(_silence),
    "dripping head": Fault(_headers_forever(HEADER), pause=DRIP),
    "dripping body": Fault(_head_and_forever(b"x", f"Content-Length: {HUGE}"), pause=DRIP),
    "endless head": Fault(_headers_forever(10_000 * HEADER)),
    "endless body": Fault(_head_and_forever(CHUNK, "Transfer-Encoding: chunked")),
    "huge body": Fault(_huge_body),
    "100,000 headers": Fault(_many_headers),
    "gzip bomb": Fault(_gzip_bomb),
}


if __name__ == "__main__":
    main()
