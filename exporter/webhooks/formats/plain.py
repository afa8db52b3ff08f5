"""Plain text: all that a gist says, and texts for receivers that pass them on to who knows where."""

from __future__ import annotations

from exporter.webhooks.formats.gist import Gist
from exporter.webhooks.formats.texts import line, signed

SOURCE = 200  # characters

_LOOKALIKES = str.maketrans("<>@", "‹›＠")


def paragraphs(said: Gist, *, message: int, value: int) -> str:
    """What is known, the facts, the link and who says it.

    Args:
        message: characters that what is known may have.
        value: characters that each fact may have.
    """
    facts = "\n".join(f"{name}: {line(text, value)}" for name, text in said.facts)
    parts = (signed(said.message, said.by, message), facts, said.link, line(said.source, SOURCE))
    return "\n\n".join(filter(None, parts))


def inert(text: str) -> str:
    """The text, in which no chat finds a mention, no browser a tag and no Markdown a link; never longer."""
    return text.translate(_LOOKALIKES).replace("](", "]（")
