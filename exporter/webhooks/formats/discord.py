"""Discord: a webhook is sent an embed, in whose texts Markdown is taken for what it looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from exporter.documents import Document, timestamp
from exporter.webhooks.formats.gist import Fact, Gist, Tone, gist
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.formats.texts import json_bytes, line, signed

# The most characters of each text: twice as many, when each is escaped, are within what Discord takes of one text
# (2000 of a content, 256 of a title, 4096 of a description, 1024 of a value) and of all of an embed together (6000).
GLANCE = 150
TITLE = 100
DESCRIPTION = 1_200
VALUE = 200
FOOTER = 100

BESIDE = 30  # characters of a value that leaves room for others beside it

COLORS = {
    Tone.OUTAGE: 0xD92D20,
    Tone.TROUBLE: 0xF79009,
    Tone.GOOD: 0x12B76A,
    Tone.PLANNED: 0x2E90FA,
    Tone.LEARNED: 0x667085,
}

_MARKUP = re.compile(r"[\\*_~`|<>\[\]@]|:(?=//)")
_LINE_MARKUP = re.compile(r"^([ \t]*\d*)([#+.-])", re.MULTILINE)  # of headings and lists


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = field(repr=False)  # of the webhook: whoever knows it may post


def message(settings: Settings, notice: Notice) -> Message:
    """The webhook's message, which mentions nobody."""
    said = gist(notice)
    document = {
        "content": _escaped(line(said.glance, GLANCE)),  # all that a phone's notification shows
        "allowed_mentions": {"parse": []},
        "embeds": [_embed(said, timestamp(notice.event.at))],
    }
    return Message("POST", settings.url, {"Content-Type": "application/json"}, json_bytes(document))


def _embed(said: Gist, at: str) -> Document:
    text = _escaped(signed(said.message, said.by, DESCRIPTION))
    return {
        "title": _escaped(line(said.headline, TITLE)) or said.state,
        "url": said.link,
        "color": COLORS[said.tone],
        **({"description": text} if text else {}),
        "fields": [_field(fact) for fact in said.facts],
        "footer": {"text": line(said.source, FOOTER)},
        "timestamp": at,
    }


def _field(fact: Fact) -> Document:
    """Discord refuses a whole message for one empty value."""
    name, value = fact
    return {"name": name, "value": _escaped(line(value, VALUE)) or "–", "inline": len(value) <= BESIDE}


def _escaped(text: str) -> str:
    """Without effect as Markdown, as a link or as a mention; at most twice as long."""
    return _LINE_MARKUP.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))
