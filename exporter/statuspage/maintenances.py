"""Maintenance in the shape of Statuspage, where it is an incident of its own impact."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.documents import Document
from exporter.feeds.links import maintenance_link
from exporter.statuspage.documents import those_of
from exporter.statuspage.incidents import update_document
from exporter.statuspage.present import Present
from exporter.statuspage.terms import MAINTENANCE, STAGES, timestamp
from exporter.statuspage.texts import name
from monitor.core.model import Instant, MaintenanceStatus, Window


def maintenance_document(window: Window, present: Present, components: Mapping[str, Document]) -> Document:
    """A window that was not cancelled.

    Args:
        components: those of the page, by id, as documents.
    """
    stages = _stages(window, present)
    status, changed_at = stages[-1]
    updates = [
        update_document(window.id, ordinal, stage, STAGES[stage], at) for ordinal, (stage, at) in enumerate(stages)
    ]
    created_at = timestamp(stages[0][1])
    return {
        "id": window.id,
        "name": name(window.title),
        "status": status,
        "created_at": created_at,
        "updated_at": timestamp(max(changed_at, window.revised)),
        "monitoring_at": None,
        "resolved_at": timestamp(window.ends) if status is MaintenanceStatus.COMPLETED else None,
        "impact": MAINTENANCE,
        "shortlink": maintenance_link(present.page, window, present.at),
        "started_at": created_at,
        "page_id": name(present.page.name),
        "incident_updates": updates[::-1],
        "components": those_of(components, window.components),
        "reminder_intervals": None,
        "scheduled_for": timestamp(window.starts),
        "scheduled_until": timestamp(window.ends),
    }


def _stages(window: Window, present: Present) -> list[tuple[MaintenanceStatus, Instant]]:
    """What it went through so far, and when."""
    edges = {MaintenanceStatus.IN_PROGRESS: window.starts, MaintenanceStatus.COMPLETED: window.ends}
    passed = [(stage, at) for stage, at in edges.items() if at <= present.at]
    return [(MaintenanceStatus.SCHEDULED, _known_since(window, present)), *passed]


def _known_since(window: Window, present: Present) -> Instant:
    """Where that is not remembered: not before its components were known, to be sure."""
    if window.known:
        return window.known
    begun = [present.begun[component] for component in window.components if component in present.begun]
    return min(max(begun, default=present.at), window.starts)
