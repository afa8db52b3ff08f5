"""Sketches to bytes and back, and what becomes of their rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from monitor.core.model import DAY, HOUR, MINUTE, PHASES, Duration, Instant, Phases
from monitor.core.sketch import MEASURES, Distribution, Sketch
from storage import sketches
from storage.cover import Tier
from tests.builders import NOON
from tests.storage.costs import costly
from tests.storage.sketched import of, remember, roll_up, rows, timed

TODAY: Instant = NOON // DAY * DAY


def begins(db: Database, width: Duration) -> list[Instant]:
    return [since for _, one, since, _ in rows(db) if one == width]


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────

MICROSECONDS = st.integers(0, 600_000_000)
SKETCHES = st.lists(st.builds(Phases, *[st.none() | MICROSECONDS] * len(PHASES)), max_size=20).map(Sketch.of)


@given(SKETCHES)
def test_a_sketch_comes_back_as_it_was(sketch: Sketch) -> None:
    assert sketches.decode(sketches.encode(sketch)) == sketch


@given(st.lists(SKETCHES, max_size=4))
def test_sketches_that_are_decoded_together_come_back_as_one(some: list[Sketch]) -> None:
    assert sketches.decode(*map(sketches.encode, some)) == Sketch.merged(some)


@pytest.mark.parametrize("count", [1, 255, 256, 65_535, 65_536, 2**32 - 1])
@pytest.mark.parametrize("number", [0, 1, 1_500])
def test_counts_of_any_size_come_back(count: int, number: int) -> None:
    sketch = Sketch(latency=Distribution((count << 32 * number) + (1 << 32 * 1_600), total=2**40))
    assert sketches.decode(sketches.encode(sketch)) == sketch


@pytest.mark.parametrize(
    ("count", "size"),
    [(255, 300), (256, 600), (65_535, 600), (65_536, 900)],
    ids=["one", "two", "two at most", "three"],
)
def test_counts_take_as_many_bytes_as_the_largest_needs(count: int, size: int) -> None:
    sketch = Sketch(latency=Distribution((count << 32 * 500) + (1 << 32 * 799)))
    assert size < len(sketches.encode(sketch)) < size + 20


def test_a_measure_that_no_run_has_takes_a_byte() -> None:
    assert len(sketches.encode(Sketch())) == len(MEASURES)


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────


def test_only_what_began_in_time_is_read(db: Database) -> None:
    remember(db, [timed("api/a", TODAY + number * HOUR, number) for number in range(5)])
    roll_up(db)
    found = sketches.between(db, 1, HOUR, TODAY + HOUR, TODAY + 3 * HOUR)
    assert [(since, sketches.decode(body)) for since, body in found] == [
        (TODAY + HOUR, of(1)),
        (TODAY + 2 * HOUR, of(2)),
    ]


def test_each_tier_is_kept_for_its_time_and_days_as_long_as_results(db: Database) -> None:
    remember(db, [timed("api/a", TODAY - days * DAY, 1) for days in (0, 1, 2, 3, 59, 60, 61, 90)], alive=0)
    roll_up(db)
    sketches.expire(db, TODAY - 90 * DAY, 90 * DAY, TODAY)
    assert sketches.forget(db, 100) == 7
    assert begins(db, 5 * MINUTE) == [TODAY - days * DAY for days in (2, 1, 0)]
    assert begins(db, HOUR) == [TODAY - days * DAY for days in (60, 59, 3, 2, 1, 0)]
    assert len(begins(db, DAY)) == 8


@pytest.mark.parametrize(("since", "hours", "days"), [(0, 3, 2), (1, 2, 1), (HOUR, 2, 1), (DAY, 1, 1)])
def test_no_tier_reaches_back_beyond_the_horizon(db: Database, since: Duration, hours: int, days: int) -> None:
    remember(db, [timed("api/a", TODAY + after, 1) for after in (0, HOUR, DAY)], alive=0)
    roll_up(db)
    sketches.expire(db, TODAY + since, 7 * HOUR, TODAY + since + 7 * HOUR)
    sketches.forget(db, 100)
    assert begins(db, 5 * MINUTE) == begins(db, HOUR) == [TODAY, TODAY + HOUR, TODAY + DAY][-hours:]
    assert begins(db, DAY) == [TODAY, TODAY + DAY][-days:]


def test_what_began_before_an_instant_is_given_up_in_all_tiers(db: Database) -> None:
    sketches.give_up(db, TODAY + 7 * MINUTE)
    sketches.give_up(db, TODAY)
    assert sketches.tiers(db) == [
        Tier(DAY, TODAY + DAY),
        Tier(HOUR, TODAY + HOUR),
        Tier(5 * MINUTE, TODAY + 10 * MINUTE),
    ]


def test_no_more_rows_are_deleted_than_asked_for(db: Database) -> None:
    remember(db, [timed("api/a", number * HOUR, 1) for number in range(8)], alive=0)
    roll_up(db)
    sketches.expire(db, 99 * DAY, DAY, 100 * DAY)
    assert [sketches.forget(db, 5) for _ in range(5)] == [5, 5, 5, 2, 0]
    assert rows(db) == []


def test_rows_of_all_probes_are_deleted_without_walking_the_table(db: Database) -> None:
    remember(db, [timed("api/a", 0, 1), timed("cdn/a", 0, 1)], alive=0)
    roll_up(db)
    walked = costly(db, lambda asked: sketches.forget(asked, 100))
    assert {step.split(" USING ")[0] for step in walked} == {"SCAN probes"}
    sketches.expire(db, 99 * DAY, DAY, 100 * DAY)
    assert sketches.forget(db, 100) == 6


def test_what_is_given_up_is_not_written_again(db: Database) -> None:
    sketches.expire(db, TODAY - 90 * DAY, 90 * DAY, TODAY)
    remember(db, [timed("api/a", TODAY - 3 * DAY, 1), timed("api/a", TODAY - 61 * DAY, 2)])
    roll_up(db)
    assert (len(begins(db, 5 * MINUTE)), len(begins(db, HOUR)), len(begins(db, DAY))) == (0, 1, 2)


@pytest.mark.parametrize(
    ("first", "then", "since"),
    [
        (TODAY, TODAY + 7 * MINUTE, TODAY - 2 * DAY + 10 * MINUTE),
        (TODAY, TODAY - HOUR, TODAY - 2 * DAY),
        (TODAY + 365 * DAY, TODAY + 7 * MINUTE, TODAY + 10 * MINUTE),
    ],
    ids=["time goes on", "the clock went back", "the clock had been a year ahead"],
)
def test_what_is_given_up_stays_so_unless_it_is_yet_to_come(
    db: Database, first: Instant, then: Instant, since: Instant
) -> None:
    for now in (first, then):
        sketches.expire(db, now - 90 * DAY, 90 * DAY, now)
    assert sketches.tiers(db)[-1] == Tier(5 * MINUTE, since)


def test_tiers_go_by_the_horizon_not_by_the_clock(db: Database) -> None:
    sketches.expire(db, TODAY - 90 * DAY, 90 * DAY, TODAY + 365 * DAY)
    assert sketches.tiers(db) == [
        Tier(DAY, TODAY - 90 * DAY),
        Tier(HOUR, TODAY - 60 * DAY),
        Tier(5 * MINUTE, TODAY - 2 * DAY),
    ]
