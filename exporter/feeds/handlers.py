"""The endpoints of feeds."""

from __future__ import annotations

import asyncio

from aiohttp import web

from exporter.feeds.atom import feed
from exporter.rendering import Rendering, as_text, respond
from exporter.reporting.archive import basis_of
from exporter.sources import SOURCES, Page, Sources
from monitor.core.model import DAY, Instant, Window
from monitor.core.ports import Cursor, History

ATOM = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"

MOST_ENTRIES = 50
LOOKS_BACK = 90 * DAY
AT_A_TIME = 100  # windows


async def incidents(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    return respond(request, await sources.renderings.get("atom", lambda: _incidents(sources)))


async def maintenance(request: web.Request) -> web.Response:
    sources = request.app[SOURCES]
    return respond(request, await sources.renderings.get("icalendar", lambda: _maintenance(sources)))


async def _incidents(sources: Sources) -> Rendering:
    found = await sources.history.incidents(limit=MOST_ENTRIES)
    basis = await basis_of(sources.history, sources.page, sources.board.setup.components, sources.clock.now())
    # Fifty long incidents take some 20 ms: on the loop, they would make probes late.
    text = await asyncio.to_thread(feed, sources.page, found, _names(sources), basis.begun or 0)
    return as_text(text, ATOM)


async def _maintenance(sources: Sources) -> Rendering:
    now = sources.clock.now()
    remembered = await _planned_since(sources.history, now - LOOKS_BACK)
    known = {window.id: window for window in (*remembered, *sources.board.setup.windows)}
    windows = sorted(known.values(), key=lambda window: (window.starts, window.id), reverse=True)
    # 0.3 ms for each window: on the loop, a long calendar would make probes late.
    text = await asyncio.to_thread(_calendar, sources.page, windows, _names(sources), now)
    return as_text(text, CALENDAR)


def _calendar(page: Page, windows: list[Window], names: dict[str, str], at: Instant) -> str:
    from exporter.feeds.icalendar import calendar  # not earlier: it costs nothing while nobody asks

    return calendar(page, windows, names, at)


async def _planned_since(history: History, since: Instant) -> list[Window]:
    """All that begin at an instant or later, or may have run then."""
    planned: list[Window] = []
    before: Cursor | None = None
    while found := await history.maintenances(limit=AT_A_TIME, before=before):
        planned += [window for window in found if window.ends > since]
        if found[-1].starts < since:
            break
        before = found[-1].starts, found[-1].id
    return planned


def _names(sources: Sources) -> dict[str, str]:
    return {component.id: component.name for component in sources.board.setup.components}
