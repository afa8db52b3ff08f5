"""Short names for values, from the values alone."""

from __future__ import annotations

import hashlib
import json


def digest(value: object) -> str:
    """16 digits in hex; the same for the same value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
