"""How the latencies of runs are distributed, in the room of a few hundred counts, however many runs there are."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import accumulate
from math import ceil, log
from operator import attrgetter
from typing import TypeAlias

from monitor.core.model import DAY, HOUR, MINUTE, PHASES, Duration, Instant, Phases

GROWTH = 1.02  # from one bucket's bound to the next: a value is off by (GROWTH - 1) / (GROWTH + 1) at most, 0.99 %
LOG_OF_GROWTH = log(GROWTH)

DIGIT = 32  # bits of a count
COUNT = "I"  # the array of such

# How wide the stretches are of which sketches are kept, and for how long; None: as long as the results themselves.
TIERS: tuple[tuple[Duration, Duration | None], ...] = ((5 * MINUTE, 2 * DAY), (HOUR, 60 * DAY), (DAY, None))

Spent: TypeAlias = Sequence[int | None]  # µs of a run, in the order of MEASURES


def bucket(value: int) -> int:
    """The bucket of a latency in µs: b holds those over GROWTH^(b - 1), up to and with GROWTH^b; 0 those up to 1."""
    return ceil(log(value) / LOG_OF_GROWTH) if value > 1 else 0


def middle(number: int) -> int:
    """A latency in µs of the bucket, off from any other in it by 1 % and half a µs at most."""
    return round(2 * GROWTH**number / (GROWTH + 1))


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many values lie in each bucket, and what they add up to.

    `counts` is one number of 32-bit digits, digit b being the count of bucket b: so two distributions are merged as
    two numbers are added, however many buckets there are.
    """

    counts: int = 0
    total: int = 0  # µs

    @classmethod
    def of(cls, values: Iterable[int]) -> Distribution:
        """Of latencies in µs."""
        values = list(values)
        buckets = [ceil(log(value) / LOG_OF_GROWTH) if value > 1 else 0 for value in values]  # `bucket`, much called
        return cls.of_buckets(buckets, sum(values))

    @classmethod
    def of_buckets(cls, buckets: Iterable[int], total: int) -> Distribution:
        buckets = list(buckets)
        digits = array(COUNT, bytes(DIGIT // 8 * (max(buckets, default=-1) + 1)))
        for number in buckets:
            digits[number] += 1
        return cls(int.from_bytes(digits.tobytes(), "little"), total)

    def __add__(self, other: Distribution) -> Distribution:
        return Distribution(self.counts + other.counts, self.total + other.total)

    @property
    def digits(self) -> array[int]:
        """The counts of the buckets from 0 on, up to the last that is not empty."""
        length = -(-self.counts.bit_length() // DIGIT) * DIGIT // 8
        return array(COUNT, self.counts.to_bytes(length, "little"))

    @property
    def size(self) -> int:
        """How many values there are."""
        return sum(self.digits)

    def percentile(self, percent: int) -> int | None:
        """The smallest value in µs that so many percent do not exceed, as `middle` tells it; None: there are none."""
        ranks = list(accumulate(self.digits))
        if not ranks:
            return None
        return middle(bisect_left(ranks, max(1, -(-ranks[-1] * percent // 100))))


@dataclass(frozen=True, slots=True)
class Sketch:
    """Of timed runs that worked: how their latency is distributed, and what they spent in each phase.

    Runs that did not need a phase are missing in its distribution.
    """

    latency: Distribution = Distribution()
    resolve: Distribution = Distribution()
    connect: Distribution = Distribution()
    tls: Distribution = Distribution()
    processing: Distribution = Distribution()
    transfer: Distribution = Distribution()

    @classmethod
    def of(cls, runs: Iterable[Phases]) -> Sketch:
        return cls.of_spent(map(attrgetter(*MEASURES), runs))

    @classmethod
    def of_spent(cls, runs: Iterable[Spent]) -> Sketch:
        """Of runs that are told by what they spent."""
        return cls(*(Distribution.of(one for one in each if one is not None) for each in zip(*runs, strict=True)))

    @classmethod
    def merged(cls, sketches: Iterable[Sketch]) -> Sketch:
        """Of the runs of them all; much faster than to add them one by one."""
        measures = zip(*map(attrgetter(*MEASURES), sketches), strict=True)
        return cls(*(Distribution(sum(d.counts for d in each), sum(d.total for d in each)) for each in measures))

    def __add__(self, other: Sketch) -> Sketch:
        return Sketch.merged((self, other))

    @property
    def runs(self) -> int:
        return self.latency.size

    @property
    def means(self) -> Phases:
        """What a run spent in each phase on average, 0 where it did not need it; None for one that none needed."""
        runs = self.runs
        spent = (getattr(self, phase) for phase in PHASES)
        return Phases(*(round(each.total / runs) if each.counts else None for each in spent))


MEASURES = tuple(measure.name for measure in fields(Sketch))


@dataclass(frozen=True, slots=True)
class Slot:
    """The timed runs of a component with verdict pass or slow that started within a stretch of time; never none."""

    since: Instant
    sketch: Sketch
