"""Everything the server answers, in one table."""

from __future__ import annotations

from exporter import api, page, readiness, scrape

ROUTES = (
    ("GET", "/", page.page),
    ("GET", "/api/v1/status", api.status),
    ("GET", "/api/v1/components", api.components),
    ("GET", "/api/v1/components/{id}", api.component),
    ("GET", "/api/v1/incidents", api.incidents),
    ("GET", "/api/v1/incidents/{id}", api.incident),
    ("POST", "/api/v1/subscriptions", api.subscribe),
    ("GET", "/metrics", scrape.scrape),
    ("GET", "/livez", readiness.livez),
    ("GET", "/readyz", readiness.readyz),
)
