"""Results in, sketches out, a step at a time."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Instant, Result, Verdict
from storage import board, chunks, meta, packs, retention, sketches, sketching
from storage.sketching import PACKS_AT_A_TIME, PROBES_AT_A_TIME, RUNS_AT_A_TIME
from tests.builders import NOON
from tests.storage.costs import machine_steps
from tests.storage.sketched import between, counts, of, remember, roll_up, rows, step, timed

TODAY = NOON // DAY * DAY
FIVE = 5 * MINUTE


def pack(db: Database, now: Instant) -> bool:
    with db.atomic():
        return packs.step(db, now)


def test_results_are_counted_in_the_stretch_of_each_tier_in_which_they_started(db: Database) -> None:
    remember(
        db,
        [
            timed("api/a", NOON, 1),
            timed("api/a", NOON + FIVE - 1, 2, Verdict.SLOW),
            timed("api/a", NOON + FIVE, 3),
            timed("api/a", NOON + HOUR, 4),
            timed("cdn/a", NOON, 5),
        ],
    )
    assert step(db) is False
    assert rows(db) == [
        ("api/a", FIVE, NOON, of(1, 2)),
        ("api/a", FIVE, NOON + FIVE, of(3)),
        ("api/a", FIVE, NOON + HOUR, of(4)),
        ("api/a", HOUR, NOON, of(1, 2, 3)),
        ("api/a", HOUR, NOON + HOUR, of(4)),
        ("api/a", DAY, TODAY, of(1, 2, 3, 4)),
        ("cdn/a", FIVE, NOON, of(5)),
        ("cdn/a", HOUR, NOON, of(5)),
        ("cdn/a", DAY, TODAY, of(5)),
    ]


@pytest.mark.parametrize(
    "run",
    [
        timed("api/a", NOON, 4, Verdict.FAIL),
        timed("api/a", NOON, 5, Verdict.UNKNOWN),
        Result(probe="api/a", started=NOON, at=NOON, verdict=Verdict.PASS),
    ],
    ids=["failed", "unknown", "untimed"],
)
def test_runs_that_did_not_work_or_were_not_timed_are_in_no_sketch(db: Database, run: Result) -> None:
    remember(db, [run])
    roll_up(db)
    assert rows(db) == []


def test_what_comes_later_is_added_to_what_is_there(db: Database) -> None:
    remember(db, [timed("api/a", NOON, 1)])
    roll_up(db)
    remember(db, [timed("api/a", NOON + SECOND, 900), timed("api/b", NOON, 3)])
    roll_up(db)
    assert [sketch for name, _, _, sketch in rows(db) if name == "api/a"] == [of(1, 900)] * 3


def test_a_result_that_was_held_for_long_is_counted_where_it_started(db: Database) -> None:
    remember(db, [timed("api/a", NOON, 1)])
    roll_up(db)
    remember(db, [timed("api/a", NOON - 30 * HOUR, 2)])
    roll_up(db)
    assert (of(2), of(1)) == tuple(sketch for _, width, _, sketch in rows(db) if width == DAY)


def test_results_of_a_probe_that_was_removed_are_counted(db: Database) -> None:
    remember(db, [timed("api/a", NOON, 1)])
    with db.atomic():
        db.execute("UPDATE probes SET latest = NULL")
    roll_up(db)
    assert len(rows(db)) == 3


def test_when_all_is_counted_a_step_changes_nothing(db: Database) -> None:
    remember(db, [timed("api/a", NOON, 1)])
    roll_up(db)
    before = db.conn.total_changes
    assert step(db) is False
    assert db.conn.total_changes == before


def test_with_nothing_remembered_there_is_nothing_to_do(db: Database) -> None:
    assert step(db) is False


def test_a_long_backlog_of_one_probe_is_taken_in_several_steps(db: Database) -> None:
    remember(db, [timed("api/a", NOON + number, 7) for number in range(2 * RUNS_AT_A_TIME + 1)])
    assert [step(db) for _ in range(3)] == [True, True, False]
    assert {sketch.runs for *_, sketch in rows(db)} == {2 * RUNS_AT_A_TIME + 1}


def test_many_probes_are_taken_some_at_a_time(db: Database) -> None:
    names = [f"api/{number}" for number in range(2 * PROBES_AT_A_TIME + 1)]
    remember(db, [timed(name, NOON + number, 7) for number in range(2) for name in names])
    assert [step(db) for _ in range(3)] == [True, True, False]
    assert [sketch for *_, sketch in rows(db)] == [of(7, 7)] * 3 * len(names)


def test_what_comes_between_the_steps_of_a_round_is_counted_once(db: Database) -> None:
    names = [f"api/{number}" for number in range(PROBES_AT_A_TIME + 1)]
    remember(db, [timed(name, NOON, 7) for name in names])
    assert step(db) is True
    remember(db, [timed(name, NOON, 9) for name in [*names, "api/new"]])
    roll_up(db)
    assert [sketch for name, *_, sketch in rows(db) if name == "api/new"] == [of(9)] * 3
    assert [sketch for name, *_, sketch in rows(db) if name != "api/new"] == [of(7, 9)] * 3 * len(names)


def test_a_step_that_fails_leaves_all_as_it_was(db: Database) -> None:
    remember(db, [timed("api/a", NOON, 1)])

    def begin_and_fail() -> None:
        with db.atomic():
            sketching.step(db)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin_and_fail()
    assert rows(db) == []
    roll_up(db)
    assert [sketch for *_, sketch in rows(db)] == [of(1)] * 3


def test_a_step_costs_the_same_however_much_was_counted_before(db: Database) -> None:
    def cost(begun: int) -> int:
        remember(db, [timed("api/a", begun + number * SECOND, 7) for number in range(100)])
        with db.atomic():
            return machine_steps(db, sketching.step)

    cost(TODAY)
    before = cost(TODAY + HOUR)
    remember(db, [timed("api/a", TODAY + 2 * HOUR + number * SECOND, 7) for number in range(3_000)])
    roll_up(db)
    assert cost(TODAY + 3 * HOUR) < before * 1.1


def test_sketches_that_are_derived_anew_come_to_the_same(db: Database) -> None:
    runs = [timed(f"api/{number % 3}", NOON - number * 7 * MINUTE, number) for number in range(1_000)]
    for begin in range(0, len(runs), 100):
        remember(db, runs[begin : begin + 100])
        roll_up(db)
    before = rows(db)
    with db.atomic():
        sketching.derive_anew(db)
    assert rows(db) == []
    roll_up(db)
    assert rows(db) == before


def test_sketches_that_are_derived_anew_from_packs_count_the_same(db: Database) -> None:
    names = [f"api/{number}" for number in range(PACKS_AT_A_TIME + 1)]
    remember(db, [timed(name, NOON + at, at) for at in range(0, 8 * HOUR, 5 * MINUTE) for name in names])
    roll_up(db)
    before = [(*row, counts(sketch)) for *row, sketch in rows(db)]
    while pack(db, NOON + DAY):
        pass
    assert chunks.packed(db) > 0
    with db.atomic():
        sketching.derive_anew(db)
    while step(db):
        found = between(db, "api", NOON, NOON + 8 * HOUR)
        assert found.runs == 8 * 12 * len(names)
    assert [(*row, counts(sketch)) for *row, sketch in rows(db)] == before


def test_of_a_file_with_months_of_results_no_sketches_are_written_that_expired(db: Database) -> None:
    remember(db, [timed("api/a", TODAY - days * DAY, 1) for days in range(100)])
    assert retention.expire(db, TODAY, 100 * DAY) == 0
    roll_up(db)
    counts = {width: sum(one == width for _, one, _, _ in rows(db)) for width in (FIVE, HOUR, DAY)}
    assert counts == {FIVE: 3, HOUR: 61, DAY: 100}


def test_how_far_all_is_counted_is_known(db: Database) -> None:
    assert sketches.counted(db) == 0
    remember(db, [timed("api/a", NOON, 1), timed("api/a", NOON, 1)])
    with db.atomic():
        board.write(db, [], NOON)
    roll_up(db)
    assert sketches.counted(db) == meta.number(db, meta.SEQUENCE) == 2
