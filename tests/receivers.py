"""Receivers of webhooks on loopback: they verify what they get, and behave as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError


@dataclass
class Receiver:
    """Answers each POST with `status`, unless it has a way of its own."""

    status: int = 204
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    secret: str = ""
    url: str = ""
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # (webhook-id, body), verified
    unsigned: list[str] = field(default_factory=list)  # webhook-ids of what did not verify

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def ids(self) -> list[str]:
        return [webhook_id for webhook_id, _ in self.got]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        if self.answer is not None:
            return await self.answer(request)
        if self.status < 300:
            try:
                body = Webhook(self.secret).verify(await request.read(), dict(request.headers))
            except WebhookVerificationError:
                self.unsigned.append(request.headers.get("webhook-id", ""))
                return web.Response(status=400)
            self.got.append((request.headers["webhook-id"], body))
        return web.Response(status=self.status)


async def hang(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def drip(request: web.Request) -> web.StreamResponse:
    """An answer that never ends."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 1_024)
        await asyncio.sleep(0)
