"""How many values are distributed, in the room of a few hundred counts, however many they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import ceil, log

GROWTH = 1.02  # from one bucket's bound to the next: a value is off by (GROWTH - 1) / (GROWTH + 1) at most, 0.99 %


class Histogram:
    """Counts of whole numbers by bucket: bucket b holds those over GROWTH^(b - 1), up to and with GROWTH^b.

    What is below 1 counts as 1.
    """

    def __init__(self, values: Iterable[int] = ()) -> None:
        self.counts: Counter[int] = Counter()
        self.add(values)

    def add(self, values: Iterable[int]) -> None:
        self.counts.update(_bucket(value) for value in values)

    def merge(self, other: Histogram) -> None:
        """Take in all that the other holds."""
        self.counts.update(other.counts)

    def percentile(self, percent: int) -> float | None:
        """The smallest value that so many percent do not exceed, within 1 % of it; None when there are no values."""
        left = -(-self.counts.total() * percent // 100)
        for bucket, count in sorted(self.counts.items()):
            left -= count
            if left <= 0:
                return 2 * GROWTH**bucket / (GROWTH + 1)
        return None


def _bucket(value: int) -> int:
    return ceil(log(value) / log(GROWTH)) if value > 1 else 0
