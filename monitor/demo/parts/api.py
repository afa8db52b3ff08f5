"""The valuation API, which asks Authentication about every token it is shown."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
from aiohttp import web

from monitor.demo.parts.auth import CLIENT_ID, CLIENT_SECRET

# Seconds for which the last good token is believed while Authentication cannot be asked:
# longer than the demo takes to confirm an outage, so that the cause shows before its effect.
TRUST = 3.0
ASK_WITHIN = aiohttp.ClientTimeout(total=0.5)

VALUATIONS = [
    {"id": "val_1", "item": "Shearling coat", "currency": "EUR", "amount": 420},
    {"id": "val_2", "item": "Leather satchel", "currency": "EUR", "amount": 185},
]


class Api:
    """An open health endpoint, and valuations for bearers of a valid token.

    Args:
        auth: the URL of Authentication.
        clock: monotonic seconds.
    """

    def __init__(self, auth: str, clock: Callable[[], float]) -> None:
        self._auth = auth
        self._clock = clock
        self._trusted = ""
        self._trusted_until = 0.0

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/health", _health), web.get("/v1/valuations", self._valuations)]

    async def _valuations(self, request: web.Request) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return _unauthorized("Bearer")
        try:
            valid = await self._valid(token)
        except (aiohttp.ClientError, TimeoutError):
            return web.json_response({"error": "authentication unavailable"}, status=503)
        if not valid:
            return _unauthorized('Bearer error="invalid_token"')
        return web.json_response({"valuations": VALUATIONS})

    async def _valid(self, token: str) -> bool:
        try:
            valid = await self._introspect(token)
        except (aiohttp.ClientError, TimeoutError):
            if token == self._trusted and self._clock() < self._trusted_until:
                return True
            raise
        if valid:
            self._trusted, self._trusted_until = token, self._clock() + TRUST
        return valid

    async def _introspect(self, token: str) -> bool:
        """Ask on a new connection each time, so that none left over hides that Authentication is gone."""
        form = {"token": token, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        async with (
            aiohttp.ClientSession(timeout=ASK_WITHIN, raise_for_status=True) as session,
            session.post(f"{self._auth}/oauth/introspect", data=form) as response,
        ):
            answer: dict[str, object] = await response.json()
            return answer["active"] is True


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _unauthorized(challenge: str) -> web.Response:
    return web.json_response({"error": "unauthorized"}, status=401, headers={"WWW-Authenticate": challenge})
