"""Slack: an incoming webhook is sent blocks, in which Slack reads nothing but plain text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from exporter.webhooks.formats.gist import Gist, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.texts import json_bytes, line, signed

GLANCE = 150  # characters of a notification

# The most characters and fields that Slack takes.
HEADER = 150
SECTION = 3_000
FIELDS = 10
FIELD = 2_000

Block: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)  # of the webhook: whoever knows it may post


def message(settings: Settings, notice: Notice) -> Message:
    """The webhook's message."""
    said = gist(notice)
    document = {
        "text": _escaped(line(said.glance, GLANCE)),  # of a notification; the only text that Slack reads as mrkdwn
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": _blocks(said),
    }
    return Message("POST", settings.url, {"Content-Type": "application/json"}, json_bytes(document))


def _blocks(said: Gist) -> list[Block]:
    blocks: list[Block] = [{"type": "header", "text": _plain(line(f"{said.mark} {said.title}", HEADER))}]
    text = signed(said.message, said.by, SECTION)
    if text:
        blocks.append({"type": "section", "text": _plain(text)})
    fields = [_plain(line(f"{name}: {value}", FIELD)) for name, value in said.facts[:FIELDS]]
    blocks.append({"type": "section", "fields": fields})
    blocks.append(_link(said.link))
    blocks.append({"type": "context", "elements": [_plain(line(said.source, FIELD))]})
    return blocks


def _plain(text: str) -> Block:
    """Neither mentions nor Markdown are read in it, nor, since it says so, are :emoji:."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _link(url: str) -> Block:
    """No button: clicked, it warns that the app answers no clicks, which the app of a mere webhook never does."""
    link = {"type": "link", "url": url, "text": "Open status page", "style": {"bold": True}}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
