"""Which sort of value stands at a place, whatever the blocks around it are called there."""

from __future__ import annotations

from monitor.config.faults import Place

# Keys of an alert's format whose values are secrets.
ALERT_SECRETS = frozenset({"url", "secret", "routing_key", "api_key", "password"})

TRUST_FILES = ("ca_file", "certificate_file", "key_file")

# All whose values may stand in files of their own.
_FILED_WHOLE: frozenset[Place] = frozenset(
    {
        ("probes", "http", "headers"),
        ("probes", "http", "query"),
        ("probes", "http", "form"),
        ("probes", "websocket", "headers"),
    }
)
_FILED: frozenset[Place] = frozenset(
    {
        ("probes", "http", "body"),
        ("probes", "http", "auth", "bearer"),
        ("probes", "http", "auth", "basic", "password"),
        ("probes", "http", "auth", "oauth2", "client_secret"),
        ("probes", "heartbeat", "token"),
    }
)
_TEXTS = _FILED_WHOLE | {
    ("probes", "http", "body"),
    ("probes", "http", "body_file"),
    ("probes", "http", "auth"),
    ("probes", "expect", "headers"),
    ("probes", "tcp", "send"),
    ("probes", "tcp", "expect"),
    ("probes", "tcp", "dialogue", "send"),
    ("probes", "tcp", "dialogue", "expect"),
    ("probes", "tls", "minimum_version"),
    ("probes", "dns", "answers"),
    ("probes", "websocket", "send"),
    ("probes", "websocket", "expect"),
    ("probes", "heartbeat", "token"),
}
_JSON = frozenset({("probes", "http", "json"), ("probes", "expect", "json")})


def within(place: Place) -> Place:
    """The place relative to its probe or alert, without positions in lists: ("alerts", "slack", "url").

    A step's blocks are as those of a probe, and what it awaits is as what it expects. Empty in all other sections.
    """
    if place[0:1] == ("alerts",):
        return ("alerts", *_keys(place[2:]))
    if place[0:1] != ("components",) or place[2:3] != ("probes",):
        return ()
    keys = _keys(place[4:])
    if keys[0:1] == ("steps",):
        keys = ("expect", *keys[2:]) if keys[1:2] == ("until",) else keys[1:]
    return ("probes", *keys)


def _keys(place: Place) -> Place:
    return tuple(part for part in place if isinstance(part, str))


def may_stand_in_file(place: Place) -> bool:
    """Whether such a relative place is that of a value that NAME_file may hold."""
    return place in _FILED or place[:-1] in _FILED_WHOLE or _is_alert_secret(place)


def is_text(place: Place) -> bool:
    """Whether what is written there is taken as it is: `1.10` stays `1.10`."""
    return place[:3] in _TEXTS or place[:4] in _TEXTS or _is_alert_secret(place)


def is_json(place: Place) -> bool:
    """Whether the value is any that JSON knows: only there null is one."""
    return place[:3] in _JSON


def is_trust_file(place: Place) -> bool:
    """Whether the value is the path of a file for TLS."""
    return len(place) == 4 and place[0] == "probes" and place[2] == "tls" and place[3] in TRUST_FILES


def _is_alert_secret(place: Place) -> bool:
    return len(place) == 3 and place[0] == "alerts" and place[2] in ALERT_SECRETS
