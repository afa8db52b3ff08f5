"""The fields of a schema, as rows of a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

UNNAMED = "document"
WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": UNNAMED}

LIMITS = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minItems", "at least {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("default", "{} unless given"),
)


class Row(NamedTuple):
    """One field or parameter. `kind` are words, `schema` the name of what they end with, if it has one."""

    name: str
    kind: str
    schema: str
    says: str
    must: bool
    nullable: bool = False
    place: str = ""  # of a parameter


def rows(schema: Any, within: str = "") -> list[Row]:
    """Of an object, also of the unnamed ones in it: `components[].id`."""
    required = schema.get("required", ())
    return [
        row
        for name, field in schema.get("properties", {}).items()
        for row in _rows(f"{within}{name}", field, must=name in required)
    ]


def _rows(name: str, field: Any, *, must: bool) -> Iterator[Row]:
    nullable = _nullable(field)
    bare = next((each for each in field.get("anyOf", ()) if "$ref" in each), field)
    kind, schema = _kind(bare)
    says = " ".join(filter(None, (field.get("description", ""), _limits(field))))
    yield Row(name, kind, schema, says, must, nullable)
    yield from rows(bare, f"{name}.")
    yield from rows(bare.get("items", {}), f"{name}[].")


def _nullable(field: Any) -> bool:
    return "null" in _types(field) or {"type": "null"} in field.get("anyOf", ())


def _kind(schema: Any) -> tuple[str, str]:
    if "$ref" in schema:
        return "", schema["$ref"].rpartition("/")[2]
    if "enum" in schema:
        return ", ".join(each for each in schema["enum"] if each is not None), ""
    if "items" in schema:
        words, name = _kind(schema["items"])
        return "list" if words == UNNAMED else f"list of {words}", name
    if schema.get("format") == "date-time":
        return "time", ""
    named = next((each for each in _types(schema) if each != "null"), "anything")
    return WORDS.get(named, named), ""


def _types(schema: Any) -> list[str]:
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else found


def _limits(field: Any) -> str:
    found = [words.format(field[limit]) for limit, words in LIMITS if field.get(limit)]
    return f"({', '.join(found)})" if found else ""
