"""What is remembered, handed out to commands of the operator that compute for themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from exporter.documents import Document
from exporter.paging import read
from exporter.rendering import json_answer
from exporter.reporting.archive import basis_of, past_of
from exporter.sources import SOURCES
from monitor.core.sketch import Distribution

EVER = 2**53  # ms; after all that there is


async def basis(request: web.Request) -> web.Response:
    """What a report begins with."""
    sources = request.app[SOURCES]
    found = await basis_of(sources.history, sources.page, sources.board.setup.components, sources.clock.now())
    return json_answer(asdict(found))


async def past(request: web.Request) -> web.Response:
    """Spans, amendments and incidents of a component between two instants in ms."""
    between = _parameters(request)
    found = await past_of(request.app[SOURCES].history, request.match_info["id"], between["since"], between["until"])
    return json_answer(asdict(found))


async def latencies(request: web.Request) -> web.Response:
    """How its latencies between two instants in ms are distributed."""
    between = _parameters(request)
    sources, component = request.app[SOURCES], request.match_info["id"]
    async with sources.reckoning:
        found = await sources.history.latency(component, between["since"], between["until"])
    return json_answer(distribution_document(found.latency))


def distribution_document(distribution: Distribution) -> Document:
    """Counts in hexadecimal: in decimal they may have more digits than Python will read."""
    return {"counts": f"{distribution.counts:x}", "total": distribution.total}


def read_distribution(document: Mapping[str, Any]) -> Distribution:
    """What such a document was made of."""
    return Distribution(int(document["counts"], 16), document["total"])


def _parameters(request: web.Request) -> dict[str, Any]:
    given = read(request.query, {"since": _instant, "until": _instant})
    return {"since": 0, "until": EVER} | given


def _instant(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,16}", text):
        raise ValueError("must be an instant in milliseconds since 1970.")
    return int(text)
