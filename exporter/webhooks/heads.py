"""What may go first in a lane: of each order one, those never tried before those that were."""

from __future__ import annotations

from bisect import bisect_left, insort
from enum import IntEnum
from typing import NamedTuple

from monitor.core.board import NEVER
from monitor.core.model import Instant


class Rank(IntEnum):
    """So what is new is not kept waiting by what was tried in vain, however much of that is due."""

    INCIDENT = 0  # never tried
    OTHER = 1  # never tried
    TRIED = 2


class Head(NamedTuple):
    """Heads compare by when they are due, then by sequence."""

    due: Instant
    sequence: int
    order: str  # an incident, or a delivery alone


class Heads:
    """A sorted row for each rank: with ten thousand heads a change costs microseconds, the first nothing."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Rank, Head]] = {}
        self._rows: tuple[list[Head], ...] = tuple([] for _ in Rank)

    @property
    def due(self) -> Instant:
        """When the first of them is due."""
        return min((row[0].due for row in self._rows if row), default=NEVER)

    def first(self, now: Instant, *, incidents_first: bool) -> str | None:
        """The order whose turn it is; None while none is due.

        Args:
            incidents_first: of what was never tried; else that goes by when it is due.
        """
        incident, other, tried = (row[0] if row and row[0].due <= now else None for row in self._rows)
        if incident and other and not incidents_first:
            return min(incident, other).order
        found = incident or other or tried
        return found.order if found else None

    def put(self, head: Head, rank: Rank) -> None:
        """Take it as the one of its order."""
        self.drop(head.order)
        self._places[head.order] = rank, head
        insort(self._rows[rank], head)

    def drop(self, order: str) -> None:
        """Know nothing more of an order."""
        place = self._places.pop(order, None)
        if place is not None:
            rank, head = place
            row = self._rows[rank]
            del row[bisect_left(row, head)]
