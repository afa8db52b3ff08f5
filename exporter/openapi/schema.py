"""The words in which documents are described: JSON Schema 2020-12."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

Schema: TypeAlias = dict[str, object]

UTC_ONLY = "Z$"


def text(says: str = "", **more: object) -> Schema:
    return _schema("string", says, more)


def whole(says: str = "", **more: object) -> Schema:
    return _schema("integer", says, more)


def number(says: str = "", **more: object) -> Schema:
    return _schema("number", says, more)


def flag(says: str = "", **more: object) -> Schema:
    return _schema("boolean", says, more)


def choice(of: Iterable[str], says: str = "", **more: object) -> Schema:
    """One of a closed list."""
    return text(says, enum=[str(each) for each in of], **more)


def instant(says: str = "") -> Schema:
    """A time as we tell it: in UTC."""
    return text(says, format="date-time", pattern=UTC_ONLY)


def given_instant(says: str = "") -> Schema:
    """A time as callers may write it: with any offset."""
    return text(says, format="date-time")


def given_duration(says: str, **more: object) -> Schema:
    return text(says, pattern="^[0-9]{1,9}[smhd]$", **more)


def listed(of: Schema, says: str = "", **more: object) -> Schema:
    return _schema("array", says, {"items": of, **more})


def maybe(schema: Schema) -> Schema:
    """That, or null."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    nullable = schema | {"type": [schema["type"], "null"]}
    options = schema.get("enum")
    return nullable | {"enum": [*options, None]} if isinstance(options, list) else nullable


def ref(name: str) -> Schema:
    """A schema that is described under its own name."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(says: str, fields: Mapping[str, Schema], *, optional: Collection[str] = (), **more: object) -> Schema:
    """A document that always bears all of its fields, but for optional ones; in time it may bear more."""
    required = [name for name in fields if name not in optional]
    return _schema("object", says, {"properties": dict(fields), "required": required, **more})


def form(says: str, required: Collection[str], fields: Mapping[str, Schema], **more: object) -> Schema:
    """A body that callers write, which takes no other fields."""
    closed = {"properties": dict(fields), "required": list(required), "additionalProperties": False, **more}
    return _schema("object", says, closed)


def _schema(kind: str, says: str, more: Mapping[str, object]) -> Schema:
    return {"type": kind, **({"description": says} if says else {}), **more}
