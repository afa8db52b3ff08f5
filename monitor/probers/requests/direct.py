"""Requests without a proxy: each on a connection of its own, straight on the loop."""

from __future__ import annotations

import errno

import aiohttp
from yarl import URL

from monitor.probers.judging.expect import Answer
from monitor.probers.judging.failures import BrokenError
from monitor.probers.network import Network
from monitor.probers.requests.http_talk import Heard, HttpTalk
from monitor.probers.requests.request import Request
from monitor.probers.wire.connecting import AddressInfo, addressed, first_of, is_address
from monitor.probers.wire.encrypting import Encrypted
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.route import Route
from monitor.probers.wire.sockets import WatchedSocket, watched
from monitor.probers.wire.talking import Talk, hold

OUR_OWN_WANT = (errno.EMFILE, errno.ENFILE)


class Direct:
    """Implements Way."""

    def __init__(self, network: Network, route: Route, most: int) -> None:
        self._network = network
        self._route = route
        self._most = most

    async def ask(self, request: Request, hop: Hop, heard: Heard) -> Answer:
        host, port = _host(request.url), request.url.port or 0
        if not is_address(host) and _is_numeric(host):
            raise aiohttp.InvalidURL(request.url)
        with watched(hop):
            left = await addressed(self._network, host, port)
            return await self._answered(left, request, hop, heard)

    async def _answered(self, left: list[AddressInfo], request: Request, hop: Hop, heard: Heard) -> Answer:
        """A handshake that fails leads on to the addresses that are left."""
        broken: BrokenError | None = None
        while left:
            try:
                connected = await first_of(left, hop.host, request.url.port or 0)
            except aiohttp.ClientConnectorError as error:
                if broken is None or error.errno in OUR_OWN_WANT:
                    raise
                break  # the handshake explains more
            left.remove(connected.address_info)
            with connected:
                try:
                    return await self._asked(request, hop, heard, connected)
                except BrokenError as error:
                    if not hop.in_handshake:
                        raise
                    broken = error
        assert broken is not None
        raise broken

    async def _asked(self, request: Request, hop: Hop, heard: Heard, connected: WatchedSocket) -> Answer:
        talk = HttpTalk(request, hop, heard, self._most)
        try:
            await hold(self._spoken(talk, request.url), connected)
        except OSError as error:
            raise BrokenError(str(error)) from error
        return talk.answer

    def _spoken(self, talk: Talk, url: URL) -> Talk:
        if url.scheme != "https":
            return talk
        return Encrypted(talk, self._route.context(), _host(url).rstrip("."))


def _host(url: URL) -> str:
    """As it is dialled: URLs may spell the `%` before the zone of a local address as `%25`."""
    return (url.raw_host or "").replace("%25", "%")


def _is_numeric(host: str) -> bool:
    """Whether a resolver might take it for an address, though it is not written as one: 2130706433, 127.1."""
    return host.replace(".", "").isdigit()
