"""From nouns to JSON documents: pure, and the same for API, page and webhooks.

Times are RFC 3339 in UTC with Z; what is not known is null.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeAlias

from exporter.circuit import circuit
from exporter.figures import Figures
from monitor.core.board import Board
from monitor.core.ids import recurs
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Amendment,
    ComponentSetup,
    ComponentState,
    Duration,
    Health,
    Incident,
    Instant,
    Phases,
    ProbeSetup,
    StepPhases,
    Update,
    Window,
)
from monitor.core.recurring import Rule
from monitor.core.status import worst
from monitor.core.uptime import Uptime

Document: TypeAlias = dict[str, object]

UNHEARD = ComponentState()
UNTIMED = Phases()
MACHINE = "machine"  # who wrote what no person did

_UNITS = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1))


def lasting(duration: Duration) -> str:
    """In the largest unit that measures it: 5400000 → 90m."""
    unit, size = next((unit, size) for unit, size in _UNITS if duration % size == 0)
    return f"{duration // size}{unit}"


def timestamp(at: Instant) -> str:
    """Whole seconds as 2024-12-10T15:30:00Z, anything finer as 2024-12-10T15:30:00.123Z."""
    seconds, milliseconds = divmod(at, 1_000)
    text = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()
    return f"{text}.{milliseconds:03}Z" if milliseconds else f"{text}Z"


def timestamp_or_none(at: Instant | None) -> str | None:
    """Null for what has not happened."""
    return None if at is None else timestamp(at)


def status_document(board: Board) -> Document:
    states = [_state(board, component) for component in board.setup.components]
    decided = max((state.decided for state in states), default=0)  # 0: nothing was decided yet
    return {
        "status": worst(state.status for state in states),
        "updated_at": timestamp_or_none(decided or None),
        "components": [
            {"id": component.id, "name": component.name, "status": state.status}
            for component, state in zip(board.setup.components, states, strict=True)
        ],
    }


def component_document(board: Board, component: ComponentSetup, figures: Figures) -> Document:
    """Uptimes and coverages in percent, rounded down to two decimals."""
    state = _state(board, component)
    return {
        "id": component.id,
        "name": component.name,
        "description": component.description,
        "status": state.status,
        **{f"uptime_{name}": window.percent for name, window in figures.uptimes.items()},
        "response_time_ms": _milliseconds(figures.response_time),
        **{f"coverage_{name}": coverage(window) for name, window in figures.uptimes.items()},
        "since": timestamp_or_none(state.since or None),
        "depends_on": list(component.depends_on),
        "circuit": circuit(board, component, board.at).document(),
        "probes": [probe_document(board, probe) for probe in component.probes],
    }


def probe_document(board: Board, probe: ProbeSetup) -> Document:
    """A probe's health and its latest run; steps are those of a transaction."""
    state, latest = board.probes.get(probe.id), board.latest.get(probe.id)
    return {
        "id": probe.id,
        "health": state.effective if state else Health.UNKNOWN,
        "verdict": latest.verdict if latest else None,
        "reason": latest.reason if latest else None,
        "latency_ms": _latency_ms(latest.phases) if latest else None,
        "checked_at": timestamp(latest.at) if latest else None,
        "steps": [_step_document(step) for step in latest.steps] if latest else [],
    }


def _step_document(step: StepPhases) -> Document:
    return {"id": step.step, "latency_ms": _latency_ms(step.phases)}


def incident_document(incident: Incident) -> Document:
    return {
        "id": incident.id,
        "title": incident.title,
        "status": incident.status,
        "impact": incident.impact,
        "created_at": timestamp(incident.created_at),
        "resolved_at": timestamp_or_none(incident.resolved_at),
        "started_at": timestamp(incident.started_at),
        "ended_at": timestamp_or_none(incident.ended_at),
        "components": list(incident.components),
        "updates": [_update_document(update) for update in incident.updates],
        "cause": incident.cause,
        "merged_into": incident.merged_into,
        "reopened": incident.reopened,
        "by": incident.by or MACHINE,
        "held": incident.held,
        "postmortem": incident.postmortem or None,
    }


def window_document(window: Window, at: Instant) -> Document:
    """Its status is that at an instant."""
    rule = window.by if recurs(window.by) else None
    return {
        "id": window.id,
        "title": window.title,
        "status": window.status(at),
        "components": list(window.components),
        "starts": timestamp(window.starts),
        "ends": timestamp(window.ends),
        "stops": window.stops,
        "recurring": rule,
        "by": None if rule else window.by or None,
    }


def rule_document(rule: Rule, coming: Iterable[Window]) -> Document:
    """With the next of its occurrences."""
    return {
        "id": rule.id,
        "title": rule.title,
        "components": list(rule.components),
        "cron": rule.cron,
        "duration": lasting(rule.duration),
        "timezone": rule.timezone,
        "stops": rule.stops,
        "notice": lasting(rule.notice),
        "by": rule.by or None,
        "next": [{"starts": timestamp(window.starts), "ends": timestamp(window.ends)} for window in coming],
    }


def amendment_document(amendment: Amendment) -> Document:
    return {
        "id": amendment.id,
        "component": amendment.component,
        "since": timestamp(amendment.since),
        "until": timestamp(amendment.until),
        "kind": amendment.kind,
        "reason": amendment.reason,
        "by": amendment.by,
        "created_at": timestamp(amendment.at),
    }


def coverage(window: Uptime) -> float | None:
    """Percent of the planned time that was observed, two decimals, rounded down; None when all was maintenance."""
    return (10_000 * window.observed // window.planned) / 100 if window.planned else None


def _update_document(update: Update) -> Document:
    return {
        "status": update.status,
        "message": update.message,
        "timestamp": timestamp(update.timestamp),
        "by": update.by or MACHINE,
    }


def _state(board: Board, component: ComponentSetup) -> ComponentState:
    return board.components.get(component.id, UNHEARD)


def _latency_ms(phases: Phases) -> int | None:
    return _milliseconds(phases.latency) if phases != UNTIMED else None


def _milliseconds(microseconds: int | None) -> int | None:
    return None if microseconds is None else round(microseconds / 1_000)
