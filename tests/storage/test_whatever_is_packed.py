"""Whatever comes, and whenever it is packed, forgotten or read: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.core.model import HOUR, MINUTE, QUIET, Configured, Instant, Observation, Phases, Result, Step, Verdict
from storage import board, observations, packs, results, retention, schema, sketching
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
        self._forgotten_before: Instant = 0  # what started later is still there

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

    @rule(steps=st.integers(1, 3))
    def are_forgotten(self, steps: int) -> None:
        for _ in range(steps):
            with self._db.atomic():
                retention.step(self._db, self._now, KEEP, None)
        self._forgotten_before = self._now - KEEP

    @rule()
    def crash(self) -> None:
        self._db.close()
        self._open()

    @invariant()
    def all_that_is_kept_is_read_once_in_its_order(self) -> None:
        for limit in (3, 5_000):
            read: list[tuple[int, Observation]] = []
            while some := observations.after(self._db, self._recall, read[-1][0] if read else 0, limit, 0).numbered:
                read += some
            numbers = [number for number, _ in read]
            assert numbers == sorted(set(numbers))
            assert all(rough(it) == rough(self._told[number - 1]) for number, it in read)
            missing = set(range(1, len(self._told) + 1)) - set(numbers)
            assert all(self._may_be_gone(self._told[number - 1]) for number in missing)

    def _may_be_gone(self, told: Observation) -> bool:
        return isinstance(told, Result) and told.started < self._forgotten_before

    @invariant()
    def latencies_are_those_of_what_is_kept(self) -> None:
        since = max(self._forgotten_before, NOON - HOUR)
        worked = [
            it
            for it in self._told
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


TestPacking = Packing.TestCase
TestPacking.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
