"""Distributions of months, of which what is settled is read once."""

from __future__ import annotations

import asyncio

import pytest

from exporter.latencies import MOST_KEPT, SETTLED_AFTER, Latencies, distribution
from monitor.core.histogram import Histogram
from monitor.core.model import DAY, MINUTE, Instant
from tests.builders import NOON
from tests.exporter.fakes import FakeClock, FakeHistory

BEGIN = NOON - 10 * DAY
RUNS = [(at, 1_000 * n) for n, at in enumerate(range(BEGIN, NOON, DAY // 2), 1)]


def stretches(history: FakeHistory) -> list[tuple[Instant, Instant]]:
    """Those with a length that were read, once each, and forgotten by the history."""
    asked = [question.split()[2:] for question in history.asked if question.startswith("latency_slice")]
    history.asked.clear()
    found = [(int(since), int(until)) for since, until in asked]
    return [each for each in dict.fromkeys(found) if each[0] < each[1]]


async def test_a_distribution_is_of_all_slices() -> None:
    history = FakeHistory(runs={"api": RUNS})
    found = await distribution(history.latency_slice, "api", BEGIN, NOON)
    assert found.counts == Histogram(took for _, took in RUNS).counts


async def test_what_is_settled_is_read_once_and_the_rest_anew() -> None:
    history, clock = FakeHistory(runs={"api": RUNS}), FakeClock(NOON)
    latencies = Latencies(history, clock)
    first = await latencies.between("api", BEGIN, NOON)
    settled = NOON - SETTLED_AFTER
    assert stretches(history) == [(BEGIN, settled), (settled, NOON)]
    clock.at += MINUTE
    second = await latencies.between("api", BEGIN, NOON + MINUTE)
    assert stretches(history) == [(settled, settled + MINUTE), (settled + MINUTE, NOON + MINUTE)]
    assert first.counts == second.counts == Histogram(took for _, took in RUNS).counts


async def test_of_a_stretch_that_is_long_over_nothing_is_read_again() -> None:
    history, clock = FakeHistory(runs={"api": RUNS}), FakeClock(NOON + 2 * DAY)
    latencies = Latencies(history, clock)
    first = await latencies.between("api", BEGIN, NOON)
    stretches(history)
    assert (await latencies.between("api", BEGIN, NOON)).counts == first.counts
    assert stretches(history) == []


async def test_a_run_that_was_written_down_late_is_counted() -> None:
    history, clock = FakeHistory(runs={"api": []}), FakeClock(NOON)
    latencies = Latencies(history, clock)
    await latencies.between("api", BEGIN, NOON)
    history.runs["api"] = [(NOON - SETTLED_AFTER, 7)]
    assert (await latencies.between("api", BEGIN, NOON)).counts.total() == 1


async def test_what_could_not_be_read_is_read_again() -> None:
    history = FakeHistory(runs={"api": RUNS}, fault=OSError("disk"))
    latencies = Latencies(history, FakeClock(NOON))
    with pytest.raises(OSError, match="disk"):
        await latencies.between("api", BEGIN, NOON)
    history.fault = None
    assert (await latencies.between("api", BEGIN, NOON)).counts.total() == len(RUNS)


async def test_only_one_reads_at_a_time() -> None:
    history = FakeHistory(runs={"api": RUNS, "cdn": RUNS})
    history.gate.clear()
    latencies = Latencies(history, FakeClock(NOON))
    both = [asyncio.ensure_future(latencies.between(name, BEGIN, NOON)) for name in ("api", "cdn")]
    await history.reached.wait()
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(history.asked) == 1
    history.gate.set()
    assert [found.counts.total() for found in await asyncio.gather(*both)] == [len(RUNS)] * 2


async def test_of_many_stretches_the_oldest_gives_way() -> None:
    history, clock = FakeHistory(), FakeClock(NOON)
    latencies = Latencies(history, clock)
    for n in range(MOST_KEPT + 1):
        await latencies.between("api", BEGIN - n, BEGIN + 1)
    stretches(history)
    await latencies.between("api", BEGIN - 1, BEGIN + 1)
    assert stretches(history) == []
    await latencies.between("api", BEGIN, BEGIN + 1)
    assert stretches(history) == [(BEGIN, BEGIN + 1)]
