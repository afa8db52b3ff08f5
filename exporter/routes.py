"""Everything the server answers, in one table."""

from __future__ import annotations

from exporter import (
    amendments,
    api,
    deliveries,
    inbound,
    incidents,
    maintenances,
    page,
    readiness,
    scrape,
    subscriptions,
)
from exporter.reporting import handlers as reports

ROUTES = (
    ("GET", "/", page.page),
    ("GET", "/api/v1/status", api.status),
    ("GET", "/api/v1/components", api.components),
    ("GET", "/api/v1/components/{id}", api.component),
    ("GET", "/api/v1/incidents", incidents.incidents),
    ("POST", "/api/v1/incidents", incidents.report),
    ("GET", "/api/v1/incidents/{id}", incidents.incident),
    ("PATCH", "/api/v1/incidents/{id}", incidents.change),
    ("POST", "/api/v1/incidents/{id}/updates", incidents.write),
    ("GET", "/api/v1/maintenances", maintenances.maintenances),
    ("POST", "/api/v1/maintenances", maintenances.plan),
    ("GET", "/api/v1/maintenances/{id}", maintenances.maintenance),
    ("PATCH", "/api/v1/maintenances/{id}", maintenances.change),
    ("DELETE", "/api/v1/maintenances/{id}", maintenances.cancel),
    ("GET", "/api/v1/amendments", amendments.amendments),
    ("POST", "/api/v1/amendments", amendments.amend),
    ("GET", "/api/v1/reports/{month}", reports.report),
    ("GET", "/reports/{month}", reports.page),
    ("POST", "/api/v1/subscriptions", subscriptions.create),
    ("GET", "/api/v1/subscriptions", subscriptions.subscriptions),
    ("GET", "/api/v1/subscriptions/{id}", subscriptions.subscription),
    ("PATCH", "/api/v1/subscriptions/{id}", subscriptions.change),
    ("DELETE", "/api/v1/subscriptions/{id}", subscriptions.delete),
    ("POST", "/api/v1/subscriptions/{id}/rotate-secret", subscriptions.rotate_secret),
    ("POST", "/api/v1/subscriptions/{id}/test", deliveries.try_out),
    ("GET", "/api/v1/subscriptions/{id}/deliveries", deliveries.deliveries),
    ("POST", "/api/v1/subscriptions/{id}/deliveries/{delivery}/redeliver", deliveries.redeliver),
    ("POST", "/api/v1/subscriptions/{id}/recover", deliveries.recover),
    ("POST", "/callbacks/{token}", inbound.callback),
    ("POST", "/heartbeats/{token}", inbound.beat),
    ("POST", "/heartbeats/{token}/{signal}", inbound.beat),
    ("GET", "/metrics", scrape.scrape),
    ("GET", "/livez", readiness.livez),
    ("GET", "/readyz", readiness.readyz),
)
