"""The WebSocket prober: an upgrade, a message, and what must come back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial

import aiohttp
from aiohttp import WebSocketError, WSCloseCode, WSMsgType

from monitor.core.model import Reason
from monitor.probers.dialogues.one_hop import MissedError, OneHop
from monitor.probers.dialogues.turns import Turns
from monitor.probers.judging.failures import BrokenError, Failure
from monitor.probers.network import Network, once
from monitor.probers.requests.request import first_request
from monitor.probers.run import Finding
from monitor.probers.settings import HttpTarget, ProbeSettings, WebsocketTarget
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.phases import MILLISECOND, Hop, duration
from monitor.probers.wire.second_look import unverified
from monitor.probers.wire.sockets import dial, watched_hop

MOST_HEARD = 65_536  # bytes of one message
GOODBYE = 0.5  # seconds we wait for theirs
UPGRADED = 101


@dataclass
class Talk:
    """One run, as far as it got."""

    turns: Turns
    connection: aiohttp.ClientWebSocketResponse | None = None
    heard: str | None = None  # the latest message


class WebsocketInquiry:
    """Each run is one connection."""

    def __init__(self, settings: ProbeSettings, around: Surroundings) -> None:
        assert isinstance(settings.target, WebsocketTarget)
        self._target = settings.target
        self._request = first_request(HttpTarget(url=self._target.url, headers=self._target.headers))
        self._pattern = None if self._target.expect is None else re.compile(self._target.expect)
        self._timeout = settings.timeout
        self._network = around.network
        self._route = around.network.route(self._target.trust, None)
        self._one_hop = OneHop(settings, around, partial(unverified, self._route))

    async def find(self, deadline: int) -> Finding:
        talk = Talk(Turns(Hop(str(self._request.url), self._request.url.raw_host or "")))
        async with _session(self._network) as session:
            conversing = self._converse(session, talk)
            failure = await self._one_hop.failure(talk.turns.hop, conversing, deadline, partial(self._amiss, talk))
            if failure is None and talk.connection is not None:
                await talk.connection.close()
        return await self._one_hop.finding(failure, talk.turns.hops, deadline, {"body": talk.heard or ""})

    async def _converse(self, session: aiohttp.ClientSession, talk: Talk) -> None:
        talk.connection = await self._upgrade(session)
        talk.turns.end()
        if self._target.send is not None:
            await _say(talk.connection, self._target.send)
        if self._pattern is not None:
            await _hear(talk, talk.connection, self._pattern)
            talk.turns.end()

    async def _upgrade(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        try:
            return await session.ws_connect(
                self._request.url,
                headers=self._request.headers,
                ssl=self._route.context(),
                max_msg_size=MOST_HEARD,
                timeout=aiohttp.ClientWSTimeout(ws_close=GOODBYE),
                autoclose=False,
            )
        except aiohttp.WSServerHandshakeError as error:
            detail = f"the upgrade is not what was asked for: {error.message.lower()}"
            raise MissedError(Failure(Reason.HEADER, detail, phase="assertion")) from error

    def _amiss(self, talk: Talk) -> Failure | None:
        """What is wrong when we wait no longer."""
        if talk.connection is None or self._pattern is None:
            return None
        if talk.heard is None:
            return Failure(Reason.TIMEOUT_BODY, f"no message within {duration(self._timeout * MILLISECOND)}")
        return replace(_mismatch(self._pattern), timed_out=True)


async def upgraded(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Lets nothing pass but an upgrade: aiohttp would follow a redirect."""
    response = await once(request, handler)
    watched_hop().status = response.status
    if response.status == UPGRADED:
        return response
    response.close()
    detail = f"HTTP {response.status} instead of {UPGRADED}"
    raise MissedError(Failure(Reason.HTTP_STATUS, detail, phase="assertion"))


def _session(network: Network) -> aiohttp.ClientSession:
    """One for each run, which ends with it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=network.resolver, use_dns_cache=False, force_close=True, limit=0, socket_factory=dial
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(),  # none: the run has a deadline
        middlewares=(upgraded,),
    )


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────


async def _say(connection: aiohttp.ClientWebSocketResponse, words: str) -> None:
    try:
        await connection.send_str(words)
    except ConnectionResetError as error:
        raise BrokenError(str(error)) from error


async def _hear(talk: Talk, connection: aiohttp.ClientWebSocketResponse, pattern: re.Pattern[str]) -> None:
    """Until a message comes in which the pattern is found."""
    while talk.heard is None or not pattern.search(talk.heard):
        message = await connection.receive()
        match message.type:
            case WSMsgType.TEXT:
                talk.heard = message.data
            case WSMsgType.BINARY:
                talk.heard = message.data.decode(errors="replace")
            case WSMsgType.ERROR:
                raise MissedError(_unreadable(message.data))
            case _:
                raise MissedError(_closed(talk, message.data, pattern))


def _unreadable(error: Exception) -> Failure:
    if isinstance(error, WebSocketError) and error.code == WSCloseCode.MESSAGE_TOO_BIG:
        return Failure(Reason.TOO_LARGE, f"a message is longer than {MOST_HEARD} bytes")
    return Failure(Reason.PROTOCOL, "what follows the upgrade is not WebSocket")


def _closed(talk: Talk, code: int | None, pattern: re.Pattern[str]) -> Failure:
    if talk.turns.hop.reset:
        return Failure(Reason.RESET, f"connection reset by {talk.turns.hop.counterpart}")
    if talk.heard is not None:
        return _mismatch(pattern)
    with_code = f" with code {code}" if code else ""
    return Failure(Reason.RESET, f"connection closed{with_code} without a message")


def _mismatch(pattern: re.Pattern[str]) -> Failure:
    return Failure(Reason.BODY, f"no message matches {pattern.pattern}", phase="assertion")
