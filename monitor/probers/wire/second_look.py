"""A second handshake that believes everything: Python does not show a certificate it did not trust at the first."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from email.parser import HeaderParser

from yarl import URL

from monitor.probers.requests.request import DEFAULT_HEADERS
from monitor.probers.wire.certificate import Certificate, believed
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.route import Route
from monitor.probers.wire.trust import UnusableTrust, believing

SECOND_LOOK = 1.0  # seconds; the most that it may take
BROKEN = (OSError, EOFError, asyncio.LimitOverrunError)  # what reading from a connection raises


@dataclass(slots=True)
class SecondLook:
    """What it showed, as far as it got."""

    certificate: Certificate | None = None
    date: str | None = None  # headers of the answer
    age: str | None = None


async def second_look(hop: Hop, route: Route, limit: float, *, dated: bool) -> SecondLook:
    """Look again at who was not trusted; `dated`: also ask for the time there.

    Args:
        limit: seconds.
    """
    seen = SecondLook()
    with suppress(*BROKEN, UnusableTrust):  # nothing more is to be seen then
        async with asyncio.timeout(limit):
            await _look(seen, hop, route, dated)
    return seen


async def unverified(route: Route, hop: Hop) -> Certificate | None:
    """The certificate that was not trusted; None when it is not shown again."""
    return (await second_look(hop, route, SECOND_LOOK, dated=False)).certificate


async def _look(seen: SecondLook, hop: Hop, route: Route, dated: bool) -> None:
    assert hop.peer is not None
    reader, writer = await asyncio.open_connection(*hop.peer)
    try:
        await _tunnel(reader, writer, route.tunnel(hop.host, URL(hop.url).port or 443))
        await writer.start_tls(believing(route.trust), server_hostname=hop.host)
        seen.certificate = believed(writer.get_extra_info("ssl_object"))
        if dated:
            await _ask_the_time(seen, reader, writer, hop.host)
    finally:
        writer.transport.abort()


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes) -> None:
    if not words:
        return
    writer.write(words)
    answer = await reader.readuntil(b"\r\n\r\n")
    if b" 200" not in answer.partition(b"\r\n")[0]:
        raise ConnectionRefusedError


async def _ask_the_time(
    seen: SecondLook, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
) -> None:
    lines = [
        "HEAD / HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {DEFAULT_HEADERS['User-Agent']}",
        "Connection: close",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    _, _, headers = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
    answer = HeaderParser().parsestr(headers.decode("latin-1"))
    seen.date, seen.age = answer["Date"], answer["Age"]
