"""Requests through a proxy: aiohttp speaks with it."""

from __future__ import annotations

import aiohttp
from multidict import CIMultiDict

from monitor.probers.judging.expect import Answer
from monitor.probers.network import Network
from monitor.probers.requests.http_talk import Heard
from monitor.probers.requests.request import Request
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.route import Route
from monitor.probers.wire.sockets import watched


class Proxied:
    """Implements Way."""

    def __init__(self, network: Network, route: Route, most: int) -> None:
        self._network = network
        self._route = route
        self._most = most

    async def ask(self, request: Request, hop: Hop, heard: Heard) -> Answer:
        with watched(hop):
            response = await self._network.send(request, self._route)
            try:
                headers = CIMultiDict(response.headers)
                if heard(response.status, headers):
                    hop.finish(by_end=False)
                    return Answer(response.status, headers)
                body = await _read(response, hop, self._most)
                return Answer(response.status, headers, body[: self._most], cut=len(body) > self._most)
            finally:
                hop.garbled = _garbled(response)
                response.close()


async def _read(response: aiohttp.ClientResponse, hop: Hop, most: int) -> bytes:
    """The body, or rather more than so many bytes of it."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            hop.finish(by_end=False)
            return bytes(body)
    by_end = _ends_with_connection(response)
    if by_end and hop.reset:
        raise aiohttp.ClientPayloadError("reset")
    hop.finish(by_end=by_end)
    return bytes(body)


def _garbled(response: aiohttp.ClientResponse) -> bool:
    """Whether the parser gave up on the body: aiohttp does not tell the reader, who waits until the deadline."""
    protocol = response.connection and response.connection.protocol
    return protocol is not None and protocol.exception() is not None


def _ends_with_connection(response: aiohttp.ClientResponse) -> bool:
    """Whether the body has no length of its own, and only the end of the connection ends it."""
    framed = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
    return not framed and response.content is not aiohttp.EMPTY_PAYLOAD
