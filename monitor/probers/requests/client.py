"""Requests to one target, with a token where it wants one."""

from __future__ import annotations

import time
from dataclasses import replace

from aiohttp.abc import AbstractCookieJar

from monitor.core.model import Duration
from monitor.probers.requests.exchange import Exchange, Exchanger
from monitor.probers.requests.request import Request
from monitor.probers.requests.token_endpoint import TokenEndpoint
from monitor.probers.settings import HttpTarget, OAuth2
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.phases import MILLISECOND


class Client:
    """Asks one target.

    Raises:
        UnusableTrust: a file that the target's `trust` names cannot be used.
    """

    def __init__(self, target: HttpTarget, around: Surroundings) -> None:
        self._exchanger = Exchanger(target, around)
        self._endpoint = TokenEndpoint(target.auth, target, around) if isinstance(target.auth, OAuth2) else None

    async def ask(
        self, request: Request, deadline: int, limit: Duration, cookies: AbstractCookieJar | None = None
    ) -> Exchange:
        """As `Exchanger.exchange`. A token must come by the deadline; from then on the target has the whole limit."""
        if self._endpoint is None or "Authorization" in request.headers:
            return await self._exchanger.exchange(request, deadline, limit, cookies)
        token = await self._endpoint.token(deadline, limit)
        if isinstance(token, Exchange):
            return token
        deadline = time.monotonic_ns() + limit * MILLISECOND
        request = request.with_header("Authorization", f"Bearer {token.value}")
        exchange = await self._exchanger.exchange(request, deadline, limit, cookies)
        if exchange.http_status == 401:
            self._endpoint.refused(token)
        return replace(exchange, secrets=(token.value,))
