"""Texts from anywhere, made fit to stand in XML."""

from __future__ import annotations

import re

_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(text: str) -> str:
    """The text with a replacement for each character that XML cannot hold, not even escaped."""
    return _IMPOSSIBLE.sub("\ufffd", text)
