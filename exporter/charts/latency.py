"""Latency over time: a sparkline of its median and 95th percentile, and its phases on top of one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from exporter.charts.steps import STEP, area, line
from monitor.core.model import PHASES, Duration, Instant
from monitor.core.trend import Slot

HEIGHT = 100  # of a drawing


@dataclass(frozen=True, slots=True)
class Axis:
    """The time that a drawing shows: so many slots of so many ms."""

    since: Instant
    width: Duration
    slots: int

    @property
    def span(self) -> int:
        """How wide the drawing is."""
        return STEP * self.slots

    def place(self, slot: Slot) -> int:
        return (slot.since - self.since) // self.width

    def spread(self, values: Mapping[int, int]) -> list[int | None]:
        """Values by their place, with None where there is none."""
        return [values.get(place) for place in range(self.slots)]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Paths: the medians as a line, and the area from them up to the 95th percentiles."""

    medians: str
    band: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Paths of the phases that there were, lowest first; `top` is the latency at the upper edge in µs."""

    areas: Mapping[str, str]
    top: int


def percentile(values: Sequence[int], percent: int) -> int:
    """The smallest of the values that so many percent of them do not exceed; they come in ascending order."""
    return values[ceil(len(values) * percent / 100) - 1]


def sparkline(slots: Sequence[Slot], axis: Axis) -> Sparkline:
    medians = {axis.place(slot): percentile(slot.latencies, 50) for slot in slots}
    highs = {axis.place(slot): percentile(slot.latencies, 95) for slot in slots}
    top = max(highs.values(), default=0)
    lows = axis.spread(_scaled(medians, top))
    return Sparkline(line(lows), area(lows, axis.spread(_scaled(highs, top))))


def stack(slots: Sequence[Slot], axis: Axis) -> Stack:
    """Of the means of each phase."""
    top = max((slot.phases.latency for slot in slots), default=0)
    below = dict.fromkeys(map(axis.place, slots), 0)
    areas = {}
    for phase in phases_of(slots):
        above = {axis.place(slot): below[axis.place(slot)] + (getattr(slot.phases, phase) or 0) for slot in slots}
        areas[phase] = area(axis.spread(_scaled(below, top)), axis.spread(_scaled(above, top)))
        below = above
    return Stack(areas, top)


def phases_of(slots: Sequence[Slot]) -> list[str]:
    """Those that any run needed, in their order."""
    return [phase for phase in PHASES if any(getattr(slot.phases, phase) is not None for slot in slots)]


def _scaled(values: Mapping[int, int], top: int) -> dict[int, int]:
    """As heights that grow downwards; the top is at 0."""
    return {place: HEIGHT - round(HEIGHT * value / top) if top else HEIGHT for place, value in values.items()}
