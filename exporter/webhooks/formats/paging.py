"""What an event of an incident asks of a pager, the same for all of them."""

from __future__ import annotations

from enum import StrEnum

from exporter.webhooks.formats.message import Notice
from monitor.core.fanout import IMPACTS
from monitor.core.model import EventKind, Incident, IncidentStatus


class Call(StrEnum):
    """What to do about the one alert that stands for an opening of an incident."""

    PAGE = "page"  # there is trouble; only the first of an opening calls anybody
    ACKNOWLEDGE = "acknowledge"  # somebody looks after it
    NOTE = "note"  # there is something to read
    END = "end"


def call(notice: Notice, incident: Incident) -> Call:
    """What is to be done when this happens: never is anybody paged for what is over."""
    if notice.event.kind is EventKind.INCIDENT_RESOLVED:
        # Of a merged one too, which nothing else would ever end: where it goes on may page once more, not never.
        return Call.END
    if notice.postmortem:
        return Call.NOTE
    if notice.event.kind is EventKind.INCIDENT_CREATED or _grew(notice.before, incident):
        return Call.PAGE  # it may be the first that is heard of it, also while somebody looks after it
    if incident.held:
        return Call.ACKNOWLEDGE
    # Once all is well a page would only call whoever ended the alert by hand already.
    return Call.NOTE if incident.status is IncidentStatus.MONITORING else Call.PAGE


def alert_key(incident: Incident) -> str:
    """Of the alert: another at each reopening, since pagers open no alert again that was ended."""
    return f"{incident.id}/{incident.reopened}"


def _grew(before: Incident | None, now: Incident) -> bool:
    """Whether it is graver than it was, or has come to another component."""
    if before is None:
        return False
    return IMPACTS.index(now.impact) > IMPACTS.index(before.impact) or not {*now.components} <= {*before.components}
