"""Random stories: whatever happens, these things hold."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    Configured,
    Duration,
    Impact,
    Incident,
    Instant,
    Observation,
    Reason,
    Result,
    Span,
    Started,
    Status,
    Verdict,
    Window,
)
from monitor.core.uptime import COST_PER_MILLE, uptime
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.core.story import Story, replayed

AUTH = component_setup("auth")
API = component_setup("api", depends_on=("auth",), probes=(probe_setup("api/health"), probe_setup("api/deep")))
NIGHTLY = probe_setup("batch/nightly", interval=5 * MINUTE, grace=MINUTE, failure_threshold=1, success_threshold=1)
BATCH = component_setup("batch", depends_on=("api",), probes=(probe_setup("batch/health"), NIGHTLY))
CDN = component_setup("cdn")
EVERYTHING = (API, AUTH, BATCH, CDN)
PROBES = ("auth/health", "api/health", "api/deep", "batch/health", "batch/nightly", "cdn/health")
WINDOW = Window(id="mnt_1", title="Upgrade", components=("api",), starts=NOON + 20 * MINUTE, ends=NOON + 40 * MINUTE)
SETUPS = (
    setup(*EVERYTHING),
    setup(AUTH, API, BATCH),
    setup(CDN, component_setup("api", probes=(probe_setup("api/health"),))),
    setup(AUTH, replace(API, probes=(probe_setup("api/health", fingerprint="g"),)), CDN),
    setup(*EVERYTHING, windows=(WINDOW,)),
    setup(API, AUTH, replace(BATCH, probes=(probe_setup("batch/health"), replace(NIGHTLY, grace=None))), CDN),
)
IMPACTS = list(Impact)

verdicts = st.sampled_from([Verdict.PASS, Verdict.PASS, Verdict.SLOW, Verdict.FAIL, Verdict.FAIL, Verdict.UNKNOWN])
reasons = st.sampled_from([Reason.CONNECT_REFUSED, Reason.HTTP_STATUS])
waits = st.sampled_from([SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 6 * MINUTE])


class AnyStory(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.impacts: dict[str, Impact] = {}
        self.was_set_back = False  # and then instants may come twice

    @initialize(planned=st.sampled_from([(), (WINDOW,)]))
    def begin(self, planned: tuple[Window, ...]) -> None:
        self.story = Story(*EVERYTHING, windows=planned)

    @rule(probe=st.sampled_from(PROBES), verdict=verdicts, reason=reasons, times=st.integers(1, 4), pace=waits)
    def run_in_a_row(self, probe: str, verdict: Verdict, reason: Reason, times: int, pace: Duration) -> None:
        for _ in range(times):
            why = reason if verdict is Verdict.FAIL else None
            self.story.observe(result(probe, verdict, started=self.story.now, reason=why))
            self.story.now += pace

    @rule(verdict=verdicts, times=st.integers(1, 3))
    def run_everything(self, verdict: Verdict, times: int) -> None:
        for _ in range(times):
            for probe in PROBES:
                self.story.observe(result(probe, verdict, started=self.story.now))
            self.story.now += 30 * SECOND

    @rule(duration=waits)
    def wait(self, duration: Duration) -> None:
        self.story.wait(duration)

    @rule(gap=st.sampled_from([0, SECOND, 10 * MINUTE, HOUR]))
    def restart(self, gap: Duration) -> None:
        self.story.board = self.story.board.copy()
        self.story.sleep(gap)

    @rule(back=st.sampled_from([SECOND, 5 * MINUTE]))
    def set_the_clock_back(self, back: Duration) -> None:
        last_alive = self.story.now
        self.story.now = max(self.story.now - back, NOON + MINUTE)
        self.was_set_back = True
        self.story.observe(Started(self.story.now, last_alive))

    @rule(probe=st.sampled_from(PROBES), verdict=verdicts, took=st.sampled_from([SECOND, 25 * SECOND]))
    def end_a_run_that_took_long(self, probe: str, verdict: Verdict, took: Duration) -> None:
        self.story.now += SECOND
        started = max(self.story.now - took, NOON)
        self.story.observe(result(probe, verdict, started=started, took=self.story.now - started))

    @rule(number=st.integers(0, len(SETUPS) - 1))
    def reconfigure(self, number: int) -> None:
        self.story.configure(SETUPS[number])
        self.story.now += SECOND

    @invariant()
    def spans_are_gapless_and_ordered_and_end_with_the_status_shown(self) -> None:
        for component, rows in self.story.rows.items():
            starts = [row.since for row in rows]
            assert starts == sorted(set(starts))
            assert starts[0] == NOON
            state = self.story.board.components.get(component)
            assert state is None or starts[-1] <= self.story.board.at
            assert rows[-1].status is (state.status if state else Status.UNKNOWN)
            if state:
                assert tuple(rows[-len(state.tail) :]) == state.tail

    @invariant()
    def a_component_is_in_at_most_one_open_incident_and_its_cause_is_one_of_it(self) -> None:
        held = [component for incident in self.story.board.open_incidents() for component in incident.components]
        assert len(held) == len(set(held))
        for incident in self.story.board.open_incidents():
            assert incident.cause in incident.components

    @invariant()
    def every_troubled_component_is_in_an_open_incident(self) -> None:
        held = {component for incident in self.story.board.open_incidents() for component in incident.components}
        trouble = {Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE}
        assert {c for c, state in self.story.board.components.items() if state.status in trouble} <= held

    @invariant()
    def impact_never_sinks(self) -> None:
        if self.was_set_back:
            return
        for incident in self.story.incidents.values():
            before = self.impacts.get(incident.id, Impact.NONE)
            assert IMPACTS.index(incident.impact) >= IMPACTS.index(before)
            self.impacts[incident.id] = incident.impact

    @invariant()
    def times_are_in_order(self) -> None:
        if self.was_set_back:
            return
        for incident in self.story.incidents.values():
            stamps = [update.timestamp for update in incident.updates]
            assert stamps == sorted(stamps)
            assert incident.started_at <= incident.created_at
            if incident.resolved_at is not None and incident.ended_at is not None:
                assert incident.started_at <= incident.ended_at <= incident.resolved_at

    @invariant()
    def each_event_has_an_id_of_its_own(self) -> None:
        """But for windows that come, go and come again: the same window is told by the same id."""
        ids = [event.id for event in self.story.events if not isinstance(event.subject, Window)]
        assert self.was_set_back or len(ids) == len(set(ids))

    @invariant()
    def uptime_reads_100_only_when_no_outage_was_seen(self) -> None:
        for rows in self.story.rows.values():
            measured = uptime(rows, NOON, self.story.board.at + 1)
            seen_outage = any(measured.spent.get(status) for status in COST_PER_MILLE)
            if measured.percent is not None:
                assert 0 <= measured.percent <= 100
                assert (measured.percent == 100) == (not seen_outage)

    def teardown(self) -> None:
        if hasattr(self, "story"):
            again = replayed(self.story.observed)
            without_ticks = replayed(self.story.observed, ticks=False)
            without_ticks.tick_at(self.story.board.at)
            for other in (again, without_ticks):
                assert other.rows == self.story.rows
                assert other.incidents == self.story.incidents
                assert other.events == self.story.events
                assert other.board.components == self.story.board.components


TestAnyStory = AnyStory.TestCase
TestAnyStory.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)

steps = st.lists(st.tuples(st.sampled_from(PROBES[:4]), verdicts, waits), min_size=1, max_size=40)


@given(steps, st.data(), st.sampled_from([SECOND, 10 * MINUTE, HOUR]))
@settings(max_examples=100, deadline=None)
def test_stopping_and_restarting_at_any_point_changes_nothing_but_unknown_time(
    series: list[tuple[str, Verdict, Duration]], data: st.DataObject, gap: Duration
) -> None:
    whole = Story(*EVERYTHING)
    for probe, verdict, pace in series:
        whole.observe(result(probe, verdict, started=whole.now, took=0))
        whole.now += pace
    cut = data.draw(st.integers(2, len(whole.observed)))
    broken = replayed(_with_gap(whole.observed, cut, gap))
    last_alive = whole.observed[cut - 1].at
    for component, rows in whole.rows.items():
        for at in {row.since for row in rows} | {max(row.since - gap, NOON) for row in broken.rows[component]}:
            assert _at(broken.rows[component], at if at < last_alive else at + gap) is _at(rows, at)
        assert _at(broken.rows[component], last_alive + gap - 1) is Status.UNKNOWN
    assert [_untimed(i) for i in broken.incidents.values()] == [_untimed(i) for i in whole.incidents.values()]


def _with_gap(observed: list[Observation], cut: int, gap: Duration) -> list[Observation]:
    last_alive = observed[cut - 1].at
    return [
        *observed[:cut],
        Started(last_alive + gap, last_alive),
        *(_later(observation, gap) for observation in observed[cut:]),
    ]


def _later(observation: Observation, gap: Duration) -> Observation:
    if isinstance(observation, Result):
        return replace(observation, started=observation.started + gap, at=observation.at + gap)
    assert isinstance(observation, Configured)
    return replace(observation, at=observation.at + gap)


def _at(rows: list[Span], at: Instant) -> Status:
    return [row.status for row in rows if row.since <= at][-1]


def _untimed(incident: Incident) -> tuple[object, ...]:
    statuses = [update.status for update in incident.updates]
    return incident.components, incident.cause, incident.title, incident.impact, statuses, incident.reopened
