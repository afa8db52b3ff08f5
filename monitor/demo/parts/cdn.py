"""The CDN: one asset, fetched from the origin once and served from the edge from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from aiohttp import web

ASSET = 'console.log("JustKalm");\n'
ETAG = f'"{hashlib.sha256(ASSET.encode()).hexdigest()[:16]}"'


class Cdn:
    """An edge with an empty cache.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._cached_at: float | None = None

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/assets/app.js", self._asset)]

    async def _asset(self, request: web.Request) -> web.Response:
        headers = self._headers()
        if request.headers.get("If-None-Match") == ETAG:
            return web.Response(status=304, headers=headers)
        return web.Response(text=ASSET, content_type="text/javascript", headers=headers)

    def _headers(self) -> dict[str, str]:
        cached = "MISS" if self._cached_at is None else "HIT"
        if self._cached_at is None:
            self._cached_at = self._clock()
        age = int(self._clock() - self._cached_at)
        return {"Cache-Control": "public, max-age=86400", "ETag": ETAG, "Age": str(age), "X-Cache": cached}
