"""Whatever comes, and whenever it is packed, forgotten or read: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    QUIET,
    Configured,
    Duration,
    Observation,
    Phases,
    Result,
    Step,
    Verdict,
)
from storage import board, meta, observations, packs, results, retention, schema, sketching
from storage.opening import connect
from storage.recall import Recall
from tests.builders import NOON, result, setup
from tests.storage.packed import rough

KEEP = 12 * HOUR
PROBES = st.sampled_from(["api/a", "api/b", "cdn/a"])
VERDICTS = st.sampled_from([Verdict.PASS, Verdict.PASS, Verdict.SLOW, Verdict.FAIL, Verdict.UNKNOWN])
SPENT = st.none() | st.integers(0, 10**7)
PHASES = st.builds(Phases, SPENT, SPENT, SPENT, SPENT, SPENT)


class Packing(RuleBasedStateMachine):
    """A database on a file, and beside it a plain list of all that it was told."""

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory()
        self._open()
        self._now = NOON
        self._told: list[Observation] = []
        self._expired: set[int] = set()  # numbers of results that may be gone

    def _open(self) -> None:
        self._db = connect(Path(self._directory.name) / "monitor.db")
        self._db.execute("PRAGMA synchronous = OFF")  # no power cut here, and many examples
        schema.migrate(self._db, schema.MIGRATIONS)
        self._recall = Recall()

    def teardown(self) -> None:
        self._db.close()
        self._directory.cleanup()

    @rule(
        runs=st.lists(st.tuples(PROBES, VERDICTS, PHASES, st.integers(0, 3 * MINUTE)), min_size=1, max_size=8),
        pause=st.sampled_from([0, HOUR, 4 * HOUR]),
    )
    def come(self, runs: list[tuple[str, Verdict, Phases, int]], pause: int) -> None:
        """Some results, each a little late; a long pause follows, or none."""
        seen: list[Observation] = []
        for probe, verdict, phases, late in runs:
            self._now += MINUTE
            seen.append(result(probe, verdict, started=self._now - late, took=late, phases=phases))
        self._commit(seen)
        self._now += pause

    @rule()
    def are_configured(self) -> None:
        self._commit([Configured(self._now, setup())])

    @rule(probe=PROBES)
    def is_removed(self, probe: str) -> None:
        self._commit([Configured(self._now, setup())], Step(probes={probe: None}))

    def _commit(self, seen: list[Observation], step: Step = QUIET) -> None:
        with self._db.atomic():
            board.write(self._db, [(it, step) for it in seen], alive=self._now)
        self._told += seen

    @rule(sketched=st.booleans(), steps=st.integers(1, 6))
    def are_packed(self, sketched: bool, steps: int) -> None:
        if sketched:
            with self._db.atomic():
                sketching.step(self._db)
        for _ in range(steps):
            with self._db.atomic():
                packs.step(self._db, self._now)

    @rule(by=st.sampled_from([-100 * DAY, -DAY, -HOUR, HOUR, DAY, 100 * DAY]))
    def clock_goes(self, by: Duration) -> None:
        self._now += by

    @rule(strides=st.sampled_from([1, 1, 24]), steps=st.integers(1, 3))
    def are_forgotten(self, strides: int, steps: int) -> None:
        for _ in range(strides):
            with self._db.atomic():
                retention.expire(self._db, self._now, KEEP)
        horizon = meta.number(self._db, meta.HORIZON) or 0
        assert horizon <= self._now - KEEP
        self._expired |= {
            number for number, it in enumerate(self._told, 1) if isinstance(it, Result) and it.started < horizon
        }
        for _ in range(steps):
            with self._db.atomic():
                retention.step(self._db, self._now, None)

    @rule()
    def crash(self) -> None:
        self._db.close()
        self._open()

    @invariant()
    def what_did_not_expire_is_read_once_in_its_order(self) -> None:
        for limit in (3, 5_000):
            read = self._read(limit)
            numbers = [number for number, _ in read]
            assert numbers == sorted(set(numbers))
            assert all(rough(it) == rough(self._told[number - 1]) for number, it in read)
            assert set(range(1, len(self._told) + 1)) - set(numbers) <= self._expired

    @invariant()
    def latencies_are_those_of_what_is_kept(self) -> None:
        kept = [self._told[number - 1] for number, _ in self._read(5_000)]
        for since in (0, self._now - 6 * HOUR):
            worked = [
                it
                for it in kept
                if isinstance(it, Result)
                and it.probe.startswith("api/")
                and it.started >= since
                and it.verdict in (Verdict.PASS, Verdict.SLOW)
                and it.phases != Phases()
            ]
            expected = sorted(it.phases.latency for it in worked)
            found = sorted(results.latencies(self._db, "api", since, None))
            assert len(found) == len(expected)
            assert all(abs(one - other) <= 0.01 * other + 1 for one, other in zip(found, expected, strict=True))

    def _read(self, limit: int) -> list[tuple[int, Observation]]:
        read: list[tuple[int, Observation]] = []
        while some := observations.after(self._db, self._recall, read[-1][0] if read else 0, limit, 0).numbered:
            read += some
        return read


TestPacking = Packing.TestCase
TestPacking.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
