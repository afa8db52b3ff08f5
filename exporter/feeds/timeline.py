"""An incident's timeline, as those tell it who know no other word for what was learned afterwards than a status."""

from __future__ import annotations

from monitor.core.model import Incident, IncidentStatus, Instant, Update

POSTMORTEM = "postmortem"

_OVER = [IncidentStatus.RESOLVED, IncidentStatus.RESOLVED]


def entries(incident: Incident) -> list[tuple[str, Update]]:
    """The updates, oldest first, each with its status; with `postmortem`, if it was written when all was over."""
    return [(_status(incident.updates, ordinal), update) for ordinal, update in enumerate(incident.updates)]


def last_update(incident: Incident) -> Instant:
    return max((update.timestamp for update in incident.updates), default=incident.created_at)


def _status(updates: tuple[Update, ...], ordinal: int) -> str:
    """Of what is said between one end and another, there can be only that."""
    before_and_now = [update.status for update in updates[max(ordinal - 1, 0) : ordinal + 1]]
    return POSTMORTEM if before_and_now == _OVER else updates[ordinal].status
