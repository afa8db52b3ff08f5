"""Incidents at the very instants at which something becomes otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.board import Board
from monitor.core.draft import Draft
from monitor.core.incidents import stable_for
from monitor.core.model import (
    MINUTE,
    SECOND,
    Duration,
    Impact,
    Incident,
    IncidentStatus,
    Reason,
    Result,
    Started,
    Status,
    Verdict,
    Written,
)
from tests.builders import NOON, component_setup, incident, probe_setup, result, setup
from tests.monitor.core.story import Story

INVESTIGATING, MONITORING, RESOLVED = (
    IncidentStatus.INVESTIGATING,
    IncidentStatus.MONITORING,
    IncidentStatus.RESOLVED,
)


def says(story: Story, incident: Incident, **changes: object) -> None:
    story.observe(Written(at=story.now, by="ada", incident=incident.id, message="So it is.", **changes))  # type: ignore[arg-type]


def resolved() -> tuple[Story, int]:
    """A story of an outage that is over, and when it was resolved."""
    story = Story().runs(".FFF......")
    at = story.only_incident().resolved_at
    assert at is not None
    return story, at


@pytest.mark.parametrize(
    ("ago", "resolve_after", "stable"),
    [
        ((0, 0, 0), 2 * MINUTE, 10 * MINUTE),
        ((29 * MINUTE, 10, 0), 2 * MINUTE, 10 * MINUTE),
        ((30 * MINUTE - 1, 10, 0), 2 * MINUTE, 10 * MINUTE),
        ((30 * MINUTE, 10, 0), 2 * MINUTE, 2 * MINUTE),
        ((10, 0), 2 * MINUTE, 2 * MINUTE),
        ((), 2 * MINUTE, 2 * MINUTE),
        ((10, 10, 0), 20 * MINUTE, 20 * MINUTE),
    ],
)
def test_three_setbacks_within_half_an_hour_ask_for_ten_minutes_of_calm(
    ago: tuple[Duration, ...], resolve_after: Duration, stable: Duration
) -> None:
    draft = Draft(Board(setup=setup(resolve_after=resolve_after), at=NOON))
    assert stable_for(draft, incident(setbacks=tuple(NOON - each for each in ago))) == stable


@pytest.mark.parametrize(("after", "reopened"), [(5 * MINUTE, 1), (5 * MINUTE + 1, 0)])
@pytest.mark.parametrize("gap", [0, 3 * MINUTE])
def test_trouble_that_starts_five_watched_minutes_after_the_resolve_is_the_last_to_reopen(
    after: Duration, reopened: int, gap: Duration
) -> None:
    story, at = resolved()
    story.now = at + MINUTE
    story.sleep(gap).runs(".")
    story.now = at + gap + after
    story.runs("FFF", pace=SECOND)
    assert min(story.incidents.values(), key=lambda each: each.created_at).reopened == reopened


def test_an_incident_of_which_the_time_to_be_reopened_is_up_stays_so_when_we_slept() -> None:
    story, at = resolved()
    story.now = at + 5 * MINUTE
    story.runs("F")
    story.now = at + 5 * MINUTE + 1
    story.tick()
    story.sleep(MINUTE)
    assert story.only_incident().reopen_until == at + 5 * MINUTE


def test_a_sleep_that_begins_in_the_last_moment_puts_the_end_of_reopening_off() -> None:
    story, at = resolved()
    story.now = at + 5 * MINUTE
    story.sleep(MINUTE)
    assert story.only_incident().reopen_until == at + 6 * MINUTE


def test_trouble_that_comes_back_says_again_what_its_cause_is() -> None:
    story = Story().runs(".FFF..FFF", reason=Reason.CONNECT_REFUSED)
    assert story.timeline() == ["investigating", "identified", "monitoring", "investigating", "identified"]


@pytest.mark.parametrize(
    ("message", "changes", "entry"),
    [
        ("", {}, None),
        ("More is known.", {}, "More is known."),
        ("", {"title": "Odd prices"}, "This is now called “Odd prices”."),
        ("", {"impact": Impact.MINOR}, "Its impact is now minor."),
        ("", {"hold": True}, "Somebody looks after it."),
        ("", {"status": MONITORING}, "It is now monitoring. Somebody looks after it."),
        ("", {"title": "API outage", "impact": Impact.CRITICAL, "hold": False}, None),
        ("More is known.", {"title": "Odd prices"}, "More is known."),
    ],
)
def test_who_says_something_or_changes_something_makes_one_entry(
    message: str, changes: dict[str, Any], entry: str | None
) -> None:
    story = Story().runs(".FFF")
    before = story.only_incident()
    story.observe(Written(at=story.now, by="ada", incident=before.id, message=message, **changes))
    entries = [update.message for update in story.only_incident().updates[len(before.updates) :]]
    assert entries == ([] if entry is None else [entry])


def test_what_grows_worse_beneath_a_graver_cause_is_remembered_without_a_word() -> None:
    story = Story(component_setup("auth"), component_setup("api", depends_on=("auth",)))
    story.runs({"auth/health": ".FFFF", "api/health": ".SSSS"})
    before = story.only_incident()
    assert before.worst["api"] is Status.DEGRADED
    story.runs({"auth/health": "FFF", "api/health": "FFF"})
    after = story.only_incident()
    assert after.worst["api"] is Status.MAJOR_OUTAGE
    assert after.updates == before.updates


@pytest.mark.parametrize(("deep", "status"), [(".UUUUU", MONITORING), ("SSSUUU", INVESTIGATING)])
def test_a_check_that_nobody_can_see_keeps_an_incident_going_only_if_it_was_not_well(
    deep: str, status: IncidentStatus
) -> None:
    probes = (probe_setup("api/health"), probe_setup("api/deep"))
    story = Story(component_setup(probes=probes)).runs({"api/health": ".FFF..", "api/deep": deep})
    assert story.only_incident().status is status


def test_an_incident_resolves_so_much_sooner_by_the_clock_as_that_was_set_back() -> None:
    story = Story().runs(".FFF..")
    due = story.only_incident().resolve_at
    assert due is not None
    story.observe(Started(story.now - MINUTE, story.now))
    assert story.only_incident().resolve_at == due - MINUTE


def test_what_people_said_was_well_resolves_by_itself_once_they_let_it_go() -> None:
    story = Story().runs(".FFF")
    says(story, story.only_incident(), status=MONITORING)
    story.runs("..")
    says(story, story.only_incident(), hold=False)
    assert story.only_incident().resolve_at == story.now + 2 * MINUTE


def test_who_resolves_an_incident_and_lets_it_go_has_ended_it() -> None:
    story = Story().runs(".FFF..")
    says(story, story.only_incident(), status=RESOLVED, hold=False)
    assert story.only_incident().status is RESOLVED


def test_of_two_incidents_that_people_hold_trouble_goes_on_in_the_one_that_names_its_component() -> None:
    story = Story(component_setup("api", depends_on=("auth",)), component_setup("auth"))
    story.runs({"api/health": ".SSS", "auth/health": "...."})
    (first,) = story.incidents.values()
    says(story, first, status=MONITORING)
    story.runs({"auth/health": "FFF"})
    (second,) = (each for each in story.incidents.values() if each.id != first.id)
    says(story, second, hold=True)
    story.runs({"api/health": "FFF"})
    assert story.incidents[second.id].components == ("auth",)
    assert story.incidents[first.id].worst["api"] is Status.MAJOR_OUTAGE


def _with_certificate(story: Story, **changes: object) -> Result:
    plain = result(verdict=Verdict.SLOW, started=story.now)
    seen = {name: getattr(plain, name) for name in ("probe", "started", "at", "verdict", "reason", "detail")}
    return Result(**{**seen, "certificate_expires": NOON + MINUTE, **changes})


def test_what_is_slow_is_not_called_after_a_certificate_that_is_well() -> None:
    story = Story()
    for _ in range(3):
        story.observe(_with_certificate(story))
        story.now += 30 * SECOND
    assert story.only_incident().title == "Elevated API latency"


def test_a_component_that_is_removed_leaves_what_goes_on_without_it() -> None:
    api, auth = component_setup("api", depends_on=("auth",)), component_setup("auth")
    story = Story(auth, api).runs({"auth/health": ".FFF", "api/health": "..FF"}).runs({"api/health": "F"})
    story.configure(setup(api))
    found = story.only_incident()
    assert (found.components, found.cause, found.title) == (("api",), "api", "API outage")
    assert found.updates[-1].message == "Authentication is no longer monitored."
    story.configure(setup(component_setup("cdn", probes=(probe_setup("cdn/health"),))))
    ended = story.only_incident()
    assert (ended.status, ended.resolved_at, ended.ended_at, ended.resolve_at) == (
        RESOLVED,
        story.now,
        story.now,
        None,
    )
