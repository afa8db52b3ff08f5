from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from monitor.core.model import (
    PHASES,
    QUIET,
    Amended,
    Amendment,
    AmendmentKind,
    Cancelled,
    Configured,
    Explained,
    Impact,
    IncidentStatus,
    Instant,
    Observation,
    Phases,
    Planned,
    Reported,
    Result,
    Started,
    Step,
    Tick,
    Verdict,
    Window,
    Written,
)
from storage import observations, results, schema
from storage.recall import Recall
from storage.store import Store
from tests.builders import NOON, incident, result, setup
from tests.storage.costs import costly, machine_steps
from tests.storage.nouns import nouns

WINDOW = Window(id="mnt_1", title="Upgrade", components=("api",), starts=NOON, ends=NOON + 1)
AMENDMENT = Amendment(
    id="amd_1",
    component="api",
    since=NOON,
    until=NOON + 1,
    kind=AmendmentKind.EXCLUDED,
    reason="ours",
    by="ann",
    at=NOON,
)
OTHERS: list[Observation] = [
    Started(NOON, None),
    Started(NOON, NOON - 1),
    Configured(NOON, setup(windows=(WINDOW,))),
    Tick(NOON),
    Planned(at=NOON, window=WINDOW),
    Cancelled(at=NOON, window="mnt_1"),
    Reported(
        at=NOON,
        by="ann",
        components=("api",),
        title="Down",
        impact=Impact.MINOR,
        status=IncidentStatus.IDENTIFIED,
        message="We look.",
    ),
    Written(at=NOON, by="ann", incident="inc_1", message="Found “it”.", hold=True),
    Explained(at=NOON, by="ann", incident=incident(), text="It was us."),
    Amended(at=NOON, amendment=AMENDMENT),
]
CHANGED = Step(probes={"api/health": None})


async def keep(store: Store, *observed: Observation) -> None:
    """As what changed something, but for results, which are kept whatever they change."""
    await store.commit([(it, QUIET if isinstance(it, Result) else CHANGED) for it in observed], alive=NOON)


def runs(*started: Instant, probe: str = "api/health") -> list[Result]:
    return [result(probe, started=at) for at in started]


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("observed", OTHERS, ids=lambda it: type(it).__name__)
async def test_every_observation_comes_back_as_it_was(store: Store, observed: Observation) -> None:
    await keep(store, observed)
    assert await store.observations(0, 10) == [(1, observed)]


@pytest.mark.parametrize("observed", OTHERS, ids=lambda it: type(it).__name__)
async def test_ticks_and_commands_that_changed_nothing_are_not_kept(store: Store, observed: Observation) -> None:
    await store.commit([(observed, QUIET), (result(), QUIET)], alive=NOON)
    kept = isinstance(observed, Started | Configured)
    assert [type(it) for _, it in await store.observations(0, 10)] == [type(observed)] * kept + [Result]


async def test_a_result_comes_back_without_its_evidence(store: Store) -> None:
    seen = result(verdict=Verdict.FAIL, detail="HTTP 503 “instead”", evidence={"server": "nginx"})
    await keep(store, seen)
    assert await store.observations(0, 10) == [(1, replace(seen, evidence={}))]


def kept(seen: Result) -> Result:
    """What is left of it: of phases none is less than nothing."""
    spent = (getattr(seen.phases, phase) for phase in PHASES)
    phases = Phases(*(None if one is None else max(one, 0) for one in spent))
    return replace(seen, phases=phases, evidence={}, steps=())


@settings(max_examples=30, deadline=None)
@given(st.lists(nouns(Result), max_size=5))
def test_any_result_comes_back_without_evidence_and_steps(seen: list[Result]) -> None:
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    schema.migrate(db, schema.MIGRATIONS)
    results.insert(db, list(enumerate(seen, 1)))
    back = observations.numbered(json.loads(observations.after(db, Recall(), 0, 10, since=-(2**60)).text))
    db.close()
    assert back == list(enumerate(map(kept, seen), 1))


async def test_results_and_others_come_in_the_order_in_which_they_were_decided(store: Store) -> None:
    first, second, third = runs(NOON, NOON + 2, NOON + 1)
    observed: list[Observation] = [
        Started(NOON, None),
        first,
        Configured(NOON + 9, setup()),
        second,
        third,
        Tick(NOON + 3),
    ]
    await keep(store, *observed)
    assert await store.observations(0, 10) == list(enumerate(observed, 1))


async def test_nothing_comes_of_an_empty_store(store: Store) -> None:
    assert await store.observations(0, 10) == []


# ── slices ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
async def test_slices_of_any_size_come_to_the_whole(store: Store, limit: int) -> None:
    observed: list[Observation] = [*OTHERS[:3], *runs(*range(NOON, NOON + 5)), *OTHERS[3:], *runs(NOON + 9)]
    await keep(store, *observed)
    read: list[tuple[int, Observation]] = []
    while found := await store.observations(read[-1][0] if read else 0, limit):
        assert len(found) <= limit
        read += found
    assert read == list(enumerate(observed, 1))


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (0, [1, 2, 3, 4, 5]),
        (NOON, [1, 2, 3, 4, 5]),
        (NOON + 1, [1, 3, 4, 5]),
        (NOON + 3, [1, 3, 4, 5]),
        (NOON + 4, [1, 3, 5]),
        (NOON + 9, [1, 3]),
    ],
)
@pytest.mark.parametrize("limit", [1, 100])
async def test_earlier_results_can_be_left_out_and_nothing_else_is(
    store: Store, since: Instant, expected: Sequence[int], limit: int
) -> None:
    early, middle, late = *runs(NOON), *runs(NOON + 3, probe="cdn/asset"), *runs(NOON + 6)
    await keep(store, Started(NOON, None), early, Configured(NOON, setup()), middle, late)
    read: list[int] = []
    while found := await store.observations(read[-1] if read else 0, limit, since):
        read += [number for number, _ in found]
    assert read == expected


async def test_what_came_before_a_clock_was_set_back_is_not_left_out(store: Store) -> None:
    await keep(store, *runs(NOON + 50, NOON + 60), Started(NOON + 10, NOON + 60), *runs(NOON + 20))
    assert [number for number, _ in await store.observations(0, 10, since=NOON)] == [1, 2, 3, 4]


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────

RESULTS = """
    WITH RECURSIVE runs(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM runs WHERE n < :runs)
    INSERT INTO results (seq, probe, started, at, verdict, detail, stalled)
    SELECT n, 1, n, n, 'pass', '', 0 FROM runs
"""


@pytest.fixture
def db() -> Iterator[Database]:
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    schema.migrate(db, schema.MIGRATIONS)
    db.execute("INSERT INTO probes (id, name) VALUES (1, 'api/health')")
    yield db
    db.close()


def live(db: Database, runs: int) -> None:
    db.execute("DELETE FROM results")
    db.execute(RESULTS, {"runs": runs})


def test_a_slice_scans_and_sorts_nothing_but_the_names_of_probes(db: Database) -> None:
    live(db, 100)
    steps = costly(db, lambda db: observations.after(db, Recall(), 10, 20, since=5))
    assert [step for step in steps if not step.startswith(("SCAN probes", "SCAN (subquery"))] == []


def test_a_slice_of_a_long_history_costs_no_more_than_one_of_a_short(db: Database) -> None:
    live(db, 100)
    of_a_short = machine_steps(db, lambda db: observations.after(db, Recall(), 10, 20, since=5))
    live(db, 10_000)
    assert machine_steps(db, lambda db: observations.after(db, Recall(), 10, 20, since=5)) == of_a_short
