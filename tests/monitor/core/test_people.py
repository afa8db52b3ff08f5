"""Incidents by people: what a person wrote, the machine never overwrites."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.model import (
    HOUR,
    MINUTE,
    QUIET,
    Amended,
    Amendment,
    AmendmentKind,
    EventKind,
    Explained,
    Impact,
    Incident,
    IncidentStatus,
    Reported,
    Status,
    StatusChange,
    Step,
    Written,
)
from tests.builders import component_setup, setup
from tests.monitor.core.story import Story, replayed

API, CDN = component_setup("api", depends_on=("auth",)), component_setup("cdn")
AUTH = component_setup("auth")


def a_story() -> Story:
    return Story(AUTH, API, CDN).runs({"auth/health": "..", "api/health": "..", "cdn/health": ".."})


def reported(story: Story, *components: str, **changes: Any) -> Incident:
    defaults = {
        "title": "Wrong prices",
        "impact": Impact.MINOR,
        "status": IncidentStatus.INVESTIGATING,
        "message": "Prices are off by one.",
    }
    story.observe(Reported(at=story.now, by="ada", components=components, **(defaults | changes)))
    return latest(story)


def written(story: Story, incident: Incident, message: str = "More is known.", **changes: Any) -> Step:
    return story.observe(Written(at=story.now, by="ada", incident=incident.id, message=message, **changes))


def latest(story: Story) -> Incident:
    return max(story.incidents.values(), key=lambda incident: (incident.created_at, incident.held))


def now(story: Story, incident: Incident) -> Incident:
    return story.incidents[incident.id]


def kinds(story: Story) -> list[EventKind]:
    return [event.kind for event in story.events if not isinstance(event.subject, StatusChange)]


# ── opened by a person ───────────────────────────────────────────────────────────────────────────────


def test_what_a_person_reports_is_an_incident_of_theirs() -> None:
    story = a_story()
    incident = reported(story, "api", "cdn")
    assert (incident.by, incident.held, incident.title) == ("ada", True, "Wrong prices")
    assert [(update.message, update.by) for update in incident.updates] == [("Prices are off by one.", "ada")]
    assert kinds(story) == [EventKind.INCIDENT_CREATED]


def test_only_a_person_ends_what_a_person_opened() -> None:
    story = a_story()
    incident = reported(story, "api")
    story.runs({"api/health": "FFF....", "auth/health": "......."}).wait(HOUR)
    assert now(story, incident).open
    written(story, incident, status=IncidentStatus.RESOLVED)
    assert now(story, incident).resolved_at == story.now
    assert kinds(story)[-1] is EventKind.INCIDENT_RESOLVED


def test_trouble_that_the_machine_sees_joins_the_incident_of_a_person_who_named_the_component() -> None:
    story = a_story()
    incident = reported(story, "api")
    story.runs({"api/health": "FFF", "auth/health": "..."})
    assert list(story.incidents) == [incident.id]
    after = now(story, incident)
    assert (after.title, after.impact, after.status) == ("Wrong prices", Impact.MINOR, IncidentStatus.INVESTIGATING)


def test_trouble_of_other_components_is_an_incident_of_its_own() -> None:
    story = a_story()
    incident = reported(story, "api")
    story.runs({"cdn/health": "FFF"})
    assert len(story.incidents) == 2
    assert now(story, incident).components == ("api",)


def test_a_persons_incident_takes_over_what_the_machine_had_opened_for_its_components() -> None:
    story = a_story().runs({"cdn/health": "FFF"})
    (machine,) = story.incidents.values()
    incident = reported(story, "cdn")
    assert now(story, machine).merged_into == incident.id
    assert now(story, incident).started_at == machine.started_at
    assert [open_.id for open_ in story.board.open_incidents()] == [incident.id]


def test_a_component_is_in_one_incident_of_a_person_at_a_time() -> None:
    story = a_story()
    reported(story, "api")
    step = story.observe(
        Reported(
            at=story.now,
            by="bob",
            components=("cdn", "api"),
            title="Again",
            impact=Impact.MAJOR,
            status=IncidentStatus.INVESTIGATING,
            message="?",
        )
    )
    assert step is QUIET


def test_a_dependency_that_fails_too_does_not_merge_a_persons_incident_away() -> None:
    story = a_story()
    incident = reported(story, "api")
    story.runs({"auth/health": "FFF", "api/health": "FFF"})
    assert now(story, incident).merged_into is None
    assert now(story, incident).open


# ── taken over ───────────────────────────────────────────────────────────────────────────────────────


def machines(story: Story) -> Incident:
    story.runs({"cdn/health": ".FFF"})
    return latest(story)


def test_what_a_person_holds_waits_for_them() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, hold=True)
    story.runs({"cdn/health": "...."}).wait(HOUR)
    assert now(story, incident).status is IncidentStatus.INVESTIGATING


def test_what_is_no_longer_held_the_machine_brings_to_its_end() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, hold=True)
    story.runs({"cdn/health": "...."})
    written(story, incident, hold=False)
    assert now(story, incident).status is IncidentStatus.MONITORING
    story.runs({"cdn/health": "....."})
    assert not now(story, incident).open


def test_a_status_that_a_person_gave_is_theirs() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, status=IncidentStatus.IDENTIFIED)
    story.runs({"cdn/health": "...."}).wait(HOUR)
    assert now(story, incident).status is IncidentStatus.IDENTIFIED


def test_a_message_alone_takes_nothing_over() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, "We look at it.")
    story.runs({"cdn/health": "...."}).wait(3 * MINUTE)
    assert not now(story, incident).open


def test_title_and_impact_of_a_person_stay_when_it_gets_worse() -> None:
    story = a_story().runs({"cdn/health": "SSS"})
    incident = latest(story)
    written(story, incident, title="Slow pictures", impact=Impact.NONE)
    story.runs({"cdn/health": "FFF"})
    assert (now(story, incident).title, now(story, incident).impact) == ("Slow pictures", Impact.NONE)


def test_what_a_person_resolved_is_never_reopened() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, status=IncidentStatus.RESOLVED)
    story.runs({"cdn/health": "..FFF"})
    assert not now(story, incident).open
    assert len(story.incidents) == 2


def test_an_incident_that_is_over_takes_no_update() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, status=IncidentStatus.RESOLVED)
    assert written(story, incident) is QUIET


def test_every_entry_says_whose_it_is_and_gives_one_event() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, status=IncidentStatus.IDENTIFIED)
    written(story, incident, status=IncidentStatus.RESOLVED)
    after = now(story, incident)
    assert [update.by for update in after.updates] == ["", "ada", "ada"]
    assert kinds(story) == [EventKind.INCIDENT_CREATED, EventKind.INCIDENT_UPDATED, EventKind.INCIDENT_RESOLVED]


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────────


def test_a_postmortem_is_an_update_of_what_is_over() -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, status=IncidentStatus.RESOLVED)
    story.wait(HOUR)
    over = now(story, incident)
    story.observe(Explained(at=story.now, by="bob", incident=over, text="A cable."))
    assert now(story, incident).postmortem == "A cable."
    assert kinds(story)[-1] is EventKind.INCIDENT_UPDATED
    assert incident.id not in story.board.incidents


def test_what_is_still_open_has_no_postmortem() -> None:
    story = a_story()
    incident = machines(story)
    assert story.observe(Explained(at=story.now, by="bob", incident=incident, text="A cable.")) is QUIET


def test_an_amendment_leaves_the_ledger_as_it_is() -> None:
    story = a_story().runs({"cdn/health": "FFF.."})
    before = dict(story.rows)
    amendment = Amendment(
        id="amd_1",
        component="cdn",
        since=story.now - HOUR,
        until=story.now,
        kind=AmendmentKind.FALSE_ALARM,
        reason="It was us.",
        by="ada",
        at=story.now,
    )
    step = story.observe(Amended(at=story.now, amendment=amendment))
    assert step.amendments == (amendment,)
    assert story.rows == before


# ── always ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hold", [True, False])
def test_a_story_with_people_in_it_can_be_told_again_without_ticks(hold: bool) -> None:
    story = a_story()
    incident = machines(story)
    written(story, incident, hold=hold)
    reported(story, "api")
    story.runs({"cdn/health": "....", "auth/health": "FFF."}).wait(HOUR)
    again = replayed(story.observed, ticks=False)
    again.tick_at(story.board.at)
    assert (again.rows, again.incidents, again.events) == (story.rows, story.incidents, story.events)


def test_a_component_that_is_watched_no_more_leaves_a_persons_incident_too() -> None:
    story = a_story()
    incident = reported(story, "cdn")
    story.configure(setup(AUTH, API))
    assert not now(story, incident).open


def test_the_status_of_components_is_the_machines_alone() -> None:
    story = a_story()
    reported(story, "api", impact=Impact.CRITICAL)
    assert story.status("api") is Status.OPERATIONAL
