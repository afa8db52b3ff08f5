"""Reports of calendar months: as documents, and as a page to print."""

from __future__ import annotations

import asyncio

from aiohttp import web

from exporter.fields import one_of, wrong_fields
from exporter.negotiation import preferred
from exporter.paging import read
from exporter.problems import Problem
from exporter.rendering import Rendering, as_text, respond
from exporter.reporting.archive import OwnArchive, basis_of
from exporter.reporting.as_page import POLICY
from exporter.reporting.compiling import NoReport, compiled
from exporter.reporting.formats import FORMATS
from exporter.reporting.months import Month, parse_month
from exporter.sources import SOURCES, Sources

DOCUMENTS = ("json", "csv", "text")


async def report(request: web.Request) -> web.Response:
    """In the format that `format` names, or else the one that Accept wants."""
    response = await _told(request, _format(request))
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


async def page(request: web.Request) -> web.Response:
    response = await _told(request, "html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


async def _told(request: web.Request, name: str) -> web.Response:
    sources, month = request.app[SOURCES], _month(request)
    key = ("report", month, name)
    return respond(request, await sources.renderings.get(key, lambda: _rendered(sources, month, name)))


async def _rendered(sources: Sources, month: Month, name: str) -> Rendering:
    components = sources.board.setup.components
    basis = await basis_of(sources.history, sources.page, components, sources.clock.now())
    try:
        found = await compiled(OwnArchive(sources.history), basis, month)
    except NoReport as reason:
        raise Problem(404, str(reason)) from None
    told = FORMATS[name]
    # The first page takes some 30 ms: on the loop, it would make probes late.
    return await asyncio.to_thread(lambda: as_text(told.text(found), told.content_type))


def _month(request: web.Request) -> Month:
    try:
        return parse_month(request.match_info["month"])
    except ValueError as error:
        raise wrong_fields({"month": str(error)}) from None


def _format(request: web.Request) -> str:
    chosen = read(request.query, {"format": lambda text: one_of(text, DOCUMENTS)}).get("format")
    if isinstance(chosen, str):
        return chosen
    by_type = {FORMATS[name].media_type: name for name in DOCUMENTS}
    return by_type[preferred(request.headers.get("Accept", ""), list(by_type))]
