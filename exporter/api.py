"""How components are, as JSON."""

from __future__ import annotations

from aiohttp import web

from exporter.documents import component_document, status_document
from exporter.problems import Problem
from exporter.rendering import Rendering, as_json, respond
from exporter.sources import SOURCES, Sources


async def status(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    return respond(request, await sources.renderings.get("status", lambda: _status(sources)))


async def components(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    return respond(request, await sources.renderings.get("components", lambda: _components(sources)))


async def component(request: web.Request) -> web.Response:
    sources, name = request.app[SOURCES], request.match_info["id"]
    return respond(request, await sources.renderings.get(("component", name), lambda: _component(sources, name)))


async def _status(sources: Sources) -> Rendering:
    return as_json(status_document(sources.board))


async def _components(sources: Sources) -> Rendering:
    figures = await sources.all_figures()
    board = sources.board
    known = [component for component in board.setup.components if component.id in figures]
    return as_json({"components": [component_document(board, each, figures[each.id]) for each in known]})


async def _component(sources: Sources, name: str) -> Rendering:
    component = sources.board.component_setup(name)
    if component is None:
        raise Problem(404, f"There is no component {name!r}.")
    return as_json(component_document(sources.board, component, await sources.figures(name)))
