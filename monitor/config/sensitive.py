"""Names that tell of a secret, and what stands under them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENSITIVE = re.compile(
    r"password|passwd|secret|token(?![_-]type)|(api|routing)[_-]?key|credential|private|signature", re.IGNORECASE
)


def is_sensitive(name: str) -> bool:
    """Whether a thing of this name is a secret; `token_type` and the like only say which sort it is of."""
    return bool(_SENSITIVE.search(name))


def named(value: object) -> Iterator[str]:
    """All that stands under a sensitive key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner) if is_sensitive(key) else named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named(inner)


def texts(value: object) -> Iterator[str]:
    """All texts and numbers in it."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)
