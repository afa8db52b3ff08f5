"""A bar for each day, the higher the worse it was: readers who see no colours see that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.core.model import Status

PITCH = 10  # from one bar to the next
WIDTH = 7
HEIGHT = 40
HEIGHTS: Mapping[Status, int] = {
    Status.MAJOR_OUTAGE: HEIGHT,
    Status.PARTIAL_OUTAGE: 35,
    Status.DEGRADED: 30,
    Status.MAINTENANCE: 24,
    Status.OPERATIONAL: 24,
    Status.UNKNOWN: 24,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` and `y` are of its upper left corner."""

    status: Status
    words: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bars:
    """From left to right, in a drawing of that size."""

    drawn: Sequence[Bar]
    width: int
    height: int


def bars(days: Sequence[tuple[Status, str]]) -> Bars:
    """Of days with their worst status and what is to be said of them, oldest first."""
    drawn = [
        Bar(status, words, PITCH * number, HEIGHT - HEIGHTS[status], WIDTH, HEIGHTS[status])
        for number, (status, words) in enumerate(days)
    ]
    return Bars(drawn, PITCH * len(drawn), HEIGHT)
