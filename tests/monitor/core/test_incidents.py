from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.ids import incident_id
from monitor.core.model import (
    DAY,
    MINUTE,
    SECOND,
    EventKind,
    Impact,
    Incident,
    IncidentStatus,
    Reason,
    Status,
    Verdict,
)
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.core.story import PACE, Story

TWO_PROBES = component_setup(probes=(probe_setup("api/health"), probe_setup("api/deep")))
AUTH, CDN = component_setup("auth"), component_setup("cdn")
API, BATCH = component_setup("api", depends_on=("auth",)), component_setup("batch", depends_on=("auth",))


def incidents(story: Story) -> dict[str, Incident]:
    """By the component that opened each."""
    return {incident.components[0]: incident for incident in story.incidents.values()}


def kinds(story: Story) -> list[str]:
    return [event.kind.removeprefix("incident.") for event in story.events if event.kind.startswith("incident.")]


# ── one component ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("series", "timeline"),
    [
        ("........", []),
        (".FF.FF.FF.", []),
        (".FF..", []),
        (".FFF", ["investigating"]),
        (".FFFFFF", ["investigating"]),
        (".FFF.F", ["investigating"]),
        (".FFF..", ["investigating", "monitoring"]),
        (".FFF.....", ["investigating", "monitoring"]),
        (".FFF......", ["investigating", "monitoring", "resolved"]),
        (".SSS......", ["investigating", "monitoring", "resolved"]),
        (".FFF..FFF", ["investigating", "monitoring", "investigating"]),
        (".FFF..FFF......", ["investigating", "monitoring", "investigating", "monitoring", "resolved"]),
        (".FFFU", ["investigating"]),
        (".FFFU..", ["investigating", "monitoring"]),
        ("FFF", ["investigating"]),
    ],
)
def test_a_series_of_verdicts_tells_a_timeline(series: str, timeline: list[str]) -> None:
    assert Story().runs(series).timeline() == timeline


@pytest.mark.parametrize(
    ("reason", "timeline"),
    [
        (Reason.HTTP_STATUS, ["investigating"]),
        (Reason.CONNECT_TIMEOUT, ["investigating"]),
        (Reason.CONNECT_REFUSED, ["investigating", "identified"]),
        (Reason.DNS, ["investigating", "identified"]),
        (Reason.TLS_EXPIRED, ["investigating", "identified"]),
        (Reason.TLS_HOSTNAME, ["investigating", "identified"]),
        (Reason.TLS_UNTRUSTED, ["investigating", "identified"]),
        (Reason.AUTH, ["investigating", "identified"]),
    ],
)
def test_a_telling_reason_shared_by_all_failures_identifies_the_cause(reason: Reason, timeline: list[str]) -> None:
    assert Story().runs(".FFF", reason=reason).timeline() == timeline


def test_failures_for_different_reasons_identify_nothing() -> None:
    story = Story().runs(".FF", reason=Reason.CONNECT_REFUSED).runs("F", reason=Reason.DNS)
    assert story.timeline() == ["investigating"]


def test_an_incident_says_when_it_was_and_when_we_decided() -> None:
    incident = Story().runs(".FFF......").only_incident()
    assert incident.started_at == NOON + PACE
    assert incident.created_at == NOON + 3 * PACE + 100
    assert incident.ended_at == NOON + 4 * PACE
    assert incident.resolved_at == NOON + 5 * PACE + 100 + 2 * MINUTE
    assert incident.id == incident_id("api", NOON + PACE)


def test_an_incident_says_what_was_seen_where_and_since_when() -> None:
    story = Story().runs(".FFF", reason=Reason.HTTP_STATUS, detail="HTTP 503 instead of 2xx")
    assert story.only_incident().updates[0].message == (
        "API is down since 12:00:30 UTC. Check health (assertion): HTTP 503 instead of 2xx."
    )


@pytest.mark.parametrize(
    ("series", "title", "impact"),
    [
        ({"api/health": ".SSS", "api/deep": "...."}, "Elevated API latency", Impact.MINOR),
        ({"api/health": ".FFF", "api/deep": "...."}, "Partial outage of API", Impact.MAJOR),
        ({"api/health": ".FFF", "api/deep": ".FFF"}, "API outage", Impact.CRITICAL),
    ],
)
def test_title_and_impact_follow_the_status(series: dict[str, str], title: str, impact: Impact) -> None:
    story = Story(TWO_PROBES).runs(series)
    assert (story.only_incident().title, story.only_incident().impact) == (title, impact)


def test_an_incident_that_grows_is_retitled_and_its_impact_rises_and_never_sinks() -> None:
    story = Story().runs(".SSS")
    assert story.only_incident().impact is Impact.MINOR
    story.runs("FFF")
    assert (story.only_incident().title, story.only_incident().impact) == ("API outage", Impact.CRITICAL)
    story.runs("SS")
    assert story.status() is Status.DEGRADED
    assert (story.only_incident().title, story.only_incident().impact) == ("API outage", Impact.CRITICAL)
    assert story.timeline() == ["investigating", "investigating"]


