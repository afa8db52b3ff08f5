"""Our own webhook, signed as Standard Webhooks asks: the same as for who subscribed by the API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from exporter.webhooks import signature
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.texts import json_bytes
from exporter.webhooks.payload import document_of, payload
from monitor.core.subscribing import Told


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)
    secret: str = field(repr=False)  # whsec_ and 24 to 64 bytes in base64


def message(settings: Settings, notice: Notice) -> Message:
    """The signed event; its id is that of the event, so that a receiver knows what it has seen."""
    body = _body(notice)
    headers = signature.headers(notice.event.id, notice.at, body, [settings.secret])
    return Message("POST", settings.url, {"Content-Type": "application/json", **headers}, body)


def _body(notice: Notice) -> bytes:
    """A program must be able to tell what is a test."""
    told = Told(notice.sequence, notice.event)
    body = payload(told, document_of(told, notice.components.get))
    return json_bytes(json.loads(body) | {"test": True}) if notice.test else body
