"""Teams: a workflow that waits for a webhook request is sent an adaptive card."""

from __future__ import annotations

from dataclasses import dataclass, field

from exporter.documents import Document
from exporter.webhooks.formats.gist import Gist, Tone, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.texts import json_bytes, line, signed

# The most characters of each text: with all of them a message is within the 28 KB that Teams takes.
GLANCE = 150
TITLE = 100
TEXT = 1_200
VALUE = 200

STYLES = {
    Tone.OUTAGE: "attention",
    Tone.TROUBLE: "warning",
    Tone.GOOD: "good",
    Tone.PLANNED: "accent",
    Tone.LEARNED: "emphasis",
}


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)  # of the workflow: whoever knows it may post


def message(settings: Settings, notice: Notice) -> Message:
    """The request that the workflow waits for."""
    said = gist(notice)
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": _card(said),
    }
    document = {
        "type": "message",
        "summary": line(said.glance, GLANCE),  # without it a phone's notification says "Card"
        "attachments": [attachment],
    }
    return Message("POST", settings.url, {"Content-Type": "application/json"}, json_bytes(document))


def _card(said: Gist) -> Document:
    heading = _text(_run(f"{said.mark} {line(said.title, TITLE)}", size="large", weight="bolder"))
    body = [{"type": "Container", "style": STYLES[said.tone], "bleed": True, "items": [heading]}]
    text = signed(said.message, said.by, TEXT)
    if text:
        body.append(_text(_run(text)))
    body += [
        _text(_run(f"{name}: ", weight="bolder"), _run(line(value, VALUE)), spacing="small")
        for name, value in said.facts
    ]
    body.append(_text(_run(line(said.source, VALUE), size="small", isSubtle=True)))
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": "Open status page", "url": said.link}],
    }


def _text(*runs: Document, **look: object) -> Document:
    return {"type": "RichTextBlock", "inlines": list(runs), **look}


def _run(text: str, **look: object) -> Document:
    """A text in which, unlike in a TextBlock, no Markdown is read."""
    return {"type": "TextRun", "text": text, **look}
