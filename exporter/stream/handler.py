"""`GET /api/v1/stream`: a snapshot first, then each event; who comes back with Last-Event-ID gets what was missed."""

from __future__ import annotations

from contextlib import suppress

from aiohttp import ClientConnectionResetError, web

from exporter.connections import told_when_lost
from exporter.documents import incident_document, status_document
from exporter.problems import Problem
from exporter.rendering import Rendering, as_json
from exporter.sources import SOURCES, Sources
from exporter.stream.stream import Full, Listener
from exporter.stream.wire import PING, last_seen, message

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a proxy that gathers answers would keep the news to itself
}
RETRY_AFTER = "30"  # seconds


async def stream(request: web.Request) -> web.StreamResponse:
    """Until the listener goes, falls too far behind, or we stop; a HEAD gets the headers alone."""
    sources = request.app[SOURCES]
    seen = last_seen(request.headers.get("Last-Event-ID"))
    try:
        with sources.stream.listening(sources.stream.newest) as listener:
            return await _tell(request, sources, listener, seen)
    except Full:
        detail = "So many listen already that there is no room; ask again later, or poll."
        raise Problem(503, detail, headers={"Retry-After": RETRY_AFTER}) from None


async def _tell(request: web.Request, sources: Sources, listener: Listener, seen: int | None) -> web.StreamResponse:
    begins = await _beginning(sources, listener, seen)
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    told_when_lost(request, listener.leave)
    with suppress(ClientConnectionResetError, ConnectionResetError):  # the listener went
        await response.write(begins)
        del begins  # while it waits, a listener keeps nothing
        while (told := await listener.next()) is not None:
            await response.write(told)
            del told
    return response


async def _beginning(sources: Sources, listener: Listener, seen: int | None) -> bytes:
    """What was missed, or else a snapshot, of which all that happens later is told."""
    missed = None if seen is None else sources.stream.missed(seen)
    listener.sequence = sequence = sources.stream.newest
    if missed is not None:
        return missed or PING
    rendering = await sources.renderings.get(("snapshot", sequence), lambda: _snapshot(sources))
    return message("snapshot", sequence, rendering.body)


async def _snapshot(sources: Sources) -> Rendering:
    """The status, and the incidents that are open, newest first."""
    incidents = [incident_document(incident) for incident in reversed(sources.board.open_incidents())]
    return as_json({**status_document(sources.board), "incidents": incidents})
