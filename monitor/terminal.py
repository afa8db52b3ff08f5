"""Text for whoever called us; that nobody may read it any more is no reason to fail."""

from __future__ import annotations

import contextlib
import sys
from typing import TextIO


def say(text: str) -> None:
    """On standard output."""
    _write(sys.stdout, text)


def complain(text: str) -> None:
    """On standard error."""
    _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # it is when it was closed before we began
        with contextlib.suppress(OSError):
            stream.write(f"{text}\n")
            stream.flush()
