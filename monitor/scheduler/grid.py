"""When a probe runs: a grid of instants, the same after every restart."""

from __future__ import annotations

import zlib

from monitor.core.model import Duration, Instant


def phase(probe: str, interval: Duration) -> Duration:
    """Where in its interval a probe runs: spread over all probes, and the same in every process."""
    return zlib.crc32(probe.encode()) % interval


def next_point(now: Instant, phase: Duration, interval: Duration) -> Instant:
    """The first instant after `now` that is congruent to `phase` modulo `interval`."""
    return now + interval - (now - phase) % interval
