"""What whoever keeps us running asks: how the monitor itself is."""

from __future__ import annotations

from exporter.openapi.operation import Subject, described, plain

OK = plain("text/plain", "ok\n")

OPERATIONS = {
    ("GET", "/metrics"): described(
        "scrape",
        "Metrics for Prometheus",
        {
            200: (
                "As text or OpenMetrics: as Accept wants it.",
                plain("text/plain") | plain("application/openmetrics-text"),
            )
        },
    ),
    ("GET", "/livez"): described("get_liveness", "Whether the loop turns", {200: ("It does.", OK)}),
    ("GET", "/readyz"): described(
        "get_readiness",
        "Whether the config is loaded and the store takes writes",
        {200: ("They are.", OK)},
        wrong={503: "Not yet, or not now."},
    ),
}

SUBJECT = Subject(name="Running", says="How the monitor itself is.", operations=OPERATIONS)
