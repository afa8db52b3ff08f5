"""How latency went over time."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.model import Instant, Phases


@dataclass(frozen=True, slots=True)
class Slot:
    """The timed runs of a component with verdict pass or slow that started within a stretch of time; never none.

    `phases` are the means over these runs: a phase that a run did not need counts as 0, None is one that none needed.
    """

    since: Instant
    latencies: tuple[int, ...]  # µs, ascending
    phases: Phases
