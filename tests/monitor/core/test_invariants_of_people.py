"""Random stories: whatever happens, what people wrote stays, and each fact is told once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from hypothesis import settings

from monitor.core.ledger import in_window
from monitor.core.model import (
    Configured,
    EventKind,
    Explained,
    Incident,
    Instant,
    Observation,
    Reported,
    Setup,
    Started,
    Status,
    Window,
    Written,
)
from tests.monitor.core.any_people import AnyStoryWithPeople
from tests.monitor.core.any_story import read_back
from tests.monitor.core.story import Story, replayed

SCHEDULED, STARTED, COMPLETED = (
    EventKind.MAINTENANCE_SCHEDULED,
    EventKind.MAINTENANCE_STARTED,
    EventKind.MAINTENANCE_COMPLETED,
)


def changes(story: Story) -> Iterator[tuple[Observation, Incident, Incident]]:
    """Each change of an incident: by what, and how it was before and after."""
    known: dict[str, Incident] = {}
    for observation, step in zip(story.observed, story.steps, strict=True):
        for incident in step.incidents.values():
            if incident.id in known:
                yield observation, known[incident.id], incident
            known[incident.id] = incident


# ── incidents ────────────────────────────────────────────────────────────────────────────────────────


def check_that_timelines_only_grow_and_people_write_their_own_entries(story: Story) -> None:
    for observation, before, after in changes(story):
        assert after.updates[: len(before.updates)] == before.updates
        for update in after.updates[len(before.updates) :]:
            if update.by:
                assert isinstance(observation, Written | Explained)
                assert update.by == observation.by
        assert after.by == before.by


def check_that_titles_and_impacts_of_people_are_changed_by_people(story: Story) -> None:
    for observation, before, after in changes(story):
        said = observation if isinstance(observation, Written) else None
        if before.own_title and not (said and said.title is not None):
            assert (after.own_title, after.title) == (True, before.title)
        if before.own_impact and not (said and said.impact is not None):
            assert (after.own_impact, after.impact) == (True, before.impact)
        if before.postmortem and not isinstance(observation, Explained):
            assert after.postmortem == before.postmortem


def check_that_people_end_what_people_hold(story: Story) -> None:
    """But where all its components are watched no more."""
    for observation, before, after in changes(story):
        if before.held and before.open:
            assert after.merged_into is None
            assert after.held or isinstance(observation, Written)
            assert isinstance(observation, Written | Configured) or after.status is before.status
            assert after.open or isinstance(observation, Written) or len(after.components) == 1


def check_that_a_persons_incident_stays_theirs(story: Story) -> None:
    for incident in story.incidents.values():
        assert incident.held or not incident.by
        assert incident.merged_into is None or not incident.by


def check_that_what_people_or_mergers_ended_stays_over(story: Story) -> None:
    for observation, before, after in changes(story):
        if not before.open and before.reopen_until is None:
            assert (after.status, after.resolved_at) == (before.status, before.resolved_at)
            assert isinstance(observation, Explained)


def check_that_the_machine_opens_nothing_inside_a_window(story: Story) -> None:
    setup = Setup()
    for observation, step in zip(story.observed, story.steps, strict=True):
        before, setup = setup, step.setup or setup
        for event in step.events:
            if event.kind is EventKind.INCIDENT_CREATED and not isinstance(observation, Reported):
                assert isinstance(event.subject, Incident)
                (component,) = event.subject.components
                # A window that ends by this very observation was one before, and is none after.
                assert not (runs(before, component, event.at) and runs(setup, component, event.at))


def runs(setup: Setup, component: str, at: Instant) -> bool:
    """Whether the component is under maintenance."""
    return in_window([window for window in setup.in_force if component in window.components], at)


def check_that_what_was_written_down_goes_on_as_what_was_remembered(story: Story) -> None:
    again = replayed([])
    for number, observation in enumerate(story.observed):
        if number % 10 == 0:
            again.board = read_back(again.board)
        again.observe(observation)
    assert (again.rows, again.incidents, again.events) == (story.rows, story.incidents, story.events)


# ── events ───────────────────────────────────────────────────────────────────────────────────────────


def check_that_each_entry_of_a_timeline_is_one_event(story: Story) -> None:
    lengths = defaultdict[str, list[int]](list)
    for event in story.events:
        if isinstance(event.subject, Incident):
            lengths[event.subject.id].append(len(event.subject.updates))
    for incident in story.incidents.values():
        assert lengths[incident.id] == list(range(1, len(incident.updates) + 1))


def check_that_each_event_has_an_id_of_its_own(story: Story) -> None:
    ids = [event.id for event in story.events]
    assert len(ids) == len(set(ids))


# ── windows ──────────────────────────────────────────────────────────────────────────────────────────


def check_that_windows_are_scheduled_then_begin_then_end(story: Story) -> None:
    told = defaultdict[str, list[EventKind]](list)
    for event in story.events:
        if isinstance(event.subject, Window) and event.subject.by:
            told[event.subject.id].append(event.kind)
    for window, kinds in told.items():
        state = story.windows[window]
        count = Counter(kinds)
        assert kinds[0] is SCHEDULED
        assert 1 <= count[SCHEDULED] <= state.changed + 1
        assert count[STARTED] == (not state.cancelled and state.starts <= story.board.at)
        assert count[COMPLETED] == (state.cancelled or state.ends <= story.board.at)
        if count[COMPLETED]:
            assert kinds[-1] is COMPLETED


def check_that_time_in_windows_and_no_other_is_maintenance(story: Story) -> None:
    """Whatever becomes of the windows later; what is watched no more, or not yet, is unknown."""
    for at, inside in windows_seen(story).items():
        for component, under_maintenance in inside.items():
            status = [span.status for span in story.rows[component] if span.since <= at][-1]
            assert (status is Status.MAINTENANCE) is under_maintenance


def windows_seen(story: Story) -> dict[Instant, dict[str, bool]]:
    """For each instant of an observation, what was watched then, and whether it was under maintenance."""
    setup, at, seen = Setup(), 0, dict[Instant, dict[str, bool]]()
    for observation, step in zip(story.observed, story.steps, strict=True):
        setup = step.setup or setup
        at = max(at, observation.at)
        if isinstance(observation, Started):
            at = observation.at
            seen = {then: inside for then, inside in seen.items() if then < at}
        seen[at] = {component.id: runs(setup, component.id, at) for component in setup.components}
    return seen


ALWAYS = (
    check_that_timelines_only_grow_and_people_write_their_own_entries,
    check_that_titles_and_impacts_of_people_are_changed_by_people,
    check_that_people_end_what_people_hold,
    check_that_a_persons_incident_stays_theirs,
    check_that_what_people_or_mergers_ended_stays_over,
    check_that_the_machine_opens_nothing_inside_a_window,
    check_that_each_entry_of_a_timeline_is_one_event,
    check_that_time_in_windows_and_no_other_is_maintenance,
    check_that_what_was_written_down_goes_on_as_what_was_remembered,
)
UNLESS_SET_BACK = (  # then what began or was told may do so again
    check_that_each_event_has_an_id_of_its_own,
    check_that_windows_are_scheduled_then_begin_then_end,
)


class AnyPeople(AnyStoryWithPeople):
    def teardown(self) -> None:
        if hasattr(self, "story"):
            for check in ALWAYS if self.times_set_back else (*ALWAYS, *UNLESS_SET_BACK):
                check(self.story)


TestAnyPeople = AnyPeople.TestCase
TestAnyPeople.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
