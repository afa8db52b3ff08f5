from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from sqlite_utils import Database

from monitor.core.model import (
    DAY,
    HOUR,
    QUIET,
    SECOND,
    Incident,
    IncidentStatus,
    Instant,
    LedgerRewrite,
    Phases,
    Span,
    Status,
    Step,
    Tick,
    Verdict,
)
from storage import amendments, incidents, meta, results, sketching, spans
from storage.store import Store
from tests.builders import NOON, incident, result
from tests.storage import sketched
from tests.storage.costs import costly, machine_steps

# ── spans ────────────────────────────────────────────────────────────────────────────────────────────

UP, DOWN, UP_AGAIN = Span(100, Status.OPERATIONAL), Span(200, Status.MAJOR_OUTAGE), Span(300, Status.OPERATIONAL)


def ledger(since: Instant, *rows: Span) -> tuple[Tick, Step]:
    return Tick(NOON), Step(ledger={"api": LedgerRewrite(since, rows)})


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (0, [UP, DOWN, UP_AGAIN]),
        (100, [UP, DOWN, UP_AGAIN]),
        (199, [UP, DOWN, UP_AGAIN]),
        (200, [DOWN, UP_AGAIN]),
        (999, [UP_AGAIN]),
    ],
)
async def test_spans_begin_with_the_one_that_lasts_into_the_time_asked_for(
    store: Store, since: Instant, expected: list[Span]
) -> None:
    await store.commit([ledger(0, UP, DOWN, UP_AGAIN)], alive=NOON)
    assert await store.spans("api", since) == expected


async def test_a_component_without_a_ledger_has_no_spans(store: Store) -> None:
    await store.commit([ledger(0, UP)], alive=NOON)
    assert await store.spans("apiary", 0) == []


async def test_a_rewrite_replaces_what_begins_at_its_instant_or_later(store: Store) -> None:
    await store.commit([ledger(0, UP, DOWN, UP_AGAIN)], alive=NOON)
    await store.commit([ledger(200, Span(250, Status.PARTIAL_OUTAGE))], alive=NOON)
    assert await store.spans("api", 0) == [UP, Span(250, Status.PARTIAL_OUTAGE)]


async def test_rewrites_in_one_commit_come_one_after_the_other(store: Store) -> None:
    await store.commit([ledger(0, UP, DOWN), ledger(200), ledger(300, UP_AGAIN)], alive=NOON)
    assert await store.spans("api", 0) == [UP, UP_AGAIN]


@pytest.mark.parametrize(("component", "begun"), [("api", 100), ("apiary", None)])
async def test_a_ledger_begins_with_its_first_span(store: Store, component: str, begun: Instant | None) -> None:
    await store.commit([ledger(0, UP, DOWN, UP_AGAIN)], alive=NOON)
    assert await store.begun(component) == begun


# ── latencies ────────────────────────────────────────────────────────────────────────────────────────


async def test_latencies_are_those_of_runs_that_worked_newest_first(store: Store) -> None:
    runs = [
        result(started=NOON, phases=Phases(connect=1)),
        result(started=NOON + 1, phases=Phases(connect=2), verdict=Verdict.SLOW),
        result(started=NOON + 2, phases=Phases(connect=3), verdict=Verdict.FAIL),
        result(started=NOON + 3, phases=Phases(connect=4), verdict=Verdict.UNKNOWN),
        result(started=NOON + 4, phases=Phases(connect=5, transfer=6)),
    ]
    await store.commit([(run, QUIET) for run in runs], alive=NOON)
    assert await store.latencies("api", since=NOON) == [11, 2, 1]


async def test_what_was_not_timed_has_no_latency(store: Store) -> None:
    beat, run = result(started=NOON, phases=Phases()), result(started=NOON + 1, phases=Phases(processing=7))
    await store.commit([(beat, QUIET), (run, QUIET)], alive=NOON)
    assert await store.latencies("api", since=NOON) == [7]


async def test_latencies_of_a_component_are_those_of_all_its_probes_and_of_no_other(store: Store) -> None:
    names = ["api/a", "api/b", "api-2/a", "ap/a", "api0/a", "api/a"]
    runs = [result(name, started=NOON + n, phases=Phases(connect=n)) for n, name in enumerate(names)]
    await store.commit([(run, QUIET) for run in runs], alive=NOON)
    assert await store.latencies("api", since=0) == [5, 1, 0]


