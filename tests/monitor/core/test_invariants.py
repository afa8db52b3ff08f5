"""Random stories: whatever happens, these things hold of ledgers, incidents and uptime."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from monitor.core.ledger import trouble_since
from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    TROUBLE,
    Configured,
    Duration,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Observation,
    Result,
    Span,
    Started,
    Status,
    Verdict,
)
from monitor.core.uptime import COST_PER_MILLE, uptime
from tests.builders import NOON, result
from tests.monitor.core.any_people import AnyStoryWithPeople
from tests.monitor.core.any_story import EVERYTHING, PROBES, verdicts, waits
from tests.monitor.core.story import Story, replayed

IMPACTS = list(Impact)


class AnyTrueStory(AnyStoryWithPeople):
    def __init__(self) -> None:
        super().__init__()
        self.impacts: dict[str, Impact] = {}

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
        """But for trouble that lasts although people said that it was over."""
        held = {component for incident in self.story.board.open_incidents() for component in incident.components}
        for component, state in self.story.board.components.items():
            if state.status in TROUBLE and component not in held:
                assert self.was_ended_by_people(component, since=trouble_since(state.tail))

    @invariant()
    def impact_never_sinks(self) -> None:
        """But where people say how bad it is."""
        if self.times_set_back:
            return
        for incident in self.story.incidents.values():
            before = self.impacts.get(incident.id, Impact.NONE)
            assert incident.own_impact or IMPACTS.index(incident.impact) >= IMPACTS.index(before)
            self.impacts[incident.id] = incident.impact

    @invariant()
    def times_are_in_order(self) -> None:
        if self.times_set_back:
            return
        for incident in self.story.incidents.values():
            stamps = [update.timestamp for update in incident.updates]
            assert stamps == sorted(stamps)
            assert incident.started_at <= incident.created_at
            assert (incident.resolved_at is None) == incident.open
            if incident.resolved_at is not None:
                assert incident.ended_at is not None
                assert incident.started_at <= incident.ended_at <= incident.resolved_at

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

    def was_ended_by_people(self, component: str, since: Instant) -> bool:
        ended = [incident for incident in self.story.incidents.values() if component in incident.components]
        return any(who_ended(incident) and (incident.resolved_at or 0) >= since for incident in ended)


def who_ended(incident: Incident) -> str:
    """Empty where it is open, or the machine ended it."""
    over = [update for update in incident.updates if update.status is IncidentStatus.RESOLVED]
    ends = [update.by for update in over if update.timestamp == incident.resolved_at]
    return "" if incident.open else ends[0]


TestAnyStory = AnyTrueStory.TestCase
TestAnyStory.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)

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
