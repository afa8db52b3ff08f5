"""The text/event-stream format: messages of named fields, each ended by an empty line."""

from __future__ import annotations

import re

PING = b"event: ping\ndata:\n\n"  # a comment would keep the connection alive, too, but scripts would not hear it

_ID = re.compile(r"[0-9]{1,16}")


def message(kind: str, sequence: int, body: bytes) -> bytes:
    """One message; the body is JSON of one line, so it is one field."""
    return b"event: %b\nid: %d\ndata: %b\n\n" % (kind.encode(), sequence, body.rstrip(b"\n"))


def last_seen(text: str | None) -> int | None:
    """The sequence that a Last-Event-ID names; None for none, or for none of ours."""
    return int(text) if text is not None and _ID.fullmatch(text) else None
