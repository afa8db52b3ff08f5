"""What is not there, or not any more."""

from __future__ import annotations

from aiohttp import web

from exporter.page.style import POLICY
from exporter.page.templates import rendered
from exporter.sources import SOURCES


class Missing(Exception):
    """There is no such page."""


async def missing(request: web.Request) -> web.Response:
    """404 with a page for people who mistyped an address or follow a link that is gone."""
    sources = request.app[SOURCES]
    rendering = await sources.renderings.get("missing", lambda: rendered("missing", sources))
    headers = {
        "Content-Type": rendering.content_type,
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
    }
    return web.Response(status=404, body=rendering.body, headers=headers)
