"""Incidents: everybody sees them; people open them, say more of them, and write down what was learned."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from exporter.authentication import author
from exporter.documents import Document, incident_document
from exporter.fields import Reader, at_least_one, flag, line, lines, one_of, read_fields, wrong_fields
from exporter.idempotency import commanded_once
from exporter.paging import paged
from exporter.parameters import IncidentQuery, incident_query
from exporter.problems import Problem
from exporter.rendering import Rendering, as_json, json_answer, respond
from exporter.sources import SOURCES, Sources
from monitor.core.board import Board
from monitor.core.model import Explained, Impact, Incident, IncidentStatus, Reported, Step, Written

LONGEST_MESSAGE = 2_000  # characters
LONGEST_POSTMORTEM = 10_000  # characters


async def incidents(request: web.Request) -> web.Response:
    """Newest first."""
    sources = request.app[SOURCES]
    query = incident_query(request.query, [known.id for known in sources.board.setup.components])
    return respond(request, await sources.renderings.get(query, lambda: _listed(sources, query)))


async def incident(request: web.Request) -> web.Response:
    sources, name = request.app[SOURCES], request.match_info["id"]
    return respond(request, await sources.renderings.get(("incident", name), lambda: _told(sources, name)))


async def report(request: web.Request) -> web.Response:
    """201 with an incident that people look after; 409 where they do already, and know it by another."""
    key, sources, body = await author(request), request.app[SOURCES], await request.read()
    return await commanded_once(request, key, lambda: _reported(sources, key.name, body))


async def write(request: web.Request) -> web.Response:
    """201 with the incident, of which there is more to say now."""
    key, sources, body = await author(request), request.app[SOURCES], await request.read()
    name = request.match_info["id"]
    return await commanded_once(request, key, lambda: _more_said(sources, key.name, name, body))


async def change(request: web.Request) -> web.Response:
    """200 with the incident as it is now."""
    key, sources, body = await author(request), request.app[SOURCES], await request.read()
    read, name = _changes(body), request.match_info["id"]
    async with sources.commanding:  # what one writes, the next must see
        return json_answer(await _changed(sources, key.name, name, read))


# ── seeing them ──────────────────────────────────────────────────────────────────────────────────────


async def _listed(sources: Sources, query: IncidentQuery) -> Rendering:
    found = await sources.history.incidents(
        limit=query.limit + 1,
        before=query.cursor,
        status=query.status,
        component=query.component,
    )
    shown, following = paged(found, query.limit, lambda incident: (incident.created_at, incident.id))
    return as_json({"incidents": [incident_document(incident) for incident in shown], **following})


async def _told(sources: Sources, name: str) -> Rendering:
    return as_json(incident_document(await _known(sources, name)))


async def _known(sources: Sources, name: str) -> Incident:
    incident = sources.board.incidents.get(name) or await sources.history.incident(name)
    if incident is None:
        raise Problem(404, f"There is no incident {name!r}.")
    return incident


# ── writing them ─────────────────────────────────────────────────────────────────────────────────────


async def _reported(sources: Sources, by: str, body: bytes) -> Document:
    read = read_fields(body, _report_readers(sources.board), required=("title", "components", "message"))
    _refuse_held(sources.board, read["components"])
    said = {"impact": None, "status": IncidentStatus.INVESTIGATING} | read
    return _written(await sources.obey(Reported(at=sources.clock.now(), by=by, **said)))


async def _more_said(sources: Sources, by: str, name: str, body: bytes) -> Document:
    about = await _known(sources, name)
    read = read_fields(body, {"message": _message, "status": _status}, required=("message",))
    return _written(await sources.obey(_more(sources, by, about, read)))


async def _changed(sources: Sources, by: str, name: str, read: dict[str, Any]) -> Document:
    about = await _known(sources, name)
    command = (_learned if "postmortem" in read else _more)(sources, by, about, read)
    return incident_document(about) if _is_so(about, read) else _written(await sources.obey(command))


def _is_so(about: Incident, read: dict[str, Any]) -> bool:
    """Whether it is as they say already, and they say no more. Who gives it a status also takes it over."""
    said = {"hold": True, **read} if "status" in read else read
    now = {"title": about.title, "impact": about.impact, "status": about.status, "hold": about.held}
    return all(name in now and now[name] == value for name, value in said.items())


def _more(sources: Sources, by: str, about: Incident, read: dict[str, Any]) -> Written:
    if not about.open:
        raise Problem(422, f"{about.id} is resolved; only a post-mortem can still be written.")
    if about.by and read.get("hold") is False:
        raise wrong_fields({"hold": "people opened it, so people end it."})
    return Written(at=sources.clock.now(), by=by, incident=about.id, **({"message": ""} | read))


def _learned(sources: Sources, by: str, about: Incident, read: dict[str, Any]) -> Explained:
    if about.open:
        raise Problem(422, f"{about.id} is not over; a post-mortem is written once it is resolved.")
    return Explained(at=sources.clock.now(), by=by, incident=about, text=read["postmortem"])


def _written(step: Step) -> Document:
    """The incident in which the step has something that a person wrote."""
    for event in step.events:
        subject = event.subject
        if isinstance(subject, Incident) and subject.updates[-1].by:
            return incident_document(step.incidents[subject.id])
    raise Problem(409, "What this is about has changed meanwhile, and nothing was written: look at it again.")


def _refuse_held(board: Board, components: tuple[str, ...]) -> None:
    held = {name: incident.id for incident in board.open_incidents() if incident.held for name in incident.components}
    for name in components:
        if name in held:
            raise Problem(409, f"{name} is part of {held[name]}, which people look after: write there.")


# ── their fields ─────────────────────────────────────────────────────────────────────────────────────


def _report_readers(board: Board) -> dict[str, Reader]:
    components = [component.id for component in board.setup.components]
    return {
        "title": line,
        "components": lambda value: at_least_one(value, components),
        "message": _message,
        "impact": _impact,
        "status": _opening,
    }


def _changes(body: bytes) -> dict[str, Any]:
    readers: dict[str, Reader] = {
        "title": line,
        "impact": _impact,
        "status": _status,
        "hold": flag,
        "message": _message,
        "postmortem": lambda value: lines(value, LONGEST_POSTMORTEM),
    }
    read = read_fields(body, readers)
    if not read:
        raise Problem(422, f"Nothing is to be changed; there are {', '.join(readers)}.")
    if "postmortem" in read and len(read) > 1:
        raise wrong_fields({"postmortem": "is written alone."})
    return read


def _message(value: object) -> str:
    return lines(value, LONGEST_MESSAGE)


def _impact(value: object) -> Impact:
    return Impact(one_of(value, list(Impact)))


def _status(value: object) -> IncidentStatus:
    return IncidentStatus(one_of(value, list(IncidentStatus)))


def _opening(value: object) -> IncidentStatus:
    return IncidentStatus(one_of(value, [each for each in IncidentStatus if each is not IncidentStatus.RESOLVED]))
