"""Which sort of block a place is in, whatever the block is called there."""

from __future__ import annotations

from monitor.config.faults import Place

# Keys of an alert's format whose values are secrets.
ALERT_SECRETS = frozenset({"url", "secret", "routing_key", "api_key", "password"})


def within(place: Place) -> Place:
    """The place relative to its probe or alert: ("probes", "http", "url"), ("alerts", "slack", "url").

    Empty in all other sections.
    """
    if place[0:1] == ("components",) and place[2:3] == ("probes",):
        return ("probes", *place[4:])
    return ("alerts", *place[2:]) if place[0:1] == ("alerts",) else ()


def is_alert_secret(place: Place) -> bool:
    """Whether such a relative place is that of an alert's secret."""
    return len(place) == 3 and place[0] == "alerts" and place[2] in ALERT_SECRETS
