from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.core.budget import Budget, budget
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, Status
from monitor.core.uptime import Uptime
from tests.builders import NOON

MONTH = 30 * DAY
ENDS = NOON + MONTH


def spent(objective: float, passed: Duration, **statuses: Duration) -> Budget:
    """The budget of a month of which so much has passed, with so much time spent in each status."""
    told = Uptime(window=passed, spent={Status[status]: length for status, length in statuses.items()})
    return budget(objective, told, NOON + passed, ENDS)


@pytest.mark.parametrize(
    ("objective", "statuses", "allowed", "left", "burn_rate"),
    [
        (99.9, {}, 43 * MINUTE + 12 * SECOND, 43 * MINUTE + 12 * SECOND, 0.0),
        (99.9, {"MAJOR_OUTAGE": 43 * MINUTE + 12 * SECOND}, 43 * MINUTE + 12 * SECOND, 0, 1.0),
        (99.9, {"PARTIAL_OUTAGE": 72 * MINUTE}, 43 * MINUTE + 12 * SECOND, 21 * MINUTE + 36 * SECOND, 0.5),
        (99.9, {"DEGRADED": 20 * DAY}, 43 * MINUTE + 12 * SECOND, 43 * MINUTE + 12 * SECOND, 0.0),
        (99.9, {"MAJOR_OUTAGE": HOUR}, 43 * MINUTE + 12 * SECOND, -(16 * MINUTE + 48 * SECOND), HOUR / MONTH / 0.001),
        (99, {"MAINTENANCE": 10 * DAY, "UNKNOWN": 10 * DAY}, DAY // 10, DAY // 10, 0.0),
        (99, {"MAINTENANCE": 10 * DAY, "UNKNOWN": 10 * DAY, "MAJOR_OUTAGE": DAY // 10}, DAY // 10, 0, 1.0),
        (100, {}, 0, 0, 0.0),
        (100.0, {"MAJOR_OUTAGE": 1}, 0, -1, None),
        (99.9, {"UNKNOWN": MONTH}, 0, 0, None),
        (99.9, {"MAINTENANCE": MONTH}, 0, 0, None),
        (0, {"MAJOR_OUTAGE": MONTH}, MONTH, 0, 1.0),
        (99.9, {"PARTIAL_OUTAGE": 1}, 43 * MINUTE + 12 * SECOND, 43 * MINUTE + 12 * SECOND - 1, 0.3 / MONTH / 0.001),
    ],
    ids=[
        "nothing lost",
        "spent to the last second",
        "partial outages cost 0.3",
        "what is slow costs nothing",
        "overspent",
        "maintenance and unknown are no room",
        "nor do they water down the rate",
        "an objective of 100 that was met",
        "an objective of 100 that was missed",
        "nothing observed",
        "nothing but maintenance",
        "an objective of 0",
        "rounded down",
    ],
)
def test_the_budget_of_a_month_that_is_over(
    objective: float, statuses: dict[str, int], allowed: int, left: int, burn_rate: float | None
) -> None:
    found = spent(objective, MONTH, **statuses)
    assert (found.allowed, found.left) == (allowed, left)
    assert found.burn_rate == (None if burn_rate is None else pytest.approx(burn_rate))
    assert found.used_up_at is None


@pytest.mark.parametrize(
    ("lost", "burn_rate", "used_up_after"),
    [
        (0, 0.0, None),
        (DAY // 10, 1.0, None),
        (DAY // 10 + 1, 1.0, 30 * DAY),
        (DAY // 5, 2.0, 15 * DAY),
        (3 * DAY // 10, 3.0, 10 * DAY),
        (3 * DAY // 10 + 1, 3.0, None),
    ],
    ids=["nothing lost", "lasts exactly", "just not", "half the month", "today", "behind us"],
)
def test_of_a_month_that_goes_on_it_says_when_the_budget_is_used_up_at_this_rate(
    lost: Duration, burn_rate: float, used_up_after: Duration | None
) -> None:
    found = spent(99, 10 * DAY, MAJOR_OUTAGE=lost)
    assert found.allowed == 3 * DAY // 10
    assert found.burn_rate == pytest.approx(burn_rate, rel=1e-6)
    if used_up_after is None:
        assert found.used_up_at is None
    else:
        assert found.used_up_at == pytest.approx(NOON + used_up_after, abs=10_000)


@given(st.sampled_from([90, 99, 99.5, 99.9, 99.95, 99.99]), st.integers(1, MONTH - 1), st.data())
def test_a_budget_burns_faster_than_1_exactly_when_it_does_not_last(
    objective: float, passed: Duration, data: st.DataObject
) -> None:
    lost = data.draw(st.integers(0, passed))
    found = spent(objective, passed, MAJOR_OUTAGE=lost)
    assert found.burn_rate is not None
    share = 1 - Fraction(str(objective)) / 100
    assume(lost != share * passed)
    lasts = lost < share * passed
    assert (found.burn_rate < 1) == lasts
    assert (found.used_up_at is None) == (lasts or found.left < 0)
