"""Callers who mean no good: they trickle, or send far too much."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TypeAlias

Address: TypeAlias = tuple[str, int]

ONE_BYTE_EVERY = 1.0  # seconds
TOO_LARGE = 1024 * 1024  # bytes of a body
CHUNK = 16 * 1024  # bytes
COMES_AGAIN = 0.5  # seconds after it was thrown out
PAUSE = 0.2  # seconds between what is too large
GIVES_UP = 30.0  # seconds

POST = b"POST /api/v1/subscriptions HTTP/1.1\r\nHost: siege\r\n"
SLOW_HEADERS = b"GET / HTTP/1.1\r\nHost: siege\r\nX-Slow: "
SLOW_BODY = POST + b"Content-Length: 60000\r\n\r\n"
BODY = POST + b"Content-Length: %d\r\n\r\n" % TOO_LARGE
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
OVERSIZED = {
    "a large body": [BODY, *[b" " * CHUNK] * (TOO_LARGE // CHUNK)],
    "a large body in chunks": [CHUNKED, *[b"%x\r\n%s\r\n" % (CHUNK, b" " * CHUNK)] * (TOO_LARGE // CHUNK)],
    "a large header": [b"GET / HTTP/1.1\r\nHost: siege\r\nX: " + b"x" * TOO_LARGE + b"\r\n\r\n"],
    "many headers": [b"GET / HTTP/1.1\r\nHost: siege\r\n", *[b"X-%d: x\r\n" % nth for nth in range(50_000)], b"\r\n"],
    "a long path": [b"GET /" + b"x" * TOO_LARGE + b" HTTP/1.1\r\nHost: siege\r\n\r\n"],
}


class Siege:
    """Counts what came, and how it ended."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self.came: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()

    async def trickle(self, begins: bytes) -> None:
        """Begin a request, and go on with a byte a second; thrown out, begin anew a little later."""
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(*self._address)
                self.came["trickling"] += 1
                try:
                    writer.write(begins)
                    while not await _thrown_out(reader):
                        writer.write(b"x")
                finally:
                    writer.close()
            self.ended["thrown out"] += 1
            await asyncio.sleep(COMES_AGAIN)

    async def overwhelm(self) -> None:
        """Send what is far too large, one kind after the other, without end."""
        while True:
            for kind, parts in OVERSIZED.items():
                self.came[kind] += 1
                self.ended[f"{kind}: {await self._answer(parts)}"] += 1
                await asyncio.sleep(PAUSE)

    async def _answer(self, parts: list[bytes]) -> str:
        """The status of the answer, or that there was none."""
        reader, writer = await asyncio.open_connection(*self._address)
        sending = asyncio.create_task(_send(writer, parts))
        try:
            async with asyncio.timeout(GIVES_UP):
                answer = await reader.readline()
        except OSError:
            answer = b""
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            writer.close()
        return answer.split()[1].decode() if answer else "closed"


async def _thrown_out(reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends before the next byte is due."""
    try:
        async with asyncio.timeout(ONE_BYTE_EVERY):
            while await reader.read(CHUNK):
                pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


async def _send(writer: asyncio.StreamWriter, parts: list[bytes]) -> None:
    for part in parts:
        writer.write(part)
        await writer.drain()
