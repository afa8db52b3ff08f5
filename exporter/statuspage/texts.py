"""Texts as Statuspage's API may bear them."""

from __future__ import annotations

from exporter.webhooks.formats.plain import inert
from exporter.webhooks.formats.texts import line, prose

NAME = 255  # characters
BODY = 25_000


def name(text: str) -> str:
    """Without markup, since Statuspage's may hold some and its readers show them as they come."""
    return inert(line(text, NAME))


def body(text: str) -> str:
    """Without markup, as a name."""
    return inert(prose(text, BODY))
