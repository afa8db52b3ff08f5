"""The response time of a component as the pages show it: now, and over the last day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.charts.latency import Axis, Sparkline, sparkline
from exporter.page.record import Record
from exporter.page.words import milliseconds
from monitor.core.sketch import Sketch, Slot

LEAST_DRAWN = 8  # slots, which are two hours


@dataclass(frozen=True, slots=True)
class ResponseView:
    """The latency now, and of the last day; `alternative` says in words what the sparkline draws, if there is one."""

    now: str
    median: str
    p95: str
    sparkline: Sparkline | None  # None: there is too little to see a course in it
    span: int
    alternative: str


async def response_view(response_time: int | None, record: Record) -> ResponseView | None:
    """None where nothing was timed within a day; the response time of now is in µs."""
    if not record.slots:
        return None
    # Percentiles of a day's slots take milliseconds: on the loop, they would make probes late.
    return await asyncio.to_thread(_view, response_time, record.slots, record.axis)


def _view(response_time: int | None, slots: Sequence[Slot], axis: Axis) -> ResponseView:
    day = Sketch.merged(slot.sketch for slot in slots).latency
    median, p95 = milliseconds(day.percentile(50)), milliseconds(day.percentile(95))
    return ResponseView(
        now=milliseconds(response_time),
        median=median,
        p95=p95,
        sparkline=sparkline(slots, axis) if len(slots) >= LEAST_DRAWN else None,
        span=axis.span,
        alternative=f"Response time over the last 24 hours: median {median}, 95th percentile {p95}.",
    )
