"""What is remembered, handed out a slice at a time to commands of the operator that compute for themselves."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from aiohttp import web

from exporter.paging import read
from exporter.rendering import json_answer
from exporter.reporting.archive import basis_of, past_of
from exporter.sources import SOURCES
from monitor.core.ports import Place

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
    """A slice of its latencies between two instants in ms, and the place after which to ask for the next one."""
    asked = _parameters(request)
    found, place = await request.app[SOURCES].history.latency_slice(
        request.match_info["id"], asked["since"], asked["until"], asked.get("after")
    )
    return json_answer({"latencies": found, "after": place})


def place_text(place: Place) -> str:
    """As it is asked for."""
    return ",".join(map(str, place))


def _parameters(request: web.Request) -> dict[str, Any]:
    given = read(request.query, {"since": _instant, "until": _instant, "after": _place})
    return {"since": 0, "until": EVER} | given


def _instant(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,16}", text):
        raise ValueError("must be an instant in milliseconds since 1970.")
    return int(text)


def _place(text: str) -> Place:
    if not re.fullmatch(r"[0-9]{1,16}(,[0-9]{1,16}){2}", text):
        raise ValueError("must be the place of an earlier answer.")
    probe, started, number = map(int, text.split(","))
    return probe, started, number
