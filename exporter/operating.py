"""What the operator asks of the watching itself: a run right now, and where jobs report in."""

from __future__ import annotations

from aiohttp import web

from exporter.documents import Document, timestamp, timestamp_or_none
from exporter.problems import Problem
from exporter.rendering import json_answer
from exporter.sources import SOURCES, Sources
from monitor.core.model import PHASES, Health, Phases, Result

NEVER_KEPT = {"Cache-Control": "no-store"}


async def ask(request: web.Request) -> web.Response:
    """200 with what a run came to that nobody else hears of."""
    sources, probe = request.app[SOURCES], f"{request.match_info['component']}/{request.match_info['probe']}"
    if sources.ask is None:
        raise Problem(403, "Nobody may ask for runs here.")
    try:
        result = await sources.ask(probe)
    except KeyError:
        raise Problem(404, f"There is no probe {probe!r} that could be asked to run.") from None
    return json_answer(result_document(result), headers=NEVER_KEPT)


async def heartbeats(request: web.Request) -> web.Response:
    """Every heartbeat with the URL at which it reports in: to know it is the right to beat."""
    sources = request.app[SOURCES]
    tokens = sources.beats.tokens if sources.beats is not None else {}
    listed = [heartbeat_document(sources, probe, token) for probe, token in tokens.items()]
    return json_answer({"heartbeats": listed}, headers=NEVER_KEPT)


WATCHING_ROUTES = (
    ("POST", "/probes/{component}/{probe}/run", ask),
    ("GET", "/heartbeats", heartbeats),
)


def result_document(result: Result) -> Document:
    return {
        "probe": result.probe,
        "started": timestamp(result.started),
        "verdict": result.verdict,
        "reason": result.reason,
        "detail": result.detail,
        "http_status": result.http_status,
        "phases": phases_document(result.phases),
        "steps": [{"step": step.step, "phases": phases_document(step.phases)} for step in result.steps],
        "evidence": dict(result.evidence),
    }


def phases_document(phases: Phases) -> Document:
    """Microseconds by phase; null for a phase that was not reached or does not apply."""
    return {phase: getattr(phases, phase) for phase in PHASES}


def heartbeat_document(sources: Sources, probe: str, token: str) -> Document:
    latest, state = sources.board.latest.get(probe), sources.board.probes.get(probe)
    return {
        "id": probe,
        "url": f"{sources.callbacks.base if sources.callbacks else ''}/heartbeats/{token}",
        "health": state.effective if state else Health.UNKNOWN,
        "last_beat": timestamp_or_none(latest.at if latest else None),
    }