def test_each_entry_of_a_timeline_gives_exactly_one_event_that_carries_the_incident_as_it_was_then() -> None:
    story = Story().runs(".FFF", reason=Reason.DNS).runs("......")
    assert kinds(story) == ["created", "updated", "updated", "resolved"]
    told = [event.subject for event in story.events if isinstance(event.subject, Incident)]
    assert [len(subject.updates) for subject in told] == [1, 2, 3, 4]
    assert len({event.id for event in story.events}) == len(story.events)


def test_a_certificate_that_expires_soon_has_a_title_of_its_own() -> None:
    story = Story().runs(".")
    for beat in range(1, 4):
        started = NOON + beat * PACE
        slow = result(verdict=Verdict.SLOW, reason=Reason.CERTIFICATE_EXPIRING, started=started)
        story.observe(replace(slow, certificate_expires=NOON + 6 * DAY + 3 * PACE + 500))
    assert story.only_incident().title == "API certificate expires in 6 days"


def test_the_title_of_a_certificate_counts_from_the_run_that_confirmed_it() -> None:
    story = Story(component_setup(probes=(probe_setup(failure_threshold=1),))).runs(".")
    slow = result(verdict=Verdict.SLOW, reason=Reason.CERTIFICATE_EXPIRING, started=NOON + PACE)
    story.observe(replace(slow, certificate_expires=NOON + 2 * DAY))
    assert story.only_incident().title == "API certificate expires in 1 day"


def test_an_incident_began_with_the_earliest_trouble_of_its_causes() -> None:
    story = Story(API, AUTH).runs({"api/health": "..FFF"})
    started = story.now - PACE
    for beat in range(3):
        story.observe(result("auth/health", Verdict.FAIL, started=NOON + PACE + beat, took=started - NOON))
    assert story.only_incident().started_at == NOON + PACE
    assert story.only_incident().id == incident_id("api", NOON + 2 * PACE)


def test_an_incident_ended_when_the_last_trouble_was_seen_to_end() -> None:
    story = Story(API, AUTH)
    story.runs({"auth/health": ".FFF..UUU..", "api/health": "..FFF......"})
    assert story.only_incident().ended_at == NOON + 5 * PACE


# ── what is unknown ──────────────────────────────────────────────────────────────────────────────────


def test_an_incident_is_not_over_while_a_check_that_failed_is_unknown() -> None:
    story = Story(TWO_PROBES).runs({"api/health": ".FFFUUUUUU", "api/deep": ".........."})
    assert story.status() is Status.OPERATIONAL
    assert story.timeline() == ["investigating"]


def test_a_cause_that_becomes_unknown_stays_the_cause() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFFFUF", "api/health": "..FFFFF"})
    assert story.only_incident().cause == "auth"
    assert kinds(story) == ["created", "updated"]


# ── setbacks and reopening ───────────────────────────────────────────────────────────────────────────


def test_trouble_within_five_minutes_of_the_resolve_reopens_the_incident() -> None:
    story = Story().runs(".FFF......").runs("........").runs("FFF")
    incident = story.only_incident()
    assert incident.reopened == 1
    assert incident.status is IncidentStatus.INVESTIGATING
    assert (incident.resolved_at, incident.ended_at) == (None, None)
    assert kinds(story)[-1] == "updated"
    story.runs("......")
    assert kinds(story)[-1] == "resolved"


def test_trouble_more_than_five_minutes_after_the_resolve_opens_another() -> None:
    story = Story().runs(".FFF......").runs("." * 12).runs("FFF")
    assert len(story.incidents) == 2


def test_a_streak_that_began_in_time_reopens_even_if_it_is_confirmed_later() -> None:
    resolved_at = Story().runs(".FFF......").only_incident().resolved_at
    assert resolved_at is not None
    story = Story().runs(".FFF......")
    story.now = resolved_at + 5 * MINUTE - SECOND
    story.runs("FF").runs("F")
    assert story.only_incident().reopened == 1


def test_after_three_setbacks_in_half_an_hour_an_incident_resolves_only_after_ten_minutes() -> None:
    story = Story().runs(".FFF..FFF..FFF..FFF..")
    assert len(story.only_incident().setbacks) == 3
    story.runs("." * 12)
    assert story.only_incident().status is IncidentStatus.MONITORING
    story.runs("." * 10)
    assert story.only_incident().status is IncidentStatus.RESOLVED


def test_an_incident_does_not_resolve_while_its_component_is_unknown() -> None:
    story = Story().runs(".FFF..").wait(10 * MINUTE)
    assert story.only_incident().status is IncidentStatus.MONITORING
    story.runs("......")
    assert story.only_incident().status is IncidentStatus.RESOLVED


# ── dependencies ─────────────────────────────────────────────────────────────────────────────────────


