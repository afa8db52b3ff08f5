"""Where access tokens come from: each is asked for once, and used while it is good."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from monitor.core.model import Duration, Reason
from monitor.probers.judging.failures import OURS, Failure
from monitor.probers.requests.exchange import Exchange, Exchanger, seconds_left
from monitor.probers.requests.oauth import Token, granted, token_target
from monitor.probers.requests.request import first_request
from monitor.probers.settings import HttpTarget, OAuth2
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.phases import MILLISECOND, Hop, duration


class TokenEndpoint:
    """Asked on the way on which the target is asked. Its tokens are shared by all probes with these credentials."""

    def __init__(self, auth: OAuth2, target: HttpTarget, around: Surroundings) -> None:
        self._auth = auth
        self._tokens = around.network.tokens
        asked = token_target(auth, target)
        self._request = first_request(asked)
        self._exchanger = Exchanger(asked, around)

    async def token(self, deadline: int, limit: Duration) -> Token | Exchange:
        """One that is still good; the exchange that failed when there is none to be had."""
        held = self._tokens.held(self._auth)
        if held is not None:
            return held
        asking = self._tokens.asking(self._auth)
        try:
            async with asyncio.timeout(seconds_left(deadline)):
                await asking.acquire()
        except TimeoutError:
            return self._waited_in_vain(limit)
        try:
            return self._tokens.held(self._auth) or await self._ask(deadline, limit)
        finally:
            asking.release()

    def refused(self, token: Token) -> None:
        """The target did not take it."""
        self._tokens.drop(self._auth, token)

    async def _ask(self, deadline: int, limit: Duration) -> Token | Exchange:
        exchange = await self._exchanger.exchange(self._request, deadline, limit)
        if exchange.answer is None:
            return _unanswered(exchange)
        token = granted(exchange.answer)
        if isinstance(token, Token):
            self._tokens.hold(self._auth, token)
            return token
        shown = exchange.answer if exchange.answer.status >= 400 else None  # another may hold a token
        return replace(exchange, hops=(), failure=token, answer=shown)

    def _waited_in_vain(self, limit: Duration) -> Exchange:
        """The run that asks has no answer yet."""
        url = self._request.url
        detail = f"the token endpoint: no token within {duration(limit * MILLISECOND)}"
        failure = Failure(Reason.AUTH, detail, phase="auth", timed_out=True)
        return Exchange(last=Hop(str(url), url.raw_host or ""), failure=failure)


def _unanswered(exchange: Exchange) -> Exchange:
    assert exchange.failure is not None
    reason = exchange.failure.reason if exchange.failure.reason in OURS else Reason.AUTH
    failure = replace(exchange.failure, reason=reason, detail=f"the token endpoint: {exchange.failure.detail}")
    return replace(exchange, hops=(), failure=failure)
