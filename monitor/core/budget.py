"""The error budget: how much time an objective allows to be lost in a month, and how fast it is spent."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from monitor.core.model import Duration, Instant
from monitor.core.uptime import Uptime


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Times in ms, rounded down. `left` is below 0 once more was lost than allowed.

    `burn_rate` is 1 when the budget lasts exactly to the end of the month. None: there is no rate, since nothing was
    observed, or since the objective is 100 and something was lost.
    `used_up_at` is when nothing is left, at this rate. None: not before the end of the month, or it is behind us.
    """

    objective: float  # percent
    allowed: Duration
    left: Duration
    burn_rate: float | None
    used_up_at: Instant | None


def budget(objective: float, spent: Uptime, at: Instant, ends: Instant) -> Budget:
    """Of a month that ends at `ends`, of which `spent` tells up to `at`; what is to come counts as observed."""
    share = 1 - Fraction(str(objective)) / 100  # by its digits: 99.9 means 1/1000, and not what is near it in binary
    lost = Fraction(spent.lost, 1_000)
    allowed = share * (spent.observed + ends - at)
    return Budget(
        objective=objective,
        allowed=int(allowed),
        left=(allowed - lost) // 1,
        burn_rate=_burn_rate(share, lost, spent.observed),
        used_up_at=_used_up_at(allowed - lost, lost, spent.observed, at, ends),
    )


def _burn_rate(share: Fraction, lost: Fraction, observed: Duration) -> float | None:
    if not observed:
        return None
    if not lost:
        return 0.0
    return float(lost / observed / share) if share else None


def _used_up_at(left: Fraction, lost: Fraction, observed: Duration, at: Instant, ends: Instant) -> Instant | None:
    if not lost or left < 0:
        return None
    when = at + int(left * observed / lost)
    return when if when < ends else None
