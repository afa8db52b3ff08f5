"""Texts from anywhere, fit to be shown: without secrets, in whatever spelling they come, or control characters."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import quote

REDACTED = "[redacted]"
SHORTEST = 4  # characters; anything shorter would black out innocent words


class Redactor:
    """Replaces secrets, also where they are URL-encoded, JSON-escaped or, for `user:password`, in base64."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST}
        known |= {_base64(secret) for secret in known if ":" in secret}
        longest_first = sorted(known, key=lambda secret: (-len(secret), secret))
        self._pattern = re.compile("|".join(map(_spelled, longest_first))) if known else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(REDACTED, text) if self._pattern else text


def printable(text: str) -> str:
    """A text from anywhere, without anything a terminal could obey."""
    return "".join(map(_harmless, text))


def _harmless(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _spelled(secret: str) -> str:
    """A pattern for the secret in which every character may be written in any of its ways."""
    return "".join(map(_character, secret))


@cache
def _character(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    encoded = quote(character, safe="", errors="replace")
    spellings = {
        character,
        encoded,
        encoded.lower(),
        json.dumps(character)[1:-1],
        f"\\u{ord(character):04x}",
        f"\\u{ord(character):04X}",
        f"\\{character}",
    }
    if character == " ":
        spellings.add("+")
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))  # `%25` before `%`
    return f"(?:{'|'.join(map(re.escape, longest_first))})"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode(errors="replace")).decode()
