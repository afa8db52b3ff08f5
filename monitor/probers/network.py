"""What all probers share on one loop: a resolver, TLS settings, a session without reuse, tokens, an eye on clocks."""

from __future__ import annotations

import socket
import time

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor.probers.dates import Dates
from monitor.probers.judging.failures import BrokenError
from monitor.probers.requests.oauth import Tokens
from monitor.probers.requests.request import Request
from monitor.probers.settings import Trust
from monitor.probers.stalls import Stalls
from monitor.probers.wire.contexts import Contexts
from monitor.probers.wire.route import Route
from monitor.probers.wire.sockets import dial, stamp_arrivals, watched_hop


class Network:
    """Needs a running loop. Names are looked up anew for each run, though c-ares keeps an answer for its TTL.

    Args:
        cafile: authorities to trust instead of the system's.
        resolver: instead of aiodns.
    """

    def __init__(self, *, cafile: str | None = None, resolver: AbstractResolver | None = None) -> None:
        self.stalls = Stalls()
        self.dates = Dates()
        self.tokens = Tokens()
        self._contexts = Contexts(cafile)
        self.resolver = WatchedResolver(resolver or aiohttp.AsyncResolver())
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self.resolver,
                use_dns_cache=False,
                force_close=True,
                limit=0,
                ssl=self._contexts.context(Trust()),
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

    def route(self, trust: Trust, proxy: str | None = None, *, http: bool = True) -> Route:
        """The way to a target with these settings.

        Args:
            http: HTTP is spoken there.

        Raises:
            UnusableTrust: a file of theirs cannot be used.
        """
        self._contexts.context(trust, http=http)
        return Route(self._contexts, trust, None if proxy is None else URL(proxy), http=http)

    async def send(self, request: Request, route: Route) -> aiohttp.ClientResponse:
        """Send it through a proxy, once, on a connection of its own.

        The answer's headers are complete, its body is yet to read.
        """
        return await self._session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            ssl=route.context(),
            proxy=route.proxy,
        )

    async def close(self) -> None:
        await self._session.close()
        await self.resolver.close()
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
