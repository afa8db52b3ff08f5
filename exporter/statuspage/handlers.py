"""The endpoints of Statuspage's public API v2, which take no parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeAlias

from aiohttp import web

from exporter.documents import Document
from exporter.rendering import Rendering, as_json, respond
from exporter.sources import SOURCES, Sources
from exporter.statuspage.documents import component_documents, page_document, status_document
from exporter.statuspage.incidents import incident_document
from exporter.statuspage.maintenances import maintenance_document
from exporter.statuspage.present import Present, present_of
from monitor.core.model import Incident, MaintenanceStatus, Window

Tell: TypeAlias = Callable[[Present], Document]


async def summary(request: web.Request) -> web.Response:
    return await _told(request, _summary)


async def status(request: web.Request) -> web.Response:
    return await _told(request, _status)


async def components(request: web.Request) -> web.Response:
    return await _told(request, _components)


async def incidents(request: web.Request) -> web.Response:
    return await _told(request, _incidents)


async def unresolved_incidents(request: web.Request) -> web.Response:
    return await _told(request, _unresolved)


async def maintenances(request: web.Request) -> web.Response:
    return await _told(request, _maintenances)


async def upcoming_maintenances(request: web.Request) -> web.Response:
    return await _told(request, _upcoming)


async def active_maintenances(request: web.Request) -> web.Response:
    return await _told(request, _active)


async def _told(request: web.Request, tell: Tell) -> web.Response:
    sources = request.app[SOURCES]
    return respond(request, await sources.renderings.get(tell, lambda: _rendered(sources, tell)))


async def _rendered(sources: Sources, tell: Tell) -> Rendering:
    present = await present_of(sources)
    # Fifty long incidents take some 50 ms: on the loop, they would make probes late.
    return await asyncio.to_thread(lambda: as_json({"page": page_document(present), **tell(present)}))


def _summary(present: Present) -> Document:
    return {
        **_components(present),
        **_unresolved(present),
        **_planned(present, _with_status(present, MaintenanceStatus.IN_PROGRESS, MaintenanceStatus.SCHEDULED)),
        **_status(present),
    }


def _status(present: Present) -> Document:
    return {"status": status_document(present)}


def _components(present: Present) -> Document:
    return {"components": list(component_documents(present).values())}


def _incidents(present: Present) -> Document:
    """The newest, and whatever else is not over."""
    found = {incident.id: incident for incident in (*present.recent, *present.open)}
    newest_first = sorted(found.values(), key=lambda incident: (incident.created_at, incident.id), reverse=True)
    return _happened(present, newest_first)


def _unresolved(present: Present) -> Document:
    return _happened(present, present.open)


def _maintenances(present: Present) -> Document:
    """Latest first: all to come, and the newest of those that began."""
    to_come = _with_status(present, MaintenanceStatus.SCHEDULED)
    begun = [window for window in present.begun_windows if not window.cancelled]
    return _planned(present, [*to_come[::-1], *begun])


def _upcoming(present: Present) -> Document:
    return _planned(present, _with_status(present, MaintenanceStatus.SCHEDULED))


def _active(present: Present) -> Document:
    return _planned(present, _with_status(present, MaintenanceStatus.IN_PROGRESS))


def _with_status(present: Present, *statuses: MaintenanceStatus) -> list[Window]:
    """Windows that are not over, the first to begin first."""
    found = (window for window in present.setup.windows if window.status(present.at) in statuses)
    return sorted(found, key=lambda window: (window.starts, window.id))


def _happened(present: Present, found: Iterable[Incident]) -> Document:
    known = component_documents(present)
    return {"incidents": [incident_document(incident, present.page, known) for incident in found]}


def _planned(present: Present, found: Iterable[Window]) -> Document:
    known = component_documents(present)
    return {"scheduled_maintenances": [maintenance_document(window, present, known) for window in found]}
