"""Our own webhook, signed as Standard Webhooks asks: the same as for who subscribed by the API."""

from __future__ import annotations

from dataclasses import dataclass, field

from exporter.webhooks import signature
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.payload import document_of, payload
from monitor.core.model import ComponentSetup
from monitor.core.subscribing import Told


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)
    secret: str = field(repr=False)  # whsec_ and 24 to 64 bytes in base64


def message(settings: Settings, notice: Notice) -> Message:
    """The signed event; its id is that of the event, so that a receiver knows what it has seen."""
    told = Told(notice.sequence, notice.event)
    body = payload(told, document_of(told, lambda component: _known(notice, component)))
    headers = signature.headers(notice.event.id, notice.at, body, [settings.secret])
    return Message("POST", settings.url, {"Content-Type": "application/json", **headers}, body)


def _known(notice: Notice, component: str) -> ComponentSetup | None:
    name = notice.names.get(component)
    return None if name is None else ComponentSetup(id=component, name=name, probes=())
