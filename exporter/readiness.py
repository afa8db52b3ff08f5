"""The two endpoints that tell whoever keeps us running how we are."""

from __future__ import annotations

from aiohttp import web

from exporter.problems import Problem
from exporter.sources import SOURCES

NEVER_CACHED = {"Cache-Control": "no-store"}


async def livez(_request: web.Request) -> web.Response:
    """200 while the loop turns: what cannot answer this is to be started anew."""
    return _ok()


async def readyz(request: web.Request) -> web.Response:
    """200 once the config is loaded and while the store takes writes."""
    vitals = request.app[SOURCES].vitals
    if not vitals.configured:
        raise Problem(503, "The config is not loaded yet.", headers=NEVER_CACHED)
    if not vitals.store_writable:
        raise Problem(503, "The store does not take writes; results wait in memory.", headers=NEVER_CACHED)
    return _ok()


def _ok() -> web.Response:
    return web.Response(text="ok\n", headers=NEVER_CACHED)
