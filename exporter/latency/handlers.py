"""How the latency of a component went over time, as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from exporter.documents import Document, timestamp
from exporter.latency.asking import LatencyQuery, latency_query
from exporter.latency.document import sketch_document, slot_document
from exporter.problems import Problem
from exporter.rendering import JSON, Rendering, as_text, json_text, respond
from exporter.sources import SOURCES, Sources
from monitor.core.model import Duration, Instant
from monitor.core.sketch import Sketch, Slot


async def latency(request: web.Request) -> web.Response:
    sources, name = request.app[SOURCES], request.match_info["id"]
    if sources.board.component_setup(name) is None:
        raise Problem(404, f"There is no component {name!r}.")
    query = latency_query(request.query)
    key = ("latency", name, query)
    return respond(request, await sources.renderings.get(key, lambda: _rendered(sources, name, query)))


async def _rendered(sources: Sources, name: str, query: LatencyQuery) -> Rendering:
    until = sources.clock.now()
    since = query.since(until)
    whole, slots = await _found(sources, name, since, until, query.step)
    told = {
        "component": name,
        "since": timestamp(since),
        "until": timestamp(until),
        "step": query.written,
        **sketch_document(whole),
    }
    return as_text(_with_slots(told, slots), JSON)


async def _found(
    sources: Sources, name: str, since: Instant, until: Instant, step: Duration | None
) -> tuple[Sketch, list[str]]:
    """All runs together, and the slots as JSON."""
    async with sources.reckoning:
        if step is None:
            return await sources.history.latency(name, since, until), []
        return await _told(await sources.history.latency_slots(name, since, until, step))


async def _told(slots: Sequence[Slot]) -> tuple[Sketch, list[str]]:
    """Each takes some 0.3 ms: in between, others have their turn."""
    whole, told = Sketch(), []
    for slot in slots:
        whole += slot.sketch
        told.append(json_text(slot_document(slot)).rstrip())
        await asyncio.sleep(0)
    return whole, told


def _with_slots(document: Document, slots: Sequence[str]) -> str:
    """Slots are JSON already: to write a thousand of them at once would hold up the loop."""
    return f'{json_text(document).rstrip().removesuffix("}")},"slots":[{",".join(slots)}]}}\n'
