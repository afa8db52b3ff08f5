"""Results of long ago, packed: whoever reads them finds the same."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.core.model import (
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    Configured,
    Instant,
    Phases,
    Result,
    Setup,
    Started,
    Step,
    StepPhases,
    Verdict,
)
from storage import chunks, meta, observations, packs
from storage.chunks import MOST_OF_A_PROBE
from storage.store import Store
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.storage.packed import LATER, every, in_packs, pack_all, read, remember, rough, rows

API, CDN = every(MINUTE, 400), every(45 * SECOND, 500, "cdn/asset")


def timed(db: Database, since: Instant, until: Instant) -> list[packs.Timed]:
    """Those of api/health."""
    (probe,) = db.execute("SELECT id FROM probes WHERE name = 'api/health'").fetchone()
    return packs.timed(db, probe, since, until)


@pytest.fixture
async def history(store: Store) -> Store:
    """Over six hours of two probes, between a start and a new config."""
    await store.commit([(Started(NOON, None), QUIET)], alive=NOON)
    await remember(store, [*API[:200], *CDN[:250]])
    await store.commit([(Configured(NOON + HOUR, setup()), Step(setup=setup()))], alive=NOON)
    await remember(store, [*API[200:], *CDN[250:]])
    return store


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", [1, 7, 100, 5_000])
async def test_the_same_observations_come_under_the_same_numbers(history: Store, limit: int) -> None:
    before = await read(history)
    await pack_all(history)
    assert await history._connection.ask(in_packs) == 4
    assert [(number, rough(it)) for number, it in before] == [
        (number, rough(it)) for number, it in await read(history, limit)
    ]


@pytest.mark.parametrize("since", [NOON, NOON + 1, NOON + 100 * MINUTE, NOON + 300 * MINUTE, LATER])
async def test_the_same_results_of_before_are_left_out(history: Store, since: Instant) -> None:
    before = [number for number, _ in await read(history, since=since)]
    await pack_all(history)
    assert [number for number, _ in await read(history, since=since)] == before


async def test_they_come_as_the_same_text(history: Store) -> None:
    await pack_all(history)
    text = await history.observations_text(0, 5_000)
    assert observations.numbered(json.loads(text)) == await history.observations(0, 5_000)


@pytest.mark.parametrize("limit", [1, 3, 50, None])
async def test_the_newest_latencies_are_the_same_within_one_percent(history: Store, limit: int | None) -> None:
    before = await history.latencies("api", NOON + HOUR, limit)
    await pack_all(history)
    assert await history.latencies("api", NOON + HOUR, limit) == [pytest.approx(one, rel=0.01) for one in before]


async def test_timed_runs_of_a_stretch_come_from_their_packs(history: Store) -> None:
    await pack_all(history)
    since, until = NOON + 10 * MINUTE, NOON + 200 * MINUTE
    found = await history._connection.ask(timed, since, until)
    expected = [run for run in API if since <= run.started < until and run.verdict is Verdict.PASS]
    assert sorted(started for started, _, _ in found) == [run.started for run in expected]
    latencies = {run.started: run.phases.latency for run in expected}
    assert all(spent[0] == pytest.approx(latencies[started], rel=0.01) for started, _, spent in found)


async def test_runs_that_failed_or_were_not_timed_are_no_timed_runs(store: Store) -> None:
    beat = Result(probe="api/health", started=NOON, at=NOON, verdict=Verdict.PASS)
    await remember(store, [beat, result(verdict=Verdict.FAIL, started=NOON + 1)])
    await pack_all(store)
    assert await store._connection.ask(timed, 0, LATER) == []
    assert await store.latencies("api", 0) == []


async def test_two_who_read_in_different_chunks_both_come_to_an_end(store: Store) -> None:
    await remember(store, [run for n in range(50) for run in every(5 * MINUTE, 60, f"api/{n}")])
    await pack_all(store)
    (middle,) = await store._connection.ask(
        lambda db: db.execute("SELECT first FROM chunks ORDER BY first LIMIT 1 OFFSET 1").fetchone()
    )
    one, other = await asyncio.gather(store.observations(0, 100), store.observations(middle, 100))
    assert [number for number, _ in one] == list(range(1, 101))
    assert [number for number, _ in other] == list(range(middle + 1, middle + 101))


# ── what is packed when ──────────────────────────────────────────────────────────────────────────────


async def test_what_came_within_the_last_hours_is_not_packed(store: Store) -> None:
    await remember(store, every(MINUTE, 300))
    await pack_all(store, now=NOON + 300 * MINUTE)
    assert await store._connection.ask(chunks.packed) == 121
    assert await store._connection.ask(rows) == 300 - 121


async def test_nothing_is_packed_that_is_not_counted_in_sketches(store: Store) -> None:
    await remember(store, every(MINUTE, 300))
    assert not await store.pack(LATER)
    assert await store._connection.ask(rows) == 300


async def test_a_probe_that_runs_every_second_is_packed_in_smaller_chunks(store: Store) -> None:
    await remember(store, every(SECOND, 2_500))
    await pack_all(store)
    assert await store._connection.ask(in_packs) == 3
    assert len(await read(store)) == 2_500


async def test_results_that_came_while_the_clock_ran_ahead_do_not_hold_up_the_others(store: Store) -> None:
    ahead = every(MINUTE, 10, since=NOON + 10**10)
    for runs in (every(MINUTE, 10), ahead, every(MINUTE, 10, since=NOON + HOUR)):
        await remember(store, runs)
    await pack_all(store)
    assert len(await read(store)) == 30
    assert await store._connection.ask(rows) == 1


async def test_results_that_come_late_are_found_where_they_were_decided(store: Store) -> None:
    await remember(store, every(MINUTE, 200))
    await pack_all(store)
    late = every(MINUTE, 200, "cdn/asset")
    await store.commit([(run, QUIET) for run in late], alive=NOON + HOUR)
    await pack_all(store)
    assert [rough(it) for _, it in await read(store)] == [rough(it) for it in [*every(MINUTE, 200), *late]]
    assert len(await store.latencies("cdn", NOON)) == 196


async def test_a_step_packs_and_drops_no_more_than_so_many(store: Store) -> None:
    await remember(store, [run for n in range(20) for run in every(20 * SECOND, 300, f"api/{n}")])
    while await store.sketch():
        pass
    packed, dropped = [0], [6_000]
    more = True
    while more:
        more = await store.pack(LATER)
        counts = await store._connection.ask(lambda db: db.execute("SELECT total(worked) FROM packs").fetchone())
        packed.append(counts[0])
        dropped.append(await store._connection.ask(rows))
    assert max(after - before for before, after in pairwise(packed)) < 2 * MOST_OF_A_PROBE
    assert max(before - after for before, after in pairwise(dropped)) == 2_000


# ── what stays ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_board_is_the_same_with_evidence_and_steps_of_its_latest_results(store: Store) -> None:
    watched = setup(component_setup(probes=(probe_setup("api/health"),)))
    seen = result(verdict=Verdict.FAIL, evidence={"server": "nginx"}, started=NOON)
    steps = (StepPhases("login", Phases(connect=7)),)
    latest = Result(probe="api/health", started=NOON + 1, at=NOON + 2, verdict=Verdict.PASS, steps=steps)
    await store.commit([(Configured(NOON, watched), Step(setup=watched)), (seen, QUIET), (latest, QUIET)], alive=NOON)
    await pack_all(store)
    assert await store._connection.ask(rows) == 1
    assert (await store.load()).latest == {"api/health": latest}
    assert len(await store.latencies("api", NOON)) == 0
    assert [it for _, it in await read(store)][1:] == [rough(seen), rough(latest)]


async def test_the_latest_result_goes_once_there_is_a_later_one(store: Store) -> None:
    await remember(store, every(MINUTE, 10))
    await pack_all(store)
    await remember(store, every(MINUTE, 10, since=NOON + 5 * HOUR))
    await pack_all(store)
    assert await store._connection.ask(rows) == 1
    assert len(await read(store)) == 20


async def test_of_a_removed_probe_all_is_packed(store: Store) -> None:
    await remember(store, every(MINUTE, 10))
    gone = Step(probes={"api/health": None}, setup=Setup())
    await store.commit([(Configured(NOON + HOUR, Setup()), gone)], alive=NOON)
    await pack_all(store)
    assert await store._connection.ask(rows) == 0
    assert len(await read(store)) == 11


# ── crashes ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await remember(store, [*API, *CDN])
    expected = [(number, rough(it)) for number, it in await read(store)]
    latencies = await store.latencies("api", NOON)
    while await store.sketch():
        pass
    more = True
    while more:
        more = await store.pack(LATER)
        await store.close()
        store = await Store.open(tmp_path)
        assert [(number, rough(it)) for number, it in await read(store)] == expected
        assert await store.latencies("api", NOON) == [pytest.approx(one, rel=0.01) for one in latencies]
    assert await store._connection.ask(rows) == 2
    await store.close()


async def test_a_chunk_of_which_not_all_is_packed_is_not_read(store: Store) -> None:
    await remember(store, [run for n in range(20) for run in every(20 * SECOND, 300, f"api/{n}")])
    while await store.sketch():
        pass
    assert await store.pack(LATER)  # begins it
    assert await store.pack(LATER)
    assert await store._connection.ask(in_packs) == 1
    assert await store._connection.ask(meta.number, meta.PACKED) is None
    assert len(await read(store)) == 6_000
    assert len(await store.latencies("api", NOON)) == 6_000 - 120
