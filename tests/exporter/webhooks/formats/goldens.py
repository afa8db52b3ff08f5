"""What each format says on each occasion, kept as files; run as a module, it writes them anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from exporter.webhooks.formats import FORMATS
from exporter.webhooks.formats.message import Message, Notice
from tests.exporter.webhooks.formats.notices import OCCASIONS

GOLDEN = Path(__file__).parent / "golden"

# Settings by format, as the config would give them; whatever is secret in them says so.
EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "standard": {"url": "https://hooks.example/standard", "secret": "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"},
    "slack": {"url": "https://hooks.slack.example/services/T0/B0/secret"},
    "discord": {"url": "https://discord.example/api/webhooks/1/secret"},
    "teams": {"url": "https://teams.example/workflows/1/triggers/manual/paths/invoke?sig=secret"},
    "statuspage": {"url": "https://hooks.example/statuspage?token=secret"},
    "alertmanager": {"url": "http://alertmanager.example:9093"},
    "apprise": {"url": "ntfys://ntfy.example/secret"},
    "pagerduty": {"routing_key": "secret0123456789secret0123456789"},
    "opsgenie": {"api_key": "secret01-2345-6789-secret0123456"},
    "email": {
        "host": "mail.example",
        "port": 587,
        "security": "starttls",
        "username": "monitor",
        "password": "secret",
        "sender": "monitor@justkalm.example",
        "to": ("oncall@justkalm.example", "team@justkalm.example"),
    },
}


def message(name: str, notice: Notice) -> Message | None:
    """What the format of that name makes of a notice, with the example settings."""
    chosen = FORMATS[name]
    return chosen.message(chosen.settings(**EXAMPLES[name]), notice)


def golden(name: str, occasion: str) -> Path:
    return GOLDEN / name / f"{occasion}.json"


def shown(sent: Message | None) -> str:
    """A message as its golden file holds it: the body as JSON where it is JSON, else as text."""
    document = sent and {"method": sent.method, "url": sent.url, "headers": dict(sent.headers), "body": _body(sent)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """All golden files of all formats."""
    for name in FORMATS:
        for occasion, notice in OCCASIONS.items():
            file = golden(name, occasion)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(shown(message(name, notice)), encoding="utf-8")


def _body(sent: Message) -> object:
    text = sent.body.decode("utf-8")
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    write()
