"""Results of any time, rolled up at any moment, on a file that is opened again and again: latencies stay exact."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlite_utils import Database

from monitor.core.model import DAY, HOUR, MINUTE, PHASES, Duration, Instant, Phases, Result, Verdict
from monitor.core.sketch import Sketch
from storage import schema, sketches, sketching
from storage.opening import connect
from storage.sketching import PROBES_AT_A_TIME
from tests.builders import NOON, result
from tests.storage import sketched

TODAY: Instant = NOON // DAY * DAY

# Mostly on the edges of stretches and beside them, up to beyond the time that each tier is kept.
INSTANTS = st.builds(
    lambda width, number, beside: TODAY + DAY - width * number + beside,
    st.sampled_from([5 * MINUTE, HOUR, 12 * HOUR, 10 * DAY]),
    st.integers(0, 8),
    st.integers(-1, 1) | st.integers(-HOUR, HOUR),
)
SLOTS = st.sampled_from([5 * MINUTE, 15 * MINUTE, HOUR, DAY]) | st.integers(11 * MINUTE, 3 * DAY)
MICROSECONDS = st.none() | st.integers(0, 10_000)
RUNS = st.builds(
    lambda probe, verdict, started, phases: result(probe, verdict, started=started, phases=phases),
    st.sampled_from(["api/0", "api/1", "cdn/0"]),
    st.sampled_from([*[Verdict.PASS] * 3, *Verdict]),
    INSTANTS,
    st.builds(Phases, *[MICROSECONDS] * len(PHASES)).filter(lambda phases: phases != Phases()),
)
NOW = st.integers(TODAY, TODAY + DAY)
KEEP = st.sampled_from([DAY, 30 * DAY, 365 * DAY])


class Sketching(RuleBasedStateMachine):
    """What is remembered of the results, and all of them in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.runs: list[Result] = []
        self.db = self.opened()

    def opened(self) -> Database:
        db = connect(Path(self.directory.name) / "monitor.db")
        db.execute("PRAGMA synchronous = OFF")  # no power cut here, and many examples
        schema.migrate(db, schema.MIGRATIONS)
        return db

    def teardown(self) -> None:
        self.db.close()
        self.directory.cleanup()

    @rule(runs=st.lists(RUNS, min_size=1, max_size=5), now=NOW)
    def results_come(self, runs: list[Result], now: Instant) -> None:
        sketched.remember(self.db, runs, now)
        self.runs += runs

    @rule(started=INSTANTS, now=NOW)
    def results_of_many_probes_come(self, started: Instant, now: Instant) -> None:
        self.results_come(
            [sketched.timed(f"api/{number}", started, number) for number in range(PROBES_AT_A_TIME + 1)], now
        )

    @rule()
    def a_step_is_made(self) -> None:
        sketched.step(self.db)

    @rule()
    def the_daemon_is_killed_within_a_step(self) -> None:
        self.db.execute("BEGIN")
        sketching.step(self.db)
        self.db.close()
        self.db = self.opened()

    @rule(now=NOW, keep=KEEP, limit=st.integers(0, 5))
    def some_is_forgotten(self, now: Instant, keep: Duration, limit: int) -> None:
        with self.db.atomic():
            sketches.expire(self.db, now - keep, keep, now)
            sketches.forget(self.db, limit)

    @rule()
    def all_is_derived_anew(self) -> None:
        with self.db.atomic():
            sketching.derive_anew(self.db)

    @rule(since=INSTANTS, until=INSTANTS)
    def a_window_is_exact(self, since: Instant, until: Instant) -> None:
        found = sketched.between(self.db, "api", since, until)
        assert found == sketched.exact(self.runs, "api", since, until)

    @rule(since=INSTANTS, width=SLOTS, number=st.integers(1, 20))
    def slots_are_exact(self, since: Instant, width: Duration, number: int) -> None:
        until = since + width * number - width // 3
        found = sketched.slots(self.db, "api", since, until, width)
        assert found == sketched.exact_slots(self.runs, "api", since, until, width)

    @rule()
    def all_is_rolled_up(self) -> None:
        sketched.roll_up(self.db)
        days = sketches.tiers(self.db)[0]
        kept = [
            sketch
            for name, width, since, sketch in sketched.rows(self.db)
            if name.startswith("api/") and width == days.width and since >= days.since
        ]
        assert Sketch.merged([Sketch(), *kept]) == sketched.exact(self.runs, "api", days.since, 2 * NOON)


TestSketching = Sketching.TestCase
TestSketching.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
