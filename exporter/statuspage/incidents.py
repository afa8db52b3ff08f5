"""Incidents in the shape of Statuspage."""

from __future__ import annotations

from collections.abc import Mapping

from exporter.documents import Document
from exporter.feeds.links import incident_link
from exporter.feeds.timeline import POSTMORTEM, entries, last_update
from exporter.sources import Page
from exporter.statuspage.documents import those_of
from exporter.statuspage.terms import entry_document, timestamp, timestamp_or_none
from exporter.statuspage.texts import body, name
from monitor.core.model import Incident, IncidentStatus, Instant


def incident_document(incident: Incident, page: Page, components: Mapping[str, Document]) -> Document:
    """An incident, its updates newest first.

    Args:
        components: those of the page, by id, as documents.
    """
    updates = [
        update_document(incident.id, ordinal, status, update.message, update.timestamp)
        for ordinal, (status, update) in enumerate(entries(incident))
    ]
    monitoring = [update.timestamp for update in incident.updates if update.status is IncidentStatus.MONITORING]
    return {
        "id": incident.id,
        "name": name(incident.title),
        "status": POSTMORTEM if incident.postmortem and not incident.open else incident.status,
        "created_at": timestamp(incident.created_at),
        "updated_at": timestamp(last_update(incident)),
        "monitoring_at": timestamp_or_none(max(monitoring, default=None)),
        "resolved_at": timestamp_or_none(incident.resolved_at),
        "impact": incident.impact,
        "shortlink": incident_link(page, incident),
        "started_at": timestamp(incident.started_at),
        "page_id": name(page.name),
        "incident_updates": updates[::-1],
        "components": those_of(components, incident.components),
        "reminder_intervals": None,
    }


def update_document(of: str, ordinal: int, status: str, text: str, at: Instant) -> Document:
    """One entry of the timeline of an incident; the oldest has ordinal 0."""
    return {
        **entry_document(of, ordinal, status, body(text), at),
        "affected_components": None,  # what each of them was just then is not remembered
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }
