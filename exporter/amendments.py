"""Amendments: what people say that stretches of the ledger really were. Everybody sees them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from exporter.authentication import author
from exporter.documents import Document, amendment_document, timestamp
from exporter.fields import Reader, instant, line, one_of, read_fields, wrong_fields
from exporter.idempotency import commanded_once
from exporter.paging import page_of, paged
from exporter.problems import Problem
from exporter.rendering import Rendering, as_json, respond
from exporter.sources import SOURCES, Sources
from monitor.core.board import Board
from monitor.core.ids import amendment_id
from monitor.core.model import DAY, Amended, Amendment, AmendmentKind, Instant
from monitor.core.ports import Cursor

LONGEST = 366 * DAY
LONGEST_REASON = 500  # characters
REQUIRED = ("component", "since", "until", "kind", "reason")


async def amendments(request: web.Request) -> web.Response:
    """Newest first."""
    sources, (limit, before) = request.app[SOURCES], page_of(request.query)
    key = ("amendments", limit, before)
    return respond(request, await sources.renderings.get(key, lambda: _listed(sources, limit, before)))


async def amend(request: web.Request) -> web.Response:
    """201 with the amendment, which stays: to take it back, say that the ledger holds as recorded."""
    key, sources, body = await author(request), request.app[SOURCES], await request.read()
    return await commanded_once(request, key, lambda: _amended(sources, key.name, body))


async def _listed(sources: Sources, limit: int, before: Cursor | None) -> Rendering:
    found = await sources.history.all_amendments(limit=limit + 1, before=before)
    shown, following = paged(found, limit, lambda amendment: (amendment.at, amendment.id))
    return as_json({"amendments": [amendment_document(amendment) for amendment in shown], **following})


async def _amended(sources: Sources, by: str, body: bytes) -> Document:
    read, now = read_fields(body, _readers(sources.board), REQUIRED), sources.clock.now()
    _check_stretch(read["since"], read["until"], now)
    _check_recorded(read["until"], await sources.history.begun(read["component"]))
    amendment = _amendment(read, by, now)
    step = await sources.obey(Amended(at=now, amendment=amendment))
    if amendment not in step.amendments:
        raise Problem(409, f"Nothing can be amended of {amendment.component} any more.")
    return amendment_document(amendment)


def _amendment(read: dict[str, Any], by: str, at: Instant) -> Amendment:
    return Amendment(id=amendment_id(read["component"], read["since"], read["until"], at), by=by, at=at, **read)


def _check_stretch(since: Instant, until: Instant, now: Instant) -> None:
    if until <= since:
        raise wrong_fields({"until": "must be after since."})
    if until > now:
        raise wrong_fields({"until": "must not be in the future."})
    if until - since > LONGEST:
        raise wrong_fields({"until": f"must be at most {LONGEST // DAY} days after since."})


def _check_recorded(until: Instant, begun: Instant | None) -> None:
    if begun is None:
        raise wrong_fields({"component": "has nothing on record yet."})
    if until <= begun:
        raise wrong_fields({"until": f"must be after {timestamp(begun)}: nothing is on record before."})


def _readers(board: Board) -> dict[str, Reader]:
    components = [component.id for component in board.setup.components]
    return {
        "component": lambda value: one_of(value, components),
        "since": instant,
        "until": instant,
        "kind": lambda value: AmendmentKind(one_of(value, list(AmendmentKind))),
        "reason": lambda value: line(value, LONGEST_REASON),
    }