def test_components_that_do_not_depend_on_each_other_have_incidents_of_their_own() -> None:
    story = Story(API, CDN).runs({"api/health": ".FFF", "cdn/health": ".FFF"})
    assert set(incidents(story)) == {"api", "cdn"}


def test_a_dependant_joins_the_incident_of_what_it_depends_on() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF.", "api/health": "..FFF"})
    incident = story.only_incident()
    assert incident.components == ("auth", "api")
    assert incident.cause == "auth"
    assert incident.title == "Authentication outage"
    assert incident.updates[-1].message.startswith("API is affected too. ")


def test_a_dependency_that_fails_later_takes_the_cause_and_identifies_it() -> None:
    story = Story(API, AUTH).runs({"api/health": ".FFF..", "auth/health": "..FFFF"})
    incident = story.only_incident()
    assert incident.components == ("api", "auth")
    assert incident.cause == "auth"
    assert incident.title == "Authentication outage"
    assert [str(update.status) for update in incident.updates] == ["investigating", "identified"]
    assert incident.id == incident_id("api", NOON + PACE)


def test_a_dependency_that_explains_several_incidents_merges_them_into_the_oldest() -> None:
    series = {"api/health": ".FFFFF", "batch/health": "..FFFF", "auth/health": "...FFF"}
    story = Story(API, BATCH, AUTH).runs(series)
    by = incidents(story)
    assert by["api"].components == ("api", "batch", "auth")
    assert by["api"].cause == "auth"
    assert by["batch"].merged_into == by["api"].id
    assert by["batch"].status is IncidentStatus.RESOLVED
    assert by["batch"].updates[-1].message.startswith("Merged into ")
    assert by["batch"].reopen_until is None


def test_a_dependency_explains_through_another() -> None:
    batch = component_setup("batch", depends_on=("api",))
    story = Story(batch, API, AUTH).runs({"batch/health": ".FFFF", "api/health": "......", "auth/health": "..FFF"})
    assert story.only_incident().cause == "auth"


def test_when_the_dependency_recovers_first_the_cause_moves_to_what_is_still_troubled() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF..", "api/health": "..FFFF"})
    incident = story.only_incident()
    assert incident.cause == "api"
    assert incident.title == "API outage"
    assert incident.updates[-1].message.startswith("Authentication works again. API is down")


def test_trouble_that_is_left_when_a_cause_recovers_joins_what_troubles_its_other_dependency() -> None:
    batch = component_setup("batch", depends_on=("api", "cdn"))
    story = Story(batch, component_setup("api"), CDN)
    series = {"api/health": ".FFFFFFF...", "batch/health": ".FFFFFFFFFF", "cdn/health": "..FFFFFFFFF"}
    story.runs(series)
    (still_open,) = story.board.open_incidents()
    assert still_open.cause == "cdn"
    assert set(still_open.components) == {"api", "batch", "cdn"}


def test_a_cause_that_moves_on_is_investigated_anew() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF", "api/health": "..FF"}, reason=Reason.DNS)
    assert story.only_incident().status is IncidentStatus.IDENTIFIED
    story.runs({"auth/health": "..", "api/health": "FF"}, reason=Reason.HTTP_STATUS)
    assert story.only_incident().status is IncidentStatus.INVESTIGATING


def test_an_incident_is_monitored_only_when_all_its_components_pass() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF....", "api/health": "..FFFF.."})
    assert story.only_incident().status is IncidentStatus.MONITORING
    assert story.only_incident().ended_at == NOON + 6 * PACE


def test_a_dependant_that_fails_after_the_dependency_recovered_has_an_incident_of_its_own() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF......", "api/health": "......FFF."})
    assert set(incidents(story)) == {"auth", "api"}


def test_a_component_is_shown_as_it_is_also_when_a_dependency_explains_it() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF.", "api/health": "..FFF"})
    assert story.status("api") is Status.MAJOR_OUTAGE


def test_the_last_component_that_is_removed_ends_the_incident() -> None:
    story = Story(API, AUTH, CDN).runs({"auth/health": ".FFF.", "api/health": "..FFF"})
    story.configure(setup(component_setup("api"), CDN))
    assert story.only_incident().components == ("api",)
    assert story.only_incident().open
    story.configure(setup(CDN))
    assert story.only_incident().status is IncidentStatus.RESOLVED
    assert story.only_incident().reopen_until is None


def test_opening_joining_a_moved_cause_relief_and_the_end_are_told_once_each() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF.......", "api/health": "..FFF......"})
    assert kinds(story) == ["created", "updated", "updated", "updated", "resolved"]
    assert [event.kind for event in story.events].count(EventKind.COMPONENT_STATUS_CHANGED) == 4


def test_a_reopened_incident_leaves_out_components_that_are_watched_no_more() -> None:
    story = Story(API, AUTH).runs({"auth/health": ".FFF.......", "api/health": "..FFF......"})
    story.configure(setup(component_setup("api")))
    story.runs("FFF")
    incident = story.only_incident()
    assert incident.reopened == 1
    assert incident.components == ("api",)
    assert incident.title == "API outage"
