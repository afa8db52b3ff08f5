"""Where on the status page a person reads more; relative while the page has no address."""

from __future__ import annotations

from exporter.sources import Page
from monitor.core.model import Incident, Instant, MaintenanceStatus, Window


def page_link(page: Page, path: str = "/") -> str:
    return page.url.rstrip("/") + path


def incident_link(page: Page, incident: Incident) -> str:
    return page_link(page, f"/incidents/{incident.id}")


def maintenance_link(page: Page, window: Window, at: Instant) -> str:
    """To the window among what is planned or, once it is over, in the history; cancelled ones are in neither."""
    match window.status(at):
        case MaintenanceStatus.SCHEDULED | MaintenanceStatus.IN_PROGRESS:
            return page_link(page, f"/#{window.id}")
        case MaintenanceStatus.COMPLETED:
            return page_link(page, f"/history#{window.id}")
        case MaintenanceStatus.CANCELLED:
            return page_link(page)
