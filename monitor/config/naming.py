"""Components where others name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from monitor.config import shapes
from monitor.config.faults import Found, Place, alternative


def misnamed(place: Place, listed: object, known: Mapping[str, object]) -> Found:
    """Names in the list at a place that are no component's, or that come twice."""
    names = shapes.texts(listed)
    counts = Counter(name for _, name in names)
    for at, name in names:
        if name not in known:
            yield (*place, at), f"there is no component {name}; {alternative(name, known)}"
        elif counts[name] > 1:
            counts[name] = 0
            yield (*place, at), f"{name} is named twice; once is enough"
