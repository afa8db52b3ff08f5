"""The JSON API: one handler for each endpoint."""

from __future__ import annotations

from aiohttp import web

from exporter.documents import component_document, incident_document, status_document
from exporter.paging import paged
from exporter.parameters import IncidentQuery, incident_query
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


async def incidents(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    query = incident_query(request.query, [known.id for known in sources.board.setup.components])
    return respond(request, await sources.renderings.get(query, lambda: _incidents(sources, query)))


async def incident(request: web.Request) -> web.Response:
    sources, name = request.app[SOURCES], request.match_info["id"]
    return respond(request, await sources.renderings.get(("incident", name), lambda: _incident(sources, name)))


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


async def _incidents(sources: Sources, query: IncidentQuery) -> Rendering:
    found = await sources.history.incidents(
        limit=query.limit + 1,
        before=query.cursor,
        status=query.status,
        component=query.component,
    )
    shown, following = paged(found, query.limit, lambda incident: (incident.created_at, incident.id))
    return as_json({"incidents": [incident_document(incident) for incident in shown], **following})


async def _incident(sources: Sources, name: str) -> Rendering:
    incident = sources.board.incidents.get(name) or await sources.history.incident(name)
    if incident is None:
        raise Problem(404, f"There is no incident {name!r}.")
    return as_json(incident_document(incident))
