"""What is forgotten, in which order, and that the file shrinks by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    Configured,
    Observation,
    Phases,
    Result,
    Started,
    Step,
)
from storage import board, chunks, meta, observations, packs, retention, sketches, sketching
from storage.recall import Recall
from storage.retention import PACKS_AT_A_TIME, ROWS_AT_A_TIME
from tests.builders import NOON, result, setup
from tests.storage import sketched
from tests.storage.packed import every, in_packs, pack_all_of, rows

MEGABYTE = 10**6
LARGE = 1_000 * MEGABYTE


def remember(db: Database, *observed: Observation) -> None:
    kept = Step(probes={"gone/gone": None})
    with db.atomic():
        board.write(db, [(it, QUIET if isinstance(it, Result) else kept) for it in observed], alive=NOON)


def forget_all(db: Database, now: int, keep: int = DAY, max_size: int | None = None) -> None:
    """Round by round, as long as there is something that should have expired."""
    while True:
        behind = retention.expire(db, now, keep)
        while retention.step(db, now, max_size):
            pass
        if not behind or not held(db):
            return


def forget_all_expired(db: Database, now: int, keep: int) -> None:
    while retention.expire(db, now, keep):
        while retention.step(db, now, None):
            pass
    while retention.step(db, now, None):
        pass


def held(db: Database) -> bool:
    tables = ("chunks", "sketches")
    return any(db.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0] for table in tables)


def kept(db: Database) -> list[Observation]:
    recall, found = Recall(), list[tuple[int, Observation]]()
    while some := observations.after(db, recall, found[-1][0] if found else 0, 5_000, 0).numbered:
        found += some
    return [observation for _, observation in found]


def wide(runs: int, detail: int = 4_000) -> list[Result]:
    """Results that take much room as they are, and little once they are packed."""
    return [result("api/health", started=NOON + n * SECOND, detail="x" * detail) for n in range(runs)]


# ── by age ───────────────────────────────────────────────────────────────────────────────────────────


def test_packed_results_older_than_is_kept_go_and_all_else_stays(db: Database) -> None:
    remember(db, Started(NOON, None), *every(10 * MINUTE, 400), Configured(NOON + HOUR, setup()))
    pack_all_of(db, NOON + 5 * DAY)
    now = NOON + 3 * DAY
    forget_all(db, now)
    left = kept(db)
    assert [type(it) for it in left if not isinstance(it, Result)] == [Started, Configured]
    runs = [it for it in left if isinstance(it, Result)]
    assert [run.started for run in runs] == [run.started for run in every(10 * MINUTE, 400)][-len(runs) :]
    assert now - DAY - 2 * HOUR <= runs[0].started <= now - DAY


def test_nothing_goes_that_is_not_old_enough(db: Database) -> None:
    remember(db, *every(10 * MINUTE, 100))
    pack_all_of(db)
    assert retention.expire(db, NOON + DAY, DAY) == 0
    while retention.step(db, NOON + DAY, None):
        pass
    assert len(kept(db)) == 100


def test_sketches_of_days_go_with_their_results(db: Database) -> None:
    remember(db, *every(10 * MINUTE, 400))
    pack_all_of(db, NOON + 5 * DAY)
    forget_all(db, NOON + 30 * DAY)
    assert len(kept(db)) == 0
    assert db.execute("SELECT count(*) FROM sketches").fetchone() == (0,)


def test_a_chunk_that_is_half_forgotten_is_read_as_far_as_it_is_there(db: Database) -> None:
    probes = [f"api/{n:03}" for n in range(PACKS_AT_A_TIME + 5)]
    remember(db, *(run for probe in probes for run in every(MINUTE, 2, probe)))
    pack_all_of(db)
    while len(kept(db)) == 2 * len(probes):
        retention.expire(db, NOON + 3 * DAY, DAY)
        retention.step(db, NOON + 3 * DAY, None)
    assert len(kept(db)) == 10
    forget_all(db, NOON + 3 * DAY)
    assert (kept(db), chunks.oldest(db)) == ([], None)


@pytest.mark.parametrize("ahead", [2 * DAY, 3_650 * DAY], ids=["some days", "ten years"])
def test_a_clock_that_jumps_ahead_takes_no_more_than_an_hour_a_round(db: Database, ahead: int) -> None:
    runs = every(10 * MINUTE, 144 * 4)
    remember(db, *runs)
    now = runs[-1].at
    pack_all_of(db, now)
    for _ in range(3):
        assert retention.expire(db, now + ahead, 4 * DAY) > DAY
        while retention.step(db, now, None):
            pass
    assert len(kept(db)) >= len(runs) - 6 * 5  # of three hours, and of the chunk with which it begins
    retention.expire(db, now, 4 * DAY)
    assert meta.number(db, meta.HORIZON) == now - 4 * DAY
    found = sketched.slots(db, "api", NOON + DAY, now, HOUR)
    assert sum(slot.sketch.runs for slot in found) == sketched.between(db, "api", NOON + DAY, now).runs


def test_of_an_old_file_the_horizon_begins_where_its_results_do(db: Database) -> None:
    remember(db, *every(10 * MINUTE, 100))
    pack_all_of(db)
    first = chunks.oldest(db)
    assert first is not None
    assert retention.expire(db, NOON + 100 * DAY, DAY) == NOON + 99 * DAY - first.until
    while retention.step(db, NOON + 100 * DAY, None):
        pass
    assert len(kept(db)) == 100


def test_a_result_of_the_future_does_not_keep_those_that_came_after_it(db: Database) -> None:
    remember(db, *every(10 * MINUTE, 30), result(started=NOON + 2_000 * DAY))
    remember(db, *every(10 * MINUTE, 300, since=NOON + 5 * HOUR))
    pack_all_of(db, NOON + 4 * DAY)
    before = in_packs(db)
    forget_all_expired(db, NOON + 4 * DAY, DAY)
    assert before > 20
    assert in_packs(db) == 1


@pytest.mark.parametrize("keep", [3 * DAY, 7 * DAY])
def test_hours_are_not_told_of_longer_than_results_are_kept(db: Database, keep: int) -> None:
    runs = every(10 * MINUTE, 144 * 12)
    remember(db, *runs)
    now = runs[-1].at
    pack_all_of(db, now)
    forget_all(db, now, keep)
    since = NOON // DAY * DAY
    whole = sketched.between(db, "api", since, now).runs
    for width in (HOUR, DAY, 7 * HOUR):
        assert sum(slot.sketch.runs for slot in sketched.slots(db, "api", since, now, width)) == whole


# ── by size ──────────────────────────────────────────────────────────────────────────────────────────


def test_where_room_is_short_the_oldest_packs_go_first(db: Database) -> None:
    remember(db, *every(MINUTE, 1_000))
    pack_all_of(db)
    before = in_packs(db)
    assert retention.step(db, NOON + DAY, 1)
    oldest = chunks.oldest(db)
    assert oldest is not None
    while in_packs(db) == before:
        assert retention.step(db, NOON + DAY, 1)
    assert in_packs(db) == before - 1
    assert len(kept(db)) == 1_000 - (oldest.last - oldest.first + 1)


def test_results_of_more_than_an_hour_ago_go_where_no_packs_are_left(db: Database) -> None:
    remember(db, Started(NOON, None), *every(MINUTE, 200))
    forget_all(db, NOON + 200 * MINUTE, 300 * DAY, 1)
    first, *left = kept(db)
    assert first == Started(NOON, None)
    assert [it.at for it in left] == [it.at for it in every(MINUTE, 200) if it.at > NOON + 140 * MINUTE]


def test_what_fits_stays(db: Database) -> None:
    remember(db, *every(MINUTE, 200))
    forget_all(db, NOON + DAY, 300 * DAY, LARGE)
    assert (len(kept(db)), retention.fits(db, LARGE)) == (200, True)


def test_what_still_does_not_fit_is_known(db: Database) -> None:
    remember(db, *every(MINUTE, 10))
    forget_all(db, NOON, 300 * DAY, 1)
    assert not retention.fits(db, 1)


def test_a_large_file_is_brought_below_its_limit(db: Database, tmp_path: Path) -> None:
    limit = 20 * MEGABYTE
    remember(db, *wide(6_000))
    forget_all(db, NOON + DAY, 300 * DAY, limit)
    while retention.shrink(db, limit):
        pass
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert (tmp_path / "monitor.db").stat().st_size < limit
    assert 0 < len(kept(db)) < 6_000


def test_sketches_go_with_the_results_that_went_for_want_of_room(db: Database) -> None:
    runs = every(10 * MINUTE, 144 * 4)
    remember(db, *runs)
    now = runs[-1].at
    pack_all_of(db, now)
    while len(kept(db)) > 200:
        assert retention.step(db, now, 1)
    oldest = kept(db)[0]
    assert isinstance(oldest, Result)
    while sketches.forget(db, 100):
        pass
    begun = [since for (since,) in db.execute("SELECT since FROM sketches").fetchall()]
    assert oldest.started - HOUR < min(begun) < oldest.started + HOUR
    whole = sketched.between(db, "api", NOON, now).runs
    assert whole == sum(slot.sketch.runs for slot in sketched.slots(db, "api", NOON, now, 7 * HOUR))


def test_sketches_without_results_go_too_but_for_those_of_the_last_hour(db: Database) -> None:
    runs = every(10 * MINUTE, 144 * 3)
    remember(db, *runs)
    while sketching.step(db):
        pass
    db.execute("DELETE FROM results")
    now = runs[-1].at
    forget_all(db, now, 300 * DAY, 1)
    begun = [since for (since,) in db.execute("SELECT since FROM sketches").fetchall()]
    assert now - 2 * HOUR < min(begun)


def test_results_may_go_that_are_not_counted_yet_and_are_not_counted_then(db: Database) -> None:
    remember(db, *every(MINUTE, 200))
    forget_all(db, NOON + 200 * MINUTE, 300 * DAY, 1)
    while sketching.step(db):
        pass
    assert sketched.between(db, "api", NOON, NOON + DAY).runs == len(
        [run for run in kept(db) if isinstance(run, Result) and not run.reason]
    )


def test_what_is_half_packed_and_half_forgotten_is_packed_on(db: Database) -> None:
    probes = [f"api/{n:03}" for n in range(PACKS_AT_A_TIME + 5)]
    remember(db, *(run for probe in probes for run in every(MINUTE, 12, probe)))
    while sketching.step(db):
        pass
    while packs_of(db) <= PACKS_AT_A_TIME:
        packs.step(db, NOON + DAY)
    assert chunks.begun(db) is not None
    assert retention.step(db, NOON + DAY, 1)
    assert packs_of(db) <= 5
    pack_all_of(db)
    assert len(kept(db)) == 12 * len(probes)


def packs_of(db: Database) -> int:
    row: tuple[int] = db.execute("SELECT count(*) FROM packs").fetchone()
    return row[0]


# ── room ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_shrinks_by_what_was_packed(db: Database, tmp_path: Path) -> None:
    remember(db, *wide(3_000))
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = (tmp_path / "monitor.db").stat().st_size
    pack_all_of(db)
    while retention.shrink(db, None):
        pass
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert (tmp_path / "monitor.db").stat().st_size < before / 5


def test_a_step_cuts_off_no_more_than_so_many_pages(db: Database) -> None:
    remember(db, *wide(1_000))
    db.execute("DELETE FROM results")
    (before,) = db.execute("PRAGMA page_count").fetchone()
    assert retention.shrink(db, None)
    (after,) = db.execute("PRAGMA page_count").fetchone()
    assert 0 <= before - after - retention.PAGES_AT_A_TIME <= 2  # SQLite's own, which told where those were


def test_a_step_deletes_no_more_than_so_many_results(db: Database) -> None:
    remember(db, *(result(started=NOON + n, phases=Phases()) for n in range(ROWS_AT_A_TIME + 500)))
    assert retention.step(db, NOON + DAY, 1)
    assert rows(db) == 500
