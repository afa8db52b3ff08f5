"""Maintenance: everybody sees what is planned; people plan it, change it and cancel it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from exporter.authentication import author
from exporter.documents import Document, rule_document, window_document
from exporter.idempotency import commanded_once
from exporter.paging import page_of, paged
from exporter.plans import change_of, changed, new_rule, new_window, recurs
from exporter.problems import Problem
from exporter.rendering import Rendering, as_json, json_answer, respond
from exporter.sources import SOURCES, Sources
from monitor.core.model import Cancelled, EventKind, Instant, MaintenanceStatus, Planned, Window
from monitor.core.ports import Cursor
from monitor.core.recurring import Rule

SHOWN = 5  # of the occurrences to come
OVER = (MaintenanceStatus.COMPLETED, MaintenanceStatus.CANCELLED)


async def maintenances(request: web.Request) -> web.Response:
    """Windows, the latest start first, and all rules."""
    sources, (limit, before) = request.app[SOURCES], page_of(request.query)
    rules = tuple(sources.calendar.rules())
    key = ("maintenances", limit, before, rules)  # a new rule alone does not change the board
    return respond(request, await sources.renderings.get(key, lambda: _listed(sources, limit, before, rules)))


async def maintenance(request: web.Request) -> web.Response:
    """A window, or a rule."""
    sources, name = request.app[SOURCES], request.match_info["id"]
    rule = _rule(sources, name)
    key = ("maintenance", name, rule)
    return respond(request, await sources.renderings.get(key, lambda: _told(sources, name, rule)))


async def plan(request: web.Request) -> web.Response:
    """201 with the window or, where there is a cron expression, with the rule."""
    key, sources, body = await author(request), request.app[SOURCES], await request.read()
    planned = _plan_rule if recurs(body) else _plan_window
    return await commanded_once(request, key, lambda: planned(sources, body, key.name))


async def change(request: web.Request) -> web.Response:
    """200 with the window as it is now."""
    await author(request)
    sources, name, body = request.app[SOURCES], request.match_info["id"], await request.read()
    if _rule(sources, name) is not None:
        raise Problem(409, "a rule is not changed: cancel it and plan another.")
    wanted = change_of(sources.board, body)
    async with sources.commanding:  # what one changes, the next must see
        return json_answer(await _changed(sources, name, wanted))


async def cancel(request: web.Request) -> web.Response:
    """204: a window never begins, or ends now; a rule has no occurrences any more."""
    await author(request)
    sources, name = request.app[SOURCES], request.match_info["id"]
    rule = _rule(sources, name)
    if rule is None:
        await _cancel_window(sources, await _window(sources, name))
    elif rule.by:
        await sources.calendar.cancel(rule.id)
    else:
        raise Problem(409, f"{rule.id} stands in the config: take it out there.")
    return web.Response(status=204)


# ── seeing it ────────────────────────────────────────────────────────────────────────────────────────


async def _listed(sources: Sources, limit: int, before: Cursor | None, rules: tuple[Rule, ...]) -> Rendering:
    found, now = await sources.history.maintenances(limit=limit + 1, before=before), sources.clock.now()
    shown, following = paged(found, limit, lambda window: (window.starts, window.id))
    return as_json(
        {
            "maintenances": [window_document(window, now) for window in shown],
            "recurring": [_rule_document(sources, rule) for rule in rules],
            **following,
        }
    )


async def _told(sources: Sources, name: str, rule: Rule | None) -> Rendering:
    if rule is not None:
        return as_json(_rule_document(sources, rule))
    return as_json(window_document(await _window(sources, name), sources.clock.now()))


def _rule_document(sources: Sources, rule: Rule) -> Document:
    return rule_document(rule, sources.calendar.coming(rule, SHOWN))


def _rule(sources: Sources, name: str) -> Rule | None:
    return next((rule for rule in sources.calendar.rules() if rule.id == name), None)


async def _window(sources: Sources, name: str) -> Window:
    on_board = next((window for window in sources.board.setup.windows if window.id == name), None)
    window = on_board or await sources.history.maintenance(name)
    if window is None:
        raise Problem(404, f"There is no maintenance {name!r}.")
    return window


# ── planning it ──────────────────────────────────────────────────────────────────────────────────────


async def _plan_window(sources: Sources, body: bytes, by: str) -> Document:
    now = sources.clock.now()
    return await _replan(sources, new_window(sources.board, body, by, now), now)


async def _plan_rule(sources: Sources, body: bytes, by: str) -> Document:
    rule = new_rule(sources.board, sources.calendar, body, by, sources.clock.now())
    await sources.calendar.plan(rule)
    return _rule_document(sources, rule)


async def _replan(sources: Sources, window: Window, now: Instant) -> Document:
    step = await sources.obey(Planned(at=now, window=window))
    for event in step.events:
        subject = event.subject
        scheduled = event.kind is EventKind.MAINTENANCE_SCHEDULED
        if scheduled and isinstance(subject, Window) and subject.id == window.id:
            return window_document(subject, event.at)
    raise _passed_by(window)


async def _changed(sources: Sources, name: str, wanted: dict[str, Any]) -> Document:
    window, now = await _window(sources, name), sources.clock.now()
    _refuse_fixed(window, now, "change it there")
    after = changed(window, wanted, now)
    return window_document(window, now) if after == window else await _replan(sources, after, now)


async def _cancel_window(sources: Sources, window: Window) -> None:
    now = sources.clock.now()
    _refuse_fixed(window, now, "take it out there")
    step = await sources.obey(Cancelled(at=now, window=window.id))
    if window.id not in step.windows:
        raise _passed_by(window)


def _refuse_fixed(window: Window, now: Instant, instead: str) -> None:
    status = window.status(now)
    if status in OVER:
        raise Problem(422, f"{window.id} is {status}.")
    if not window.by:
        raise Problem(409, f"{window.id} stands in the config: {instead}.")


def _passed_by(window: Window) -> Problem:
    return Problem(409, f"{window.id} has changed meanwhile, and nothing was planned: look at it again.")
