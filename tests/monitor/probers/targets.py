"""Probes of any kind, with dull defaults."""

from __future__ import annotations

from monitor.core.model import MINUTE, SECOND, Duration
from monitor.probers.settings import Expect, ProbeSettings, Target

HASTY: Duration = 250  # for runs that take all the time they have


def probe(
    target: Target,
    *,
    expect: Expect | None = None,
    timeout: Duration = 2 * SECOND,
    slow_after: Duration = MINUTE,
) -> ProbeSettings:
    return ProbeSettings(
        id="api/port", target=target, expect=expect or Expect(), timeout=timeout, slow_after=slow_after
    )
