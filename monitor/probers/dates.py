"""What the clocks of others say of our own: the Date headers of their answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from statistics import median_low

from monitor.clock import steady_ns
from monitor.core.model import MINUTE, SECOND, Duration, Instant
from monitor.probers.wire.phases import MILLISECOND

AGREES: Duration = MINUTE  # clocks this near to each other say the same
WRONG: Duration = 5 * MINUTE  # a clock farther off than that is wrong
KEPT: Duration = 10 * MINUTE
MOST = 1_000  # hosts


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the clock of a host showed, and when we saw it (ns that never step)."""

    theirs: Instant
    at: int


class Dates:
    """The latest Date of each host, for 10 minutes.

    Compared with the wall clock as it is when we are asked: that is the clock by which certificates are judged, and
    it may have stepped since.

    Args:
        steady: ns that never step.
        wall: ns since 1970.
    """

    def __init__(self, steady: Callable[[], int] = steady_ns, wall: Callable[[], int] = time.time_ns) -> None:
        self._steady = steady
        self._wall = wall
        self._seen: dict[str, _Seen] = {}  # oldest first

    def note(self, host: str, date: str | None, age: str | None) -> None:
        """An answer of this host just carried these headers; what cannot be read is ignored."""
        theirs = _instant(date, age)
        if theirs is None:
            return
        self._seen.pop(host, None)
        self._seen[host] = _Seen(theirs, self._steady())
        if len(self._seen) > MOST:
            del self._seen[next(iter(self._seen))]

    def wrong_by(self) -> Duration | None:
        """How much our clock would have to be put forward; None when nothing shows that it is wrong."""
        steady, ours = self._steady(), self._wall() // MILLISECOND
        passed = [(seen.theirs, (steady - seen.at) // MILLISECOND) for seen in self._seen.values()]
        return wrong_by([theirs + since - ours for theirs, since in passed if since <= KEPT])


def wrong_by(offsets: Collection[Duration]) -> Duration | None:
    """What the offsets of several hosts say of our clock.

    Returns:
        The median offset of those that agree within a minute, if they are at least two, all more than 5 minutes off,
        and more than all others together; else None.
    """
    agreeing = max((_near(offset, offsets) for offset in sorted(offsets)), key=len, default=[])
    if len(agreeing) < 2 or 2 * len(agreeing) <= len(offsets):
        return None
    return median_low(agreeing) if all(abs(offset) > WRONG for offset in agreeing) else None


def _near(least: Duration, offsets: Collection[Duration]) -> list[Duration]:
    return [offset for offset in offsets if least <= offset <= least + AGREES]


def _instant(date: str | None, age: str | None) -> Instant | None:
    """What their clock shows; an answer from a cache is as much older as its Age says."""
    if date is None:
        return None
    try:
        return _read(date) + int(age or 0) * SECOND
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)  # all answers of one second say the same
def _read(date: str) -> Instant:
    return int(parsedate_to_datetime(date).replace(tzinfo=UTC).timestamp()) * SECOND  # HTTP knows no other zone
