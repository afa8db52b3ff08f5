"""Results of long ago, packed, and what must be the same of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from monitor.core.model import DAY, PHASES, QUIET, Instant, Observation, Phases, Result, Verdict
from monitor.core.sketch import bucket, middle
from storage import packs, sketching
from storage.store import Store
from tests.builders import NOON, result

LATER: Instant = NOON + DAY


def rough(observation: Observation) -> Observation:
    """What is left of it once it was packed: all but evidence and steps, and the buckets of its phases."""
    if not isinstance(observation, Result):
        return observation
    spent = (getattr(observation.phases, phase) for phase in PHASES)
    phases = Phases(*(None if one is None else middle(bucket(one)) for one in spent))
    return replace(observation, phases=phases, evidence={}, steps=())


def every(interval: Instant, runs: int, probe: str = "api/health", since: Instant = NOON) -> list[Result]:
    """Runs of a probe, one in 50 of which fails."""
    return [
        result(
            probe,
            Verdict.FAIL if n % 50 == 7 else Verdict.PASS,
            started=since + n * interval + n % 3,
            phases=Phases(1_000 + n, 2_000, None, 90_000 + 37 * n, 4_000),
            evidence={"server": str(n)} if n % 50 == 7 else None,
        )
        for n in range(runs)
    ]


async def remember(store: Store, runs: Iterable[Result]) -> None:
    runs = sorted(runs, key=lambda run: run.at)
    await store.commit([(run, QUIET) for run in runs], alive=runs[-1].at)


async def pack_all(store: Store, now: Instant = LATER) -> None:
    while await store.sketch():
        pass
    while await store.pack(now):
        pass


def pack_all_of(db: Database, now: Instant = LATER) -> None:
    while sketching.step(db):
        pass
    while packs.step(db, now):
        pass


async def read(store: Store, limit: int = 5_000, since: Instant = 0) -> list[tuple[int, Observation]]:
    """All that moved the board, slice by slice."""
    found: list[tuple[int, Observation]] = []
    while some := await store.observations(found[-1][0] if found else 0, limit, since):
        assert len(some) <= limit
        found += some
    return found


def in_packs(db: Database) -> int:
    """How many chunks are packed."""
    row: tuple[int] = db.execute("SELECT count(DISTINCT chunk) FROM packs").fetchone()
    return row[0]


def rows(db: Database) -> int:
    row: tuple[int] = db.execute("SELECT count(*) FROM results").fetchone()
    return row[0]
