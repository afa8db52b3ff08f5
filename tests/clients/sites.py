"""Sites on loopback whose pages a browser opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from aiohttp import web

Answer: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Site:
    """A site on loopback, with answers by path; `asked` holds (path, If-None-Match, status) of each question."""

    answers: dict[str, Answer]
    asked: list[tuple[str, str | None, int]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        answer = self.answers.get(request.path)
        response = await answer(request) if answer else web.Response(status=404)
        self.asked.append((request.path, request.headers.get("If-None-Match"), response.status))
        return response

    def asked_for(self, path: str) -> list[tuple[str | None, int]]:
        return [(tag, status) for asked, tag, status in self.asked if asked == path]
