"""How often something may go wrong from one address."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.model import MINUTE, SECOND, Instant
from monitor.core.ports import Clock

MOST_FAILURES = 10  # in a minute
MOST_ADDRESSES = 10_000  # remembered at a time; the one that failed longest ago gives way


@dataclass(slots=True)
class _Failures:
    since: Instant
    count: int = 0


class Throttle:
    """Counts failures by address, for a minute from the first of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, _Failures] = {}

    def failed(self, address: str) -> int | None:
        """Count a failure. Where that is one too many: for how many seconds, at least 1, it stays so."""
        now = self._clock.now()
        failures = self._failures.pop(address, None)
        if failures is None or not 0 <= now - failures.since < MINUTE:
            failures = _Failures(since=now)
        failures.count += 1
        while len(self._failures) >= MOST_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        self._failures[address] = failures
        if failures.count <= MOST_FAILURES:
            return None
        return -((now - failures.since - MINUTE) // SECOND)
