"""Apprise: a title and a text for whatever place its URL names."""

from __future__ import annotations

from dataclasses import dataclass, field

from exporter.webhooks.formats.gist import Tone, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.plain import inert, paragraphs
from exporter.webhooks.formats.texts import json_bytes, line

# The most characters of each text: with all of them a text is within the 2,000 that most places take.
TITLE = 100
PROSE = 600
VALUE = 120

TYPES = {
    Tone.OUTAGE: "failure",
    Tone.TROUBLE: "warning",
    Tone.GOOD: "success",
    Tone.PLANNED: "info",
    Tone.LEARNED: "info",
}


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)


def message(settings: Settings, notice: Notice) -> Message:
    """What apprise is to say."""
    said = gist(notice)
    document = {
        "title": inert(f"{said.mark} {line(said.title, TITLE)}"),
        "body": inert(paragraphs(said, message=PROSE, value=VALUE)),
        "type": TYPES[said.tone],
    }
    return Message("NOTIFY", settings.url, {}, json_bytes(document))
