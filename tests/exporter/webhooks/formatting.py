"""Formats that say little: their bodies are for tests to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.webhooks.formats import Format
from exporter.webhooks.formats.message import Message, Notice
from monitor.core.model import MINUTE, EventKind, Impact, Incident
from monitor.core.subscribing import Alert

AGAIN_AFTER = 2 * MINUTE
SILENT = frozenset({EventKind.MAINTENANCE_SCHEDULED})  # kinds of which these formats have nothing to say


@dataclass(frozen=True, slots=True)
class Settings:
    url: str


def plain(settings: Settings, notice: Notice) -> Message | None:
    """The id of the event in a header, and as body the key of a pager with what to do about it."""
    if notice.event.kind in SILENT:
        return None
    headers = {"webhook-id": notice.event.id, "content-type": "text/plain"}
    return Message("POST", settings.url, headers, _paged(notice).encode())


def _paged(notice: Notice) -> str:
    subject = notice.event.subject
    if not isinstance(subject, Incident):
        return notice.event.kind
    verb = "resolve" if notice.event.kind is EventKind.INCIDENT_RESOLVED else "trigger"
    return f"{verb} {subject.id}/{subject.reopened}"


FORMATS: Mapping[str, Format] = {
    "plain": Format(Settings, plain),
    "forgetful": Format(Settings, plain, again_after=AGAIN_AFTER),
}


def alert(
    name: str = "a",
    format: str = "plain",  # noqa: A002
    *,
    url: str = "https://a.example/secret-path",
    events: tuple[str, ...] = ("*",),
    components: tuple[str, ...] = (),
    least_impact: Impact | None = None,
) -> Alert:
    """Its subscription has the id alr_<name>."""
    return Alert(
        name=name,
        format=format,
        settings={"url": url},
        events=events,
        components=components,
        least_impact=least_impact,
    )
