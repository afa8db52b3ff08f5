"""What Statuspage calls things, in its API as in its webhooks: its closed lists, times and entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from exporter.documents import Document
from monitor.core.model import ComponentState, Instant, MaintenanceStatus, Status

MAINTENANCE = "maintenance"  # the impact of whatever was planned

Share: TypeAlias = Callable[[Iterable[bool]], bool]

# How much of the components must be what, for which indicator and description of the page; the first row that fits.
BLENDS: tuple[tuple[Share, Status, str, str], ...] = (
    (all, Status.MAJOR_OUTAGE, "critical", "Major System Outage"),
    (any, Status.MAJOR_OUTAGE, "major", "Partial System Outage"),
    (all, Status.PARTIAL_OUTAGE, "major", "Partial System Outage"),
    (any, Status.PARTIAL_OUTAGE, "minor", "Minor Service Outage"),
    (all, Status.DEGRADED, "minor", "Degraded System Service"),
    (any, Status.DEGRADED, "minor", "Partially Degraded Service"),
    (any, Status.MAINTENANCE, "maintenance", "Service Under Maintenance"),
)
ALL_WELL = ("none", "All Systems Operational")

STAGES = {
    MaintenanceStatus.SCHEDULED: "The maintenance is scheduled.",
    MaintenanceStatus.IN_PROGRESS: "The maintenance is in progress.",
    MaintenanceStatus.COMPLETED: "The maintenance is completed.",
}


def blend(statuses: Sequence[Status]) -> tuple[str, str]:
    """Indicator and description of a page whose components are shown like this."""
    if not statuses:
        return ALL_WELL
    rows = (row for row in BLENDS if row[0](status is row[1] for status in statuses))
    return next(((indicator, description) for _, _, indicator, description in rows), ALL_WELL)


def shown(state: ComponentState) -> Status:
    """The status, for which there is no unknown: what was known last stands, or that all was well."""
    return state.status if state.status is not Status.UNKNOWN else state.told or Status.OPERATIONAL


def timestamp(at: Instant) -> str:
    """2026-12-01T12:00:00.000Z: always with milliseconds, as those expect who read with one fixed pattern."""
    seconds, milliseconds = divmod(at, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03}Z"


def timestamp_or_none(at: Instant | None) -> str | None:
    """Null for what has not happened."""
    return None if at is None else timestamp(at)


def entry_document(of: str, ordinal: int, status: str, text: str, at: Instant) -> Document:
    """What any entry of a timeline bears; the oldest has ordinal 0."""
    return {
        "id": f"{of}-{ordinal}",
        "status": status,
        "body": text,
        "incident_id": of,
        "created_at": timestamp(at),
        "updated_at": timestamp(at),
        "display_at": timestamp(at),
    }
