"""Texts from anywhere, made fit to stand among those of others."""

from __future__ import annotations

import json
import re

NAME = 100  # characters of who wrote a text

# Marks that turn the direction of what follows, or show nothing: a text with them is not what it looks like.
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = "\u00ad\u180e\u200b\u2060-\u2064\ufeff"
_MISLEADING = re.compile(f"[{_TURNING}{_UNSEEN}]")
# Controls but for the line end, halves of surrogate pairs, and ends of lines and paragraphs.
_WITHOUT_SHAPE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_ELLIPSIS = "…"


def line(text: str, most: int) -> str:
    """The text on one line, of at most so many characters."""
    return capped(" ".join(_harmless(text).split()), most)


def prose(text: str, most: int) -> str:
    """The text with its lines, of at most so many characters."""
    return capped(_harmless(text).strip(), most)


def capped(text: str, most: int) -> str:
    """At most so many characters, the last an ellipsis where some are left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + _ELLIPSIS


def signed(text: str, by: str, most: int) -> str:
    """Prose with who wrote it below, of at most so many characters together; by nobody, prose alone."""
    name = line(by, NAME)
    signature = f"\n— {name}" if name else ""
    return f"{prose(text, most - len(signature))}{signature}"


def json_bytes(document: object) -> bytes:
    """Compact JSON in UTF-8; half a surrogate pair, which UTF-8 may not contain, becomes a question mark."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _harmless(text: str) -> str:
    """A line end stays one; what no screen shows becomes a space."""
    return _WITHOUT_SHAPE.sub(" ", _MISLEADING.sub("", text))
