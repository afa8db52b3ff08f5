"""Requests without a proxy: each on a connection of its own, straight on the loop."""

from __future__ import annotations

import aiohttp

from monitor.probers.judging.expect import Answer
from monitor.probers.judging.failures import BrokenError
from monitor.probers.network import Network
from monitor.probers.requests.http_talk import Heard, HttpTalk
from monitor.probers.requests.request import Request
from monitor.probers.wire.connecting import dialled, is_address
from monitor.probers.wire.encrypting import Encrypted
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.route import Route
from monitor.probers.wire.sockets import watched
from monitor.probers.wire.talking import Talk, hold


class Direct:
    """Implements Way."""

    def __init__(self, network: Network, route: Route, most: int) -> None:
        self._network = network
        self._route = route
        self._most = most

    async def ask(self, request: Request, hop: Hop, heard: Heard) -> Answer:
        host, port = request.url.raw_host or "", request.url.port or 0
        if not is_address(host) and _is_numeric(host):
            raise aiohttp.InvalidURL(request.url)
        talk = HttpTalk(request, hop, heard, self._most)
        with watched(hop), await dialled(self._network, host, port) as connected:
            try:
                await hold(self._spoken(talk, request, host), connected)
            except OSError as error:
                raise BrokenError(str(error)) from error
        return talk.answer

    def _spoken(self, talk: Talk, request: Request, host: str) -> Talk:
        if request.url.scheme != "https":
            return talk
        return Encrypted(talk, self._route.context(), host.rstrip("."))


def _is_numeric(host: str) -> bool:
    """Whether a resolver might take it for an address, though it is not written as one: 2130706433, 127.1."""
    return host.replace(".", "").isdigit()
