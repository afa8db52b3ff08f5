"""Everything the server answers, in one table."""

from __future__ import annotations

from exporter import (
    amendments,
    api,
    deliveries,
    inbound,
    incidents,
    maintenances,
    readiness,
    scrape,
    subscriptions,
    widget,
)
from exporter.badges import handlers as badges
from exporter.feeds import handlers as feeds
from exporter.latency import handlers as latency
from exporter.openapi import handlers as openapi
from exporter.page import handlers as pages
from exporter.page import live
from exporter.reporting import handlers as reports
from exporter.statuspage import handlers as statuspage
from exporter.stream.handler import stream

ROUTES = (
    ("GET", "/", pages.front),
    ("GET", "/history", pages.history),
    ("GET", "/incidents/{id}", pages.incident),
    ("GET", "/components/{id}", pages.component),
    ("GET", "/docs", openapi.people),
    ("GET", "/live.js", live.script),
    ("GET", "/widget.js", widget.script),
    ("GET", "/api/v1/openapi.json", openapi.programs),
    ("GET", "/api/v1/status", api.status),
    ("GET", "/api/v1/components", api.components),
    ("GET", "/api/v1/components/{id}", api.component),
    ("GET", "/api/v1/components/{id}/latency", latency.latency),
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
    ("GET", "/api/v1/stream", stream),
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
    ("GET", "/api/v2/summary.json", statuspage.summary),
    ("GET", "/api/v2/status.json", statuspage.status),
    ("GET", "/api/v2/components.json", statuspage.components),
    ("GET", "/api/v2/incidents.json", statuspage.incidents),
    ("GET", "/api/v2/incidents/unresolved.json", statuspage.unresolved_incidents),
    ("GET", "/api/v2/scheduled-maintenances.json", statuspage.maintenances),
    ("GET", "/api/v2/scheduled-maintenances/upcoming.json", statuspage.upcoming_maintenances),
    ("GET", "/api/v2/scheduled-maintenances/active.json", statuspage.active_maintenances),
    ("GET", "/feed.atom", feeds.incidents),
    ("GET", "/maintenance.ics", feeds.maintenance),
    ("GET", "/badges/{component}.svg", badges.picture),
    ("GET", "/badges/{component}.json", badges.shield),
    ("POST", "/callbacks/{token}", inbound.callback),
    ("POST", "/heartbeats/{token}", inbound.beat),
    ("POST", "/heartbeats/{token}/{signal}", inbound.beat),
    ("GET", "/metrics", scrape.scrape),
    ("GET", "/livez", readiness.livez),
    ("GET", "/readyz", readiness.readyz),
)
