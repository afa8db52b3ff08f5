"""Text for whoever called us; that nobody may read it any more is no reason to fail."""

from __future__ import annotations

import sys
from typing import TextIO


def say(text: str) -> bool:
    """On standard output; whether it was written."""
    return _write(sys.stdout, text)


def complain(text: str) -> None:
    """On standard error."""
    _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> bool:
    if stream is None:  # it was closed before we began
        return False
    try:
        stream.write(_writable(f"{text}\n", stream.encoding))
        stream.flush()
    except OSError:
        return False
    return True


def _writable(text: str, encoding: str) -> str:
    """With a question mark for each character that the stream has no bytes for."""
    return text.encode(encoding, errors="replace").decode(encoding)
