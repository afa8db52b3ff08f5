"""Latencies of whole months: read from the history a slice at a time, and what will not change only once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from monitor.core.histogram import Histogram
from monitor.core.model import DAY, Instant
from monitor.core.ports import Clock, History, Place

SETTLED_AFTER = DAY  # until then a run may still be written down that waited for a full disk
MOST_KEPT = 1_000  # about 10 KB each

Slices: TypeAlias = Callable[[str, Instant, Instant, Place | None], Awaitable[tuple[list[int], Place | None]]]


async def distribution(slices: Slices, component: str, since: Instant, until: Instant) -> Histogram:
    """Of the latencies in µs of the runs that worked and started at since ≤ t < until.

    Args:
        slices: as `History.latency_slice`.
    """
    found = Histogram()
    latencies, place = await slices(component, since, until, None)
    while place is not None:
        found.add(latencies)
        latencies, place = await slices(component, since, until, place)
    found.add(latencies)
    return found


class Latencies:
    """Distributions over stretches that begin at the same instants again and again, as months do.

    There is one reader at a time, however many ask: in between its slices the store serves all others.
    """

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._clock = clock
        self._reading = asyncio.Lock()
        self._settled: dict[tuple[str, Instant], tuple[Histogram, Instant]] = {}  # up to that instant

    async def between(self, component: str, since: Instant, until: Instant) -> Histogram:
        async with self._reading:
            settled, known_until = self._settled.pop((component, since), (Histogram(), since))
            edge = max(known_until, min(until, self._clock.now() - SETTLED_AFTER))
            settled.merge(await self._read(component, known_until, edge))
            self._keep(component, since, settled, edge)
            whole = await self._read(component, edge, until)
        whole.merge(settled)
        return whole

    async def _read(self, component: str, since: Instant, until: Instant) -> Histogram:
        return await distribution(self._history.latency_slice, component, since, until)

    def _keep(self, component: str, since: Instant, settled: Histogram, until: Instant) -> None:
        while len(self._settled) >= MOST_KEPT:
            del self._settled[next(iter(self._settled))]
        self._settled[component, since] = settled, until
