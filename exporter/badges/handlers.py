"""The endpoints of badges."""

from __future__ import annotations

from aiohttp import web

from exporter.badges.badge import PERIODS, Badge, response_time_badge, shield_document, status_badge, uptime_badge
from exporter.badges.drawing import drawn
from exporter.documents import UNHEARD
from exporter.fields import one_of
from exporter.paging import read
from exporter.problems import Problem
from exporter.rendering import Rendering, as_json, as_text, respond
from exporter.sources import SOURCES

CONTENT_TYPE = "image/svg+xml; charset=utf-8"
SHOWN = ("status", "uptime", "response_time")
READERS = {"show": lambda text: one_of(text, SHOWN), "period": lambda text: one_of(text, PERIODS)}

# Drawn for each reader anew: in the cache, the many that there can be would oust what costs more to make.


async def picture(request: web.Request) -> web.Response:
    return _answer(request, as_text(drawn(await _badge(request)), CONTENT_TYPE))


async def shield(request: web.Request) -> web.Response:
    return _answer(request, as_json(shield_document(await _badge(request))))


async def _badge(request: web.Request) -> Badge:
    """The one that `show` asks for, of an uptime that of the `period`."""
    sources, name = request.app[SOURCES], request.match_info["component"]
    component = sources.board.component_setup(name)
    if component is None:
        raise Problem(404, f"There is no component {name!r}.")
    asked = read(request.query, READERS)
    show, period = asked.get("show", "status"), asked.get("period", "month")
    if show == "status":
        return status_badge(component, sources.board.components.get(name, UNHEARD).status)
    figures = await sources.figures(name)
    if show == "uptime":
        return uptime_badge(component, period, figures.uptimes[period])
    return response_time_badge(component, figures.response_time)


def _answer(request: web.Request, rendering: Rendering) -> web.Response:
    """For pages of other sites above all, whatever they demand of what they take in."""
    response = respond(request, rendering)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