@pytest.mark.parametrize(
    ("since", "limit", "expected"),
    [(NOON + 2, None, [3, 2]), (0, 3, [3, 2, 1]), (0, 9, [3, 2, 1, 0]), (0, 0, []), (NOON + 9, 3, [])],
)
async def test_latencies_are_bounded_by_time_and_by_number(
    store: Store, since: Instant, limit: int | None, expected: list[int]
) -> None:
    runs = [result(f"api/{n % 2}", started=NOON + n, phases=Phases(connect=n)) for n in range(4)]
    await store.commit([(run, QUIET) for run in runs], alive=NOON)
    assert await store.latencies("api", since, limit) == expected


# ── incidents ────────────────────────────────────────────────────────────────────────────────────────

RESOLVED = IncidentStatus.RESOLVED
KNOWN = [
    incident("inc_a", created_at=1, component="api", status=RESOLVED),
    incident("inc_b", created_at=2, components=("cdn", "api"), status=RESOLVED),
    incident("inc_c", created_at=2, component="cdn"),
    incident("inc_d", created_at=3, component="api"),
]


def ids(found: Sequence[Incident]) -> list[str]:
    return [incident.id[-1] for incident in found]


@pytest.fixture
async def incidents_store(store: Store) -> Store:
    await store.commit([(Tick(NOON), Step(incidents={known.id: known for known in KNOWN}))], alive=NOON)
    return store


async def test_an_unknown_incident_is_none(store: Store) -> None:
    assert await store.incident("inc_nobody") is None


async def test_a_known_incident_is_whole(incidents_store: Store) -> None:
    assert await incidents_store.incident("inc_b") == KNOWN[1]


@pytest.mark.parametrize(
    ("status", "component", "expected"),
    [
        (None, None, ["d", "c", "b", "a"]),
        (RESOLVED, None, ["b", "a"]),
        (None, "api", ["d", "b", "a"]),
        (RESOLVED, "api", ["b", "a"]),
        (IncidentStatus.INVESTIGATING, "cdn", ["c"]),
        (IncidentStatus.MONITORING, None, []),
        (None, "nobody", []),
    ],
)
async def test_incidents_come_newest_first_and_whole_in_pages_of_any_size(
    incidents_store: Store, status: IncidentStatus | None, component: str | None, expected: list[str]
) -> None:
    for limit in (1, 2, 100):
        found: list[Incident] = []
        page = await incidents_store.incidents(limit=limit, status=status, component=component)
        while page:
            assert len(page) <= limit
            found += page
            last = (page[-1].created_at, page[-1].id)
            page = await incidents_store.incidents(limit=limit, before=last, status=status, component=component)
        assert ids(found) == expected
        assert all(incident in KNOWN for incident in found)


async def test_an_incident_that_a_component_left_is_no_longer_found_by_it(incidents_store: Store) -> None:
    left = incident("inc_b", created_at=2, component="cdn", status=RESOLVED)
    await incidents_store.commit([(Tick(NOON), Step(incidents={left.id: left}))], alive=NOON)
    assert ids(await incidents_store.incidents(limit=9, component="api")) == ["d", "a"]


@pytest.mark.parametrize(
    ("started_at", "ended_at", "found"),
    [
        (100, 199, False),
        (100, 200, False),
        (100, 201, True),
        (100, None, True),
        (200, 200, True),
        (299, None, True),
        (300, 301, False),
        (300, None, False),
        (0, 999, True),
    ],
)
async def test_incidents_between_two_instants_are_those_whose_trouble_touches_the_time(
    store: Store, started_at: Instant, ended_at: Instant | None, found: bool
) -> None:
    known = incident(created_at=500, started_at=started_at, ended_at=ended_at)
    await store.commit([(Tick(NOON), Step(incidents={known.id: known}))], alive=NOON)
    assert await store.incidents_between("api", 200, 300) == ([known] if found else [])


async def test_incidents_between_two_instants_are_whole_oldest_first_and_of_the_component(
    incidents_store: Store,
) -> None:
    found = await incidents_store.incidents_between("api", -DAY, NOON)
    assert ids(found) == ["a", "b", "d"]
    assert all(incident in KNOWN for incident in found)


# ── side by side ─────────────────────────────────────────────────────────────────────────────────────


