"""What of a URL must never be shown: no host, and no words so short or plain that innocent texts hold them, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from monitor.config.sensitive import is_sensitive

LONG_PATH = 12  # characters; a shorter one could be anybody's: /api/v2
LONG_TOKEN = 20

_SHORT_TOKEN = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[^.]{8,}")
_SEPARATORS = re.compile(r"[/@:?&=#,;]")


def credentials(url: str) -> Iterator[str]:
    """Who logs in with which password, and what stands under a telling name in the query."""
    parts = _split(url)
    if parts is None:
        return  # no URL at all, which has its own fault
    user = parts.netloc.rpartition("@")[0]
    yield from (user, unquote(user), unquote(parts.password or ""))
    yield from (value for name, value in parse_qsl(parts.query) if is_sensitive(name))


def of_base(url: str) -> Iterator[str]:
    """Of a URL whose caller has a key beside it."""
    yield from credentials(url)
    parts = _split(url)
    if parts is not None:
        yield from _tokens(_SEPARATORS.split(f"{parts.path}?{parts.query}"))


def of_webhook(url: str) -> Iterator[str]:
    """Of a URL that is a key itself: it, and those of its parts that a message may show alone."""
    parts = _split(url)
    if parts is None or parts.path.strip("/") or parts.query:  # else it says no more than its host
        yield url
    if parts is not None and len(parts.path) >= LONG_PATH:
        yield unquote(parts.path)
    yield from of_base(url)


def of_apprise(url: str) -> Iterator[str]:
    """Of a URL in which anything may be a key, even what stands where others have their host."""
    if not url.endswith("://"):
        yield url
    yield from credentials(url)
    parts = _split(url)
    host = (parts and parts.hostname) or ""
    pieces = _SEPARATORS.split(url.partition("://")[2])
    yield from _tokens(piece for piece in pieces if "." not in piece or piece.lower() != host)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _tokens(pieces: Iterable[str]) -> Iterator[str]:
    """Those that look as if a machine had made them up."""
    return (piece for piece in map(unquote, pieces) if len(piece) >= LONG_TOKEN or _SHORT_TOKEN.fullmatch(piece))
