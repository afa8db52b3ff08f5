"""A ledger cut into days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.core.model import Duration, Instant, Span, Status
from monitor.core.status import worst
from monitor.core.uptime import uptime


@dataclass(frozen=True, slots=True)
class Day:
    """Since ≤ t < until, and the time spent in each status; what was not recorded is unknown."""

    since: Instant
    until: Instant
    spent: Mapping[Status, Duration]

    @property
    def worst(self) -> Status:
        """Of what was observed; unknown when nothing was."""
        return worst(status for status, spent in self.spent.items() if spent and status is not Status.UNKNOWN)


def days(spans: Sequence[Span], edges: Sequence[Instant]) -> list[Day]:
    """One for each two neighbouring edges.

    Args:
        spans: oldest first; each lasts until the next, the last until the last edge.
        edges: midnights, oldest first; where the days end that are told, last.
    """
    begins = [span.since for span in spans]
    return [
        _day(spans[_first(begins, since) : bisect_left(begins, until)], since, until)
        for since, until in pairwise(edges)
    ]


def _first(begins: Sequence[Instant], since: Instant) -> int:
    """Where the span stands that lasts into an instant."""
    return max(bisect_right(begins, since) - 1, 0)


def _day(spans: Sequence[Span], since: Instant, until: Instant) -> Day:
    return Day(since, until, uptime(spans, since, until).spent)