async def test_readers_see_whole_commits_while_others_are_written(store: Store) -> None:
    def step(n: int) -> Step:
        return Step(ledger={"api": LedgerRewrite(0, (Span(n, Status.OPERATIONAL), Span(n + 1, Status.UNKNOWN)))})

    async def write() -> None:
        for n in range(50):
            await store.commit([(Tick(n), step(n))], alive=n)

    async def read() -> None:
        for _ in range(50):
            seen = await store.spans("api", 0)
            assert not seen or [span.since for span in seen] == [seen[0].since, seen[0].since + 1]

    await asyncio.gather(write(), read(), read(), read())
    assert await store.last_alive() == 49


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────

PACE = 30 * SECOND
ASKED: dict[str, Callable[[Database], object]] = {
    "spans": lambda db: spans.touching(db, "api", NOON - DAY),
    "latencies of five minutes": lambda db: results.latencies(db, "api", NOON - 300 * SECOND, None),
    "the last three latencies": lambda db: results.latencies(db, "api", NOON - DAY, 3),
    "the beginning of a ledger": lambda db: spans.begun(db, "api"),
    "amendments": lambda db: amendments.of(db, "api", NOON - DAY, NOON),
    "one incident": lambda db: incidents.one(db, f"inc_{NOON - DAY}"),
    "incidents": lambda db: incidents.page(db, 5, None, None, None),
    "older incidents": lambda db: incidents.page(db, 5, (NOON, "inc_a"), None, None),
    "resolved incidents": lambda db: incidents.page(db, 5, (NOON, "inc_a"), RESOLVED, None),
    "incidents of a component": lambda db: incidents.page(db, 5, (NOON, "inc_a"), None, "api"),
    "resolved incidents of a component": lambda db: incidents.page(db, 5, (NOON, "inc_a"), RESOLVED, "api"),
}

ASKED_OF_SKETCHES: dict[str, Callable[[Database], object]] = {
    "the latencies of an hour": lambda db: sketched.between(db, "api", NOON - HOUR, NOON),
    "those of a day, by the hour": lambda db: sketched.slots(db, "api", NOON - DAY, NOON, HOUR),
}

HISTORY = """
    WITH RECURSIVE runs(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM runs WHERE n + 1 < :runs)
    INSERT INTO results
    SELECT n, 1, :now - (:runs - n) * :pace, 0, 'pass', NULL, 1, 1, 1, 1, 1, 200, NULL, '', NULL, 0, NULL FROM runs
"""


def live(db: Database, days: int) -> None:
    """So many days of one probe, in the place of what was there: runs, four spans a day, an incident an hour."""
    db.execute("DELETE FROM results")
    db.execute("INSERT OR IGNORE INTO probes (id, name) VALUES (1, 'api/health')")
    db.execute(HISTORY, {"runs": days * DAY // PACE, "now": NOON, "pace": PACE})
    begins = range(NOON - days * DAY, NOON, DAY // 4)
    spans.rewrite(db, {"api": LedgerRewrite(0, tuple(Span(begin, Status.OPERATIONAL) for begin in begins))})
    hours = range(NOON - days * DAY, NOON, DAY // 24)
    incidents.put(db, [incident(f"inc_{hour}", created_at=hour, status=RESOLVED) for hour in hours])


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_no_question_scans_or_sorts_a_table(db: Database, ask: Callable[[Database], object]) -> None:
    live(db, days=1)
    # Only a page of incidents may walk an index, in its order and up to its limit.
    assert [step for step in costly(db, ask) if "USING INDEX incidents_by" not in step] == []


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_month_of_history_costs_no_more_than_a_day_of_it(db: Database, ask: Callable[[Database], object]) -> None:
    live(db, days=1)
    of_a_day = machine_steps(db, ask)
    live(db, days=30)
    assert machine_steps(db, ask) == of_a_day


@pytest.mark.parametrize("ask", ASKED_OF_SKETCHES.values(), ids=ASKED_OF_SKETCHES)
def test_latencies_cost_no_more_with_a_month_of_history(db: Database, ask: Callable[[Database], object]) -> None:
    live(db, days=1)
    roll_up(db)
    assert costly(db, ask) == []
    of_a_day = machine_steps(db, ask)
    live(db, days=30)
    roll_up(db)
    assert machine_steps(db, ask) == of_a_day


def roll_up(db: Database) -> None:
    meta.put(db, meta.ALIVE, NOON)
    sketching.derive_anew(db)
    while sketching.step(db):
        pass
