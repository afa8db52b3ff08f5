"""What people say is over, and the trouble that goes on or comes again."""

from __future__ import annotations

import pytest

from monitor.core.model import HOUR, MINUTE, SECOND, IncidentStatus, Status
from tests.builders import NOON, component_setup, probe_setup
from tests.monitor.core.story import Story, replayed
from tests.monitor.core.test_people import latest, now, reported, written

API, AUTH = component_setup("api", depends_on=("auth",)), component_setup("auth")


def ended_while_slow() -> Story:
    """People resolve an incident while its component is as slow as ever."""
    story = Story().runs("..SSS")
    written(story, latest(story), status=IncidentStatus.RESOLVED)
    return story.runs("SS")


def test_trouble_that_people_said_is_over_is_no_news() -> None:
    story = ended_while_slow()
    assert story.status() is Status.DEGRADED
    assert len(story.incidents) == 1


@pytest.mark.parametrize("gap", [SECOND, HOUR])
def test_trouble_that_people_said_is_over_is_no_news_after_a_restart(gap: int) -> None:
    story = ended_while_slow().sleep(gap).runs("SSS")
    assert story.status() is Status.DEGRADED
    assert len(story.incidents) == 1


def test_when_it_gets_worse_that_is_an_incident_of_its_own() -> None:
    story = ended_while_slow().runs("FFF")
    before, after = story.incidents.values()
    assert not before.open
    assert after.started_at == NOON + 7 * 30 * SECOND  # the first failure


def test_when_it_comes_again_that_is_an_incident_of_its_own() -> None:
    story = ended_while_slow().runs("...SSS")
    assert [incident.open for incident in story.incidents.values()] == [False, True]


def test_when_the_worse_began_with_the_rest_there_are_still_two_incidents() -> None:
    story = Story(
        component_setup("api", probes=(probe_setup("api/health"), probe_setup("api/deep", failure_threshold=4)))
    )
    series = {"api/health": "..SSS", "api/deep": "..FFF"}
    story.runs(series)
    (before,) = story.incidents.values()
    written(story, before, status=IncidentStatus.RESOLVED)
    story.runs({"api/health": "S", "api/deep": "F"})
    assert story.ledger()[-1] == (60, "p")  # the whole of it is a partial outage, as is known now
    assert len(story.incidents) == 2
    assert not now(story, before).open


def test_when_it_gets_worse_still_it_began_no_earlier() -> None:
    story = Story(component_setup("api", probes=(probe_setup("api/health"), probe_setup("api/deep"))))
    story.runs({"api/health": "..SSS", "api/deep": "....."})
    written(story, latest(story), status=IncidentStatus.RESOLVED)
    story.runs({"api/health": "FFF", "api/deep": "..."})
    began = latest(story).started_at
    story.runs({"api/health": "FFF", "api/deep": "FFF"})
    assert story.status() is Status.MAJOR_OUTAGE
    assert [incident.started_at for incident in story.incidents.values()][1:] == [began]


# ── when it was over ─────────────────────────────────────────────────────────────────────────────────


def test_an_incident_that_people_end_ended_when_its_trouble_did() -> None:
    story = Story().runs("..FFF")
    incident = latest(story)
    written(story, incident, hold=True)
    story.runs("....")
    written(story, incident, status=IncidentStatus.RESOLVED)
    assert now(story, incident).ended_at == NOON + 5 * 30 * SECOND  # the first run that passed


def test_an_incident_that_people_end_while_its_trouble_lasts_ended_now() -> None:
    story = Story().runs("..FFF")
    incident = latest(story)
    written(story, incident, status=IncidentStatus.RESOLVED)
    assert now(story, incident).ended_at == story.now


def test_trouble_that_came_again_while_people_held_the_incident_had_not_ended() -> None:
    story = Story().runs("..FFF...")
    incident = latest(story)
    written(story, incident, hold=True)
    story.runs("FFF")
    written(story, incident, status=IncidentStatus.RESOLVED)
    assert now(story, incident).ended_at == story.now


def test_what_people_opened_ended_when_they_say_so() -> None:
    story = Story().runs("..")
    incident = reported(story, "api")
    story.runs("FFF....")
    written(story, incident, status=IncidentStatus.RESOLVED)
    assert now(story, incident).ended_at == story.now


def test_what_people_let_go_while_it_is_watched_ended_when_its_trouble_did() -> None:
    story = Story().runs("..FFF")
    incident = latest(story)
    written(story, incident, status=IncidentStatus.MONITORING)
    story.runs("....")
    written(story, incident, hold=False)
    story.runs("......")
    after = now(story, incident)
    assert (after.status, after.ended_at) == (IncidentStatus.RESOLVED, NOON + 5 * 30 * SECOND)


# ── what else is said meanwhile ──────────────────────────────────────────────────────────────────────


def test_a_message_does_not_put_off_the_end() -> None:
    story = Story().runs("..FFF..")
    due = latest(story).resolve_at
    written(story, latest(story), "We look at it.")
    assert latest(story).resolve_at == due is not None


def test_of_two_incidents_of_people_each_keeps_its_components_when_both_are_in_trouble() -> None:
    story = Story(AUTH, API).runs({"auth/health": "..", "api/health": ".."})
    above = reported(story, "auth")
    below = reported(story.wait(MINUTE), "api")
    story.runs({"auth/health": "FFF", "api/health": "FFF"})
    assert (now(story, above).components, now(story, below).components) == (("auth",), ("api",))


def test_a_component_that_is_named_twice_is_in_the_incident_once() -> None:
    assert reported(Story().runs(".."), "api", "api").components == ("api",)


def test_all_of_it_can_be_told_again_without_ticks() -> None:
    story = ended_while_slow().sleep(MINUTE).runs("FFF....").wait(HOUR)
    again = replayed(story.observed, ticks=False)
    again.tick_at(story.board.at)
    assert (again.rows, again.incidents, again.events) == (story.rows, story.incidents, story.events)
