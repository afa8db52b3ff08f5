"""One request: bounded in time and size, sent once, never redirected, never raising for trouble of the receiver."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver

from exporter.webhooks.formats.message import Message
from exporter.webhooks.guard import Allowance, RefusedAddress, RefusedEndpoint, check_endpoint, guarded_socket
from exporter.webhooks.lack import OURS, lack
from monitor.core.redaction import printable

EXCERPT = 200  # characters


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one request; times in seconds."""

    total: float = 15.0
    connect: float = 5.0  # name, connection and TLS together
    body: float = 2.0  # the status says it all: nobody waits longer for an excerpt
    body_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a message. The excerpt is of the answer, or says what kept it from coming."""

    status: int | None  # None: no answer came
    retry_after: str | None = None
    duration_ms: int
    excerpt: str


class OwnTrouble(Exception):
    """It could not be sent, and that is not the receiver's fault."""


class Poster:
    """Sends to endpoints that may be told. Needs a running loop; end with `close`.

    `allowance` and `redact` change with the config, and hold for every message from then on.

    Args:
        allowance: None where any address may be told, however it is written.
        version: of the daemon, for receivers.
        resolver: instead of aiodns.
    """

    def __init__(
        self,
        allowance: Allowance | None,
        version: str,
        *,
        limits: Limits | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.allowance = allowance
        self.redact: Callable[[str], str] = str
        self._limits = limits or Limits()
        self._resolver = resolver or aiohttp.AsyncResolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self._resolver,
                use_dns_cache=False,
                force_close=True,
                limit=0,
                socket_factory=self._socket,
            ),
            headers={
                "Content-Type": "application/json",
                "User-Agent": f"justkalm-monitor/{version}",
                "Accept-Encoding": "identity",
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            # The rest is bounded here: above five seconds aiohttp would round up to whole ones.
            timeout=aiohttp.ClientTimeout(connect=self._limits.connect, ceil_threshold=self._limits.connect),
            auto_decompress=False,
        )

    async def post(self, message: Message) -> Answer:
        """Send it once, on a connection of its own.

        Raises:
            OwnTrouble: we lack what it takes; the receiver heard nothing.
        """
        began = time.monotonic()
        status, retry_after = None, None
        try:
            status, retry_after, excerpt = await self._exchange(message)
        except (OSError, aiohttp.ClientError, ValueError) as error:
            excerpt = self._trouble(error)
        return Answer(
            status=status,
            retry_after=retry_after,
            duration_ms=round((time.monotonic() - began) * 1_000),
            excerpt=excerpt,
        )

    async def close(self) -> None:
        await self._session.close()
        await self._resolver.close()

    def _socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        if self.allowance is None:
            return socket.socket(*address[:3])
        return guarded_socket(self.allowance)(address)

    async def _exchange(self, message: Message) -> tuple[int, str | None, str]:
        if self.allowance is not None:
            check_endpoint(message.url, self.allowance)
        deadline = asyncio.get_running_loop().time() + self._limits.total
        async with asyncio.timeout_at(deadline):
            response = await self._session.request(
                message.method, message.url, data=message.body, headers=message.headers, allow_redirects=False
            )
        try:
            seen = await self._read(response, deadline)
        finally:
            response.close()
        return response.status, response.headers.get("Retry-After"), self._shown(seen)

    async def _read(self, response: aiohttp.ClientResponse, deadline: float) -> bytes:
        """The body as far as it comes: what goes wrong with it changes nothing any more."""
        seen = bytearray()
        until = min(deadline, asyncio.get_running_loop().time() + self._limits.body)
        with suppress(OSError, aiohttp.ClientError):
            async with asyncio.timeout_at(until):
                async for chunk in response.content.iter_any():
                    seen += chunk
                    if len(seen) >= self._limits.body_bytes:
                        break
        return bytes(seen[: self._limits.body_bytes])

    def _shown(self, seen: bytes) -> str:
        """The beginning of a text from anywhere, without secrets or anything a terminal could obey."""
        text = self.redact(seen.decode(errors="replace"))  # before it is cut: half a secret would not be known
        return printable(text[:EXCERPT])

    def _trouble(self, error: Exception) -> str:
        """A sentence of ours: theirs would tell to what a name resolved, and what the path of the endpoint is."""
        cause = getattr(error, "os_error", error)
        code = cause.errno if isinstance(cause, OSError) else None
        if code not in OURS and _unexplained(error, cause):
            code = lack()
        if code in OURS:
            raise OwnTrouble(errno.errorcode[code]) from error
        if isinstance(cause, RefusedAddress | RefusedEndpoint):
            return "the address is not allowed"
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return f"no connection within {self._limits.connect:g} s"
        if isinstance(error, TimeoutError):
            return f"no answer within {self._limits.total:g} s"
        return next((sentence for kind, sentence in TROUBLES if isinstance(error, kind)), "no answer")


# The first that fits: later ones are wider.
TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "the name does not resolve"),
    (aiohttp.ClientConnectorCertificateError, "the certificate is not trusted"),
    (aiohttp.ClientSSLError, "the TLS handshake failed"),
    (aiohttp.ClientConnectorError, "no connection"),
    (aiohttp.ClientConnectionError, "the connection broke"),
    (aiohttp.ClientResponseError, "the answer is not HTTP"),
)


def _unexplained(error: Exception, cause: Exception) -> bool:
    """Whether it may come from what we lack without saying so, before the receiver heard anything."""
    if isinstance(error, aiohttp.ClientConnectorDNSError | aiohttp.ConnectionTimeoutError):
        return True
    return isinstance(cause, OSError) and cause.errno is None and not isinstance(cause, TimeoutError)
