"""What the past of a component comes to in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from monitor.core.model import DAY, MINUTE, Instant
from monitor.core.ports import History
from monitor.core.uptime import WINDOWS, Uptime, as_amended, uptime

RECENT = 5 * MINUTE
FEWEST = 3  # runs that a median is taken of, as far as a day has as many


@dataclass(frozen=True, slots=True)
class Figures:
    """`uptimes` by the name of the window, as people amended them; `response_time` in µs.

    That is None when no run succeeded within a day.
    """

    uptimes: Mapping[str, Uptime]
    response_time: int | None


async def measure(history: History, component: str, now: Instant) -> Figures:
    """The figures of a component at an instant."""
    since = now - max(WINDOWS.values())
    amendments = await history.amendments(component, since, now)
    spans = as_amended(await history.spans(component, since), amendments, now)
    uptimes = {name: uptime(spans, now - window, now) for name, window in WINDOWS.items()}
    return Figures(uptimes, await _response_time(history, component, now))


async def _response_time(history: History, component: str, now: Instant) -> int | None:
    latencies = await history.latencies(component, now - RECENT)
    if len(latencies) < FEWEST:
        latencies = await history.latencies(component, now - DAY, limit=FEWEST)
    return round(median(latencies)) if latencies else None
