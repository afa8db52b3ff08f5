"""What fields are called, by the schemas that describe them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def names(schema: Any) -> Iterator[str]:
    """All that a schema calls a property or a parameter, anywhere in it."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        if "in" in schema:
            yield str(schema["name"])
        for part in schema.values():
            yield from names(part)
