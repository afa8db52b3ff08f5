"""What all probers share on one loop: a resolver, TLS settings, a session without reuse, and an eye on the loop."""

from __future__ import annotations

import socket
import ssl
import time

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.probers.failures import BrokenError
from monitor.probers.request import Request
from monitor.probers.stalls import Stalls
from monitor.probers.wire import WatchedTLS, dial, stamp_arrivals, watched_hop


class Network:
    """Needs a running loop. Names are looked up anew for each run, though c-ares keeps an answer for its TTL.

    Args:
        cafile: authorities to trust instead of the system's.
        resolver: instead of aiodns.
    """

    def __init__(self, *, cafile: str | None = None, resolver: AbstractResolver | None = None) -> None:
        self.stalls = Stalls()
        self._resolver = resolver or aiohttp.AsyncResolver()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=WatchedResolver(self._resolver),
                use_dns_cache=False,
                force_close=True,
                limit=0,
                ssl=_verifying(cafile),
                socket_factory=dial,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(),  # none: the prober has one deadline for the whole run
            auto_decompress=False,
            middlewares=(once,),
        )
        # The kernel stamps packets only while some socket asks for it, and is slow to begin: this one always asks.
        self._stamping = socket.socket()
        stamp_arrivals(self._stamping)

    async def send(self, request: Request) -> aiohttp.ClientResponse:
        """Send it once, on a connection of its own. The answer's headers are complete, its body is yet to read."""
        return await self._session.request(
            request.method, request.url, headers=request.headers, data=request.body, allow_redirects=False
        )

    async def close(self) -> None:
        await self._session.close()
        await self._resolver.close()
        self._stamping.close()


class WatchedResolver(AbstractResolver):
    """Tells the hop how long a name took."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        hop = watched_hop()
        hop.resolving = time.monotonic_ns()
        found = await self._resolver.resolve(host, port, family)
        hop.resolved = time.monotonic_ns()
        return found

    async def close(self) -> None:
        await self._resolver.close()


async def once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending a request a second time by itself when the connection broke."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except aiohttp.ClientConnectionError as error:
        raise BrokenError(str(error)) from error


def _verifying(cafile: str | None) -> ssl.SSLContext:
    """Takes 33 ms with the system's authorities, so it is made once."""
    context = ssl.create_default_context(cafile=cafile)
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = WatchedTLS
    return context
