"""The status page: plain HTML of what the API tells, readable without scripts."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from exporter.documents import Document, component_document, incident_document, status_document
from exporter.rendering import Rendering, as_html, respond
from exporter.sources import SOURCES, Sources
from monitor.core.model import Incident, IncidentStatus, Status

PAST_INCIDENTS = 15

HEADLINES = {
    Status.OPERATIONAL: "All systems operational",
    Status.DEGRADED: "Degraded performance",
    Status.PARTIAL_OUTAGE: "Partial outage",
    Status.MAJOR_OUTAGE: "Major outage",
    Status.MAINTENANCE: "Maintenance in progress",
    Status.UNKNOWN: "Some of our systems are not being observed right now",
}

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def page(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    response = respond(request, await sources.renderings.get("page", lambda: _page(sources)))
    response.headers["Content-Security-Policy"] = POLICY
    return response


async def _page(sources: Sources) -> Rendering:
    figures = await sources.all_figures()
    past = await sources.history.incidents(limit=PAST_INCIDENTS, status=IncidentStatus.RESOLVED)
    board = sources.board
    components = [
        component_document(board, component, figures[component.id])
        for component in board.setup.components
        if component.id in figures
    ]
    return as_html(
        _TEMPLATE.render(
            page=sources.page,
            overall=status_document(board),
            components=components,
            names={component.id: component.name for component in board.setup.components},
            current=_newest_first(board.open_incidents()),
            past=_newest_first(past),
            degraded=sorted(sources.vitals.degraded),
        )
    )


def _newest_first(incidents: list[Incident]) -> list[Document]:
    ordered = sorted(incidents, key=lambda incident: (incident.created_at, incident.id), reverse=True)
    return [incident_document(incident) for incident in ordered]


def _words(term: str) -> str:
    """degraded_performance → Degraded performance."""
    return term.replace("_", " ").capitalize()


def _moment(timestamp: str) -> str:
    """2024-12-10T15:30:00Z → 10 Dec 2024, 15:30 UTC."""
    at = datetime.fromisoformat(timestamp)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} %"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"words": _words, "moment": _moment, "percent": _percent}
    environment.globals |= {"style": Markup(STYLE), "headlines": HEADLINES}
    return environment


# Compiled while we start: at the first request it would hold up the loop.
_TEMPLATE = _environment().get_template("page.html")
