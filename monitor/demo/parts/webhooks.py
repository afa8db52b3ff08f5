"""Event delivery: takes an event as JSON, and soon posts it to the URL that came with it."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from monitor.demo.listener import Sleep

DELIVERS_AFTER = 0.05  # seconds
POST_WITHIN = aiohttp.ClientTimeout(total=1.0)


class Webhooks:
    """Posts to this machine alone: to loopback, and to the host that it is told of.

    Args:
        sleep: waits the given seconds before an event is posted.
        watcher: the host at which who watches is reached.
    """

    def __init__(self, sleep: Sleep, watcher: str) -> None:
        self._sleep = sleep
        self._watcher = watcher
        self._deliveries: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/deliveries", self._accept)]

    async def close(self) -> None:
        """Give up what was not posted yet."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _accept(self, request: web.Request) -> web.Response:
        try:
            event = await request.json()
        except ValueError:
            return web.json_response({"error": "not JSON"}, status=400)
        delivery = f"dlv_{secrets.token_hex(8)}"
        if isinstance(event, dict) and "url" in event:
            if not self._is_near(str(event["url"])):
                return web.json_response({"error": "url is not of this machine"}, status=422)
            self._deliver(delivery, event)
        return web.json_response({"id": delivery, "status": "accepted"}, status=202)

    def _is_near(self, url: str) -> bool:
        try:
            host = urlsplit(url).hostname or ""
            return host == self._watcher or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def _deliver(self, delivery: str, event: Mapping[str, object]) -> None:
        posting = asyncio.create_task(self._post(delivery, event))
        self._deliveries.add(posting)
        posting.add_done_callback(self._deliveries.discard)

    async def _post(self, delivery: str, event: Mapping[str, object]) -> None:
        await self._sleep(DELIVERS_AFTER)
        body = {"id": delivery, "type": event.get("type")}
        with suppress(aiohttp.ClientError, TimeoutError):
            async with (
                aiohttp.ClientSession(timeout=POST_WITHIN) as session,
                session.post(str(event["url"]), json=body, allow_redirects=False),  # they could lead anywhere
            ):
                pass
