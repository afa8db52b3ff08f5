"""Latency over time: a sparkline of its median and 95th percentile, and its phases on top of one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporter.charts.steps import STEP, area, line
from monitor.core.model import PHASES, Duration, Instant
from monitor.core.sketch import Slot

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


def sparkline(slots: Sequence[Slot], axis: Axis) -> Sparkline:
    medians, highs = _percentiles(slots, axis, 50), _percentiles(slots, axis, 95)
    top = max(highs.values(), default=0)
    lows = axis.spread(_scaled(medians, top))
    return Sparkline(line(lows), area(lows, axis.spread(_scaled(highs, top))))


def stack(slots: Sequence[Slot], axis: Axis) -> Stack:
    """Of the means of each phase."""
    means = {axis.place(slot): slot.sketch.means for slot in slots}
    top = max((each.latency for each in means.values()), default=0)
    below = dict.fromkeys(means, 0)
    areas = {}
    for phase in _phases(slots):
        above = {place: below[place] + (getattr(each, phase) or 0) for place, each in means.items()}
        areas[phase] = area(axis.spread(_scaled(below, top)), axis.spread(_scaled(above, top)))
        below = above
    return Stack(areas, top)


def _phases(slots: Sequence[Slot]) -> list[str]:
    """Those that any run needed, in their order."""
    return [phase for phase in PHASES if any(getattr(slot.sketch, phase).counts for slot in slots)]


def _percentiles(slots: Sequence[Slot], axis: Axis, percent: int) -> dict[int, int]:
    """In µs, by place."""
    found = ((axis.place(slot), slot.sketch.latency.percentile(percent)) for slot in slots)
    return {place: latency for place, latency in found if latency is not None}


def _scaled(values: Mapping[int, int], top: int) -> dict[int, int]:
    """As heights that grow downwards; the top is at 0."""
    return {place: HEIGHT - round(HEIGHT * value / top) if top else HEIGHT for place, value in values.items()}
