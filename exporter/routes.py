"""Everything the server answers, in one table."""

from __future__ import annotations

from exporter import api, deliveries, inbound, page, readiness, reports, scrape, subscriptions

ROUTES = (
    ("GET", "/", page.page),
    ("GET", "/api/v1/status", api.status),
    ("GET", "/api/v1/components", api.components),
    ("GET", "/api/v1/components/{id}", api.component),
    ("GET", "/api/v1/incidents", api.incidents),
    ("GET", "/api/v1/incidents/{id}", api.incident),
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
