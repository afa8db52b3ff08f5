"""What people opened or judged, and what the machine sees meanwhile: nothing of either is lost."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.model import HOUR, MINUTE, QUIET, EventKind, Impact, Incident, IncidentStatus, StatusChange
from tests.monitor.core.story import Story
from tests.monitor.core.test_people import a_story, latest, now, reported, written


def entries(story: Story, incident: Incident) -> list[str]:
    """Whose they are."""
    return [update.by or "machine" for update in now(story, incident).updates]


def open_ones(story: Story) -> list[tuple[str, ...]]:
    return [incident.components for incident in story.board.open_incidents()]


# ── what people opened ───────────────────────────────────────────────────────────────────────────────


def test_trouble_of_a_component_that_they_named_is_told() -> None:
    story = a_story()
    incident = reported(story, "api")
    story.runs({"api/health": "FFF", "auth/health": "..."})
    assert entries(story, incident) == ["ada", "machine"]
    assert "API is down" in now(story, incident).updates[-1].message
    assert [event.kind for event in story.events if not isinstance(event.subject, StatusChange)] == [
        EventKind.INCIDENT_CREATED,
        EventKind.INCIDENT_UPDATED,
    ]


def test_trouble_that_comes_again_while_they_watch_is_told_and_leaves_their_status() -> None:
    story = a_story()
    incident = reported(story, "cdn")
    story.runs({"cdn/health": "FFF"})
    written(story, incident, status=IncidentStatus.MONITORING, message="Fixed.")
    story.runs({"cdn/health": "....FFF"})
    assert entries(story, incident) == ["ada", "machine", "ada", "machine"]
    assert now(story, incident).status is IncidentStatus.MONITORING


def test_it_is_not_about_what_depends_on_what_they_named() -> None:
    story = a_story()
    reported(story, "auth")
    story.runs({"auth/health": "FFF", "api/health": "FFF"})
    assert open_ones(story) == [("auth",), ("api",)]


def test_it_is_not_about_what_they_named_depends_on() -> None:
    story = a_story()
    incident = reported(story, "api")
    story.runs({"auth/health": "FFF", "api/health": "..."})
    assert open_ones(story) == [("api",), ("auth",)]
    assert now(story, incident).cause == "api"


def test_it_swallows_no_incident_of_the_machine_when_its_own_component_fails_too() -> None:
    story = a_story()
    reported(story, "api")
    story.runs({"auth/health": "FFF", "api/health": "..."}).runs({"api/health": "FFF", "auth/health": "FFF"})
    assert open_ones(story) == [("api",), ("auth",)]


# ── how grave it is ──────────────────────────────────────────────────────────────────────────────────


def test_an_impact_that_nobody_gave_is_that_of_what_is_taken_over() -> None:
    story = a_story().runs({"cdn/health": "FFF"})
    incident = reported(story, "cdn", impact=None)
    assert now(story, incident).impact is Impact.CRITICAL


def test_an_impact_that_nobody_gave_is_that_of_trouble_that_people_said_was_over() -> None:
    story = a_story().runs({"cdn/health": "FFF"})
    written(story, latest(story), status=IncidentStatus.RESOLVED)
    incident = reported(story, "cdn", impact=None)
    assert now(story, incident).impact is Impact.CRITICAL


def test_an_impact_that_nobody_gave_rises_with_what_the_machine_sees() -> None:
    story = a_story()
    incident = reported(story, "cdn", impact=None)
    assert now(story, incident).impact is Impact.MINOR
    story.runs({"cdn/health": "FFF"})
    assert now(story, incident).impact is Impact.CRITICAL


def test_an_impact_that_a_person_gave_stays() -> None:
    story = a_story().runs({"cdn/health": "FFF"})
    incident = reported(story, "cdn", impact=Impact.NONE)
    assert now(story, incident).impact is Impact.NONE


@pytest.mark.parametrize("judged", [{"title": "Ignore this"}, {"impact": Impact.NONE}])
def test_what_a_person_judged_is_not_reopened_by_trouble_that_they_did_not_see(judged: dict[str, Any]) -> None:
    story = a_story().runs({"cdn/health": ".FFF"})
    incident = latest(story)
    written(story, incident, **judged)
    story.runs({"cdn/health": "...."}).wait(3 * MINUTE)
    assert not now(story, incident).open
    story.runs({"cdn/health": "FFF"})
    (again,) = story.board.open_incidents()
    assert (again.id == incident.id, again.title, again.impact) == (False, "CDN outage", Impact.CRITICAL)


# ── what they need not say ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"title": "Wrong prices"},
        {"impact": Impact.MINOR},
        {"status": IncidentStatus.INVESTIGATING},
        {"hold": True},
        {"hold": False},  # people opened it
    ],
)
def test_saying_what_is_so_already_is_no_news(said: dict[str, Any]) -> None:
    story = a_story()
    incident = reported(story, "api")
    assert written(story, incident, message="", **said) is QUIET


def test_what_is_taken_over_while_it_is_watched_waits_for_them() -> None:
    story = a_story().runs({"cdn/health": ".FFF...."})
    incident = latest(story)
    assert incident.status is IncidentStatus.MONITORING
    written(story, incident, hold=True)
    story.wait(HOUR)
    assert now(story, incident).status is IncidentStatus.MONITORING
