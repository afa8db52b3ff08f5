"""Short names for values, from the values alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any


def digest(value: object) -> str:
    """16 digits in hex; the same for the same value, whatever the order of its keys or fields."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=by_field).encode()).hexdigest()[:16]


def by_field(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, by name; `asdict` would copy all beneath them, too."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
