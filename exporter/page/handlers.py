"""The pages' handlers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable
from typing import Any

from aiohttp import web

from exporter.page.component import component as component_page
from exporter.page.front import front as front_page
from exporter.page.history import history as history_page
from exporter.page.incident import incident as incident_page
from exporter.page.missing import Missing, missing
from exporter.page.style import POLICY
from exporter.paging import cursor, read
from exporter.problems import Problem
from exporter.rendering import Rendering, respond
from exporter.sources import SOURCES


async def front(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    return await _page(request, "page", lambda: front_page(sources))


async def history(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    try:
        place, nowhere = read(request.query, {"cursor": cursor}).get("cursor"), False
    except Problem:  # people get a page that they can go on from
        place, nowhere = None, True
    return await _page(request, ("history page", place, nowhere), lambda: history_page(sources, place, nowhere))


async def incident(request: web.Request) -> web.Response:
    sources, name = request.app[SOURCES], request.match_info["id"]
    return await _page(request, ("incident page", name), lambda: incident_page(sources, name))


async def component(request: web.Request) -> web.Response:
    sources, name = request.app[SOURCES], request.match_info["id"]
    return await _page(request, ("component page", name), lambda: component_page(sources, name))


async def _page(
    request: web.Request, key: Hashable, make: Callable[[], Coroutine[Any, Any, Rendering]]
) -> web.Response:
    """What is kept under the key; where there is no such page, one that says so."""
    try:
        response = respond(request, await request.app[SOURCES].renderings.get(key, make))
    except Missing:
        return await missing(request)
    response.headers["Content-Security-Policy"] = POLICY
    return response
