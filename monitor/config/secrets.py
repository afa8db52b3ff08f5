"""Which values of a config must never be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.config import shapes

_SENSITIVE = re.compile(
    r"password|passwd|secret|token(?![_-]type)|api[_-]?key|credential|private|signature", re.IGNORECASE
)
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})


def is_sensitive(name: str) -> bool:
    """Whether a thing of this name is a secret; `token_type` and the like only say which sort it is of."""
    return bool(_SENSITIVE.search(name))


def secrets_in(root: object) -> Iterator[str]:
    """The secrets written into the probes' requests, in a config of any shape."""
    for _, probe in shapes.probes(root):
        request = shapes.http(probe)
        yield from _of_url(request.get("url"))
        yield from _of_headers(request.get("headers"))
        for part in ("headers", "query", "form", "json"):
            yield from _named(request.get(part))


def _of_headers(headers: object) -> Iterator[str]:
    for name, value in shapes.mapping(headers).items():
        if name.lower() in _HEADERS and isinstance(value, str):
            yield value
            _, _, credentials = value.partition(" ")  # "Bearer x": x alone is one, too
            if name.lower().endswith("authorization") and credentials:
                yield credentials.strip()


def _of_url(url: object) -> Iterator[str]:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return  # no URL at all, which has its own fault
    if parts is None:
        return
    user = parts.netloc.rpartition("@")[0]
    yield from (user, unquote(user), unquote(parts.password or ""))
    yield from (value for name, value in parse_qsl(parts.query) if is_sensitive(name))


def _named(value: object) -> Iterator[str]:
    """All that stands under a sensitive key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner) if is_sensitive(key) else _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)
