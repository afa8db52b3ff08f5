"""The file of probes: a config comes of it, or every fault with its place."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from monitor.config import ConfigError, Fault, load
from monitor.config.schema import schema_text
from tests.torture.fuzz.naming import names
from tests.torture.fuzz.subject import Subject

ENVIRON = {"HOME": "/root", "EMPTY": "", "TOKEN": "token-of-the-environment"}
VALUES = (
    "${TOKEN}",
    "${NONE:-x}",
    "500ms",
    "30s",
    "7d",
    "64KiB",
    "2xx",
    "0 3 * * sun",
    "Europe/Berlin",
    "127.0.0.0/8",
)
WHOLE = {
    "page": {"name": "JustKalm", "url": "https://status.example.com", "timezone": "Europe/Berlin"},
    "defaults": {"interval": "30s", "timeout": "10s", "slow_after": "1s"},
    "components": {
        "auth": {
            "name": "Authentication",
            "objective": 99.9,
            "probes": {
                "token": {
                    "http": {"method": "POST", "url": "https://a.example/token", "form": {"a": "${TOKEN}"}},
                    "expect": {"status": [200, "2xx"], "json": {"$.n": {"gt": 0}}, "headers": {"content-type": ".*"}},
                },
                "tcp": {"tcp": {"address": "a.example:25", "dialogue": [{"expect": "^220"}, {"starttls": True}]}},
                "name": {"dns": {"name": "a.example", "type": "MX", "answers": ["10 b.example"]}},
                "beat": {"heartbeat": {"every": "1h", "grace": "10m"}},
            },
        },
        "api": {
            "name": "API",
            "depends_on": ["auth"],
            "probes": {
                "job": {
                    "interval": "2m",
                    "steps": [
                        {"name": "one", "http": "https://a.example/1", "save": {"id": "$.id"}},
                        {
                            "name": "two",
                            "http": "https://a.example/{{id}}",
                            "until": {"json": {"$.s": 1}},
                            "every": "1s",
                            "for": "5s",
                        },
                    ],
                }
            },
        },
    },
    "maintenance": [
        {"title": "A", "components": ["api"], "starts": "2026-12-01T02:00:00Z", "ends": "2026-12-01T03:00:00Z"},
        {"title": "B", "components": ["api"], "cron": "0 3 * * sun", "duration": "1h", "timezone": "Europe/Berlin"},
    ],
    "alerts": [{"slack": {"url": "https://hooks.example/x"}, "events": ["incident.*"], "least_impact": "major"}],
    "webhooks": {"allow_http": True, "allow_networks": ["127.0.0.0/8"]},
    "references": ["tcp://a.example:443"],
}
SHORT = b"""components:
  api:
    name: API
    probes:
      health: {http: "${NONE:-https://a.example}/health", interval: 15s}
"""


def _ask(written: bytes) -> bool:
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(written)
        file.flush()
        try:
            load(Path(file.name), ENVIRON)
        except ConfigError as error:
            _check_faults(error.faults)
            return False
    return True


def _check_faults(faults: Sequence[Fault]) -> None:
    assert faults, "it is refused for no reason"
    assert all(fault.line > 0 and fault.problem and "\n" not in str(fault) for fault in faults), faults


SUBJECT = Subject(
    ask=_ask,
    taken=(SHORT, json.dumps(WHOLE).encode()),
    refused=(b"", b"components: &a [*a]", b"a: {<<: {b: 1}}", SHORT.replace(b"15s", b"15"), b"\xff\xfe"),
    words=(*sorted(set(names(json.loads(schema_text())))), *VALUES),
)
