"""The gist says what, how bad, since when, why and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.webhooks.formats.gist import MARKS, WINDOW_STATES, Tone, gist
from monitor.core.model import MINUTE, IncidentStatus, Status, Update
from tests.builders import NOON
from tests.exporter.webhooks.formats.notices import (
    AUTH_DOWN,
    CAUSE,
    CHANGE,
    CREATED,
    MERGED_INTO,
    OCCASIONS,
    REOPENED,
    WINDOW,
    entered,
    of_change,
    of_incident,
    of_window,
)
from tests.exporter.webhooks.formats.people import BY_BOB, LEARNED


@pytest.mark.parametrize(
    ("occasion", "glance"),
    [
        ("created", "🚨 Investigating: Authentication outage · Impact: Critical · Since: 11:59:20 UTC"),
        ("identified", "🚨 Identified: Authentication outage · Impact: Critical · Since: 11:59:20 UTC"),
        ("updated", "🚨 Identified: Authentication outage · Impact: Critical · Since: 11:59:20 UTC"),
        ("monitoring", "⚠️ Monitoring: Authentication outage · Impact: Critical · Since: 11:59:20 UTC"),
        ("resolved", "✅ Resolved: Authentication outage · Impact: Critical · Since: 11:59:20 UTC"),
        ("reopened", "🚨 Reopened: Authentication outage · Impact: Critical · Since: 11:59:20 UTC"),
        ("minor", "⚠️ Investigating: Elevated API latency · Impact: Minor · Since: 11:55:10 UTC"),
        ("escalated", "🚨 Investigating: API outage · Impact: Critical · Since: 11:55:10 UTC"),
        ("merged", "⚠️ Merged: API outage · Impact: Critical · Since: 11:55:10 UTC"),
        ("test", "⚠️ Investigating: Test of the alert night: nothing is wrong · Impact: Minor · Since: 12:00:00 UTC"),
        (
            "maintenance_scheduled",
            (
                "🔧 Maintenance scheduled: Database upgrade · From: 2026-12-01 12:00:00 UTC"
                " · Until: 2026-12-01 13:00:00 UTC"
            ),
        ),
        (
            "maintenance_started",
            "🔧 Maintenance started: Database upgrade · From: 12:00:00 UTC · Until: 13:00:00 UTC",
        ),
        (
            "maintenance_completed",
            "✅ Maintenance completed: Database upgrade · From: 12:00:00 UTC · Until: 13:00:00 UTC",
        ),
        ("opened_by_hand", "🚨 Investigating: Some people cannot sign in · Impact: Major · Since: 12:01:00 UTC"),
        ("taken_over", "🚨 Identified: Batch Processing outage · Impact: Critical · Since: 12:01:00 UTC"),
        ("changed_by_hand", "⚠️ Identified: Jobs wait · Impact: Minor · Since: 12:01:00 UTC"),
        ("relieved_by_hand", "⚠️ Monitoring: Jobs wait · Impact: Major · Since: 12:01:00 UTC"),
        ("resolved_by_hand", "✅ Resolved: Jobs wait · Impact: Major · Since: 12:01:00 UTC"),
        ("postmortem", "📝 Post-mortem: Jobs wait · Impact: Major · Since: 2026-12-01 12:01:00 UTC"),
        (
            "maintenance_changed",
            (
                "🔧 Maintenance changed: Database upgrade · From: 2026-12-03 12:01:00 UTC"
                " · Until: 2026-12-03 13:01:00 UTC"
            ),
        ),
        (
            "maintenance_cancelled",
            (
                "🔧 Maintenance cancelled: Database upgrade · From: 2026-12-03 12:01:00 UTC"
                " · Until: 2026-12-03 13:01:00 UTC"
            ),
        ),
        (
            "status_changed",
            "🚨 Status changed: API has a major outage · Since: 11:59:20 UTC · Before: Operational",
        ),
    ],
)
def test_a_glance_says_what_and_how_bad_and_since_when(occasion: str, glance: str) -> None:
    assert gist(OCCASIONS[occasion]).glance == glance


def test_tones_are_told_apart_without_their_colours() -> None:
    assert set(MARKS) == set(Tone)
    assert len(set(MARKS.values())) == len(Tone)


@pytest.mark.parametrize(
    ("occasion", "facts"),
    [
        ("created", {"Affects": "Authentication"}),
        ("identified", {"Affects": "Authentication"}),
        (
            "updated",
            {"Affects": "Authentication and API", "Caused by": "Authentication", "Known": CAUSE},
        ),
        (
            "resolved",
            {
                "Lasted": "6 min 10 s",
                "Affects": "Authentication and API",
                "Caused by": "Authentication",
                "Known": CAUSE,
            },
        ),
        ("reopened", {"Affects": "Authentication and API", "Caused by": "Authentication", "Reopened": "once"}),
        ("merged", {"Affects": "API"}),
        ("test", {"Affects": "API"}),
        ("maintenance_started", {"Affects": "API and Batch Processing"}),
        ("status_changed", {}),
    ],
)
def test_the_other_facts_follow(occasion: str, facts: dict[str, str]) -> None:
    assert dict(gist(OCCASIONS[occasion]).facts[2:]) == facts


def test_the_message_is_the_latest_update() -> None:
    assert gist(OCCASIONS["identified"]).message == CAUSE


@pytest.mark.parametrize(
    ("occasion", "by", "message"),
    [
        ("created", "", AUTH_DOWN),
        ("opened_by_hand", "ada", "Whoever signs in with a passkey is turned away."),
        ("updated_by_hand", "bob", "It began with yesterday's release."),
        ("taken_over", "ada", "Somebody looks after it."),
        ("changed_by_hand", "ada", "This is now called “Jobs wait”. Its impact is now minor."),
        ("resolved_by_hand", "ada", "All jobs have run."),
        ("postmortem", "ada", LEARNED),
    ],
)
def test_what_is_said_is_whose_it_is(occasion: str, by: str, message: str) -> None:
    said = gist(OCCASIONS[occasion])
    assert (said.by, said.message) == (by, message)


def test_what_a_person_found_out_is_known_from_them() -> None:
    assert dict(gist(OCCASIONS["seen_beside_them"]).facts)["Known"] == f"{BY_BOB} — bob"


def test_what_is_merged_is_a_postmortem_too_once_somebody_wrote_one() -> None:
    told = OCCASIONS["postmortem"].event
    merged = replace(told, subject=replace(told.subject, merged_into="inc_other"))  # type: ignore[arg-type]
    assert gist(replace(OCCASIONS["postmortem"], event=merged)).state == "Post-mortem"


def test_maintenance_that_stops_its_components_says_so_until_it_is_over() -> None:
    stopping = replace(WINDOW, stops=True)
    said = {kind: gist(of_window(stopping, kind, NOON)).message for kind in WINDOW_STATES}
    meanwhile = "API and Batch Processing cannot be used meanwhile."
    assert list(said.values()) == [meanwhile, meanwhile, ""]


def test_maintenance_that_was_changed_begins_and_ends_as_any() -> None:
    changed = replace(WINDOW, changed=2)
    states = [gist(of_window(changed, kind, NOON)).state for kind in WINDOW_STATES]
    assert states == ["Maintenance changed", "Maintenance started", "Maintenance completed"]


def test_what_is_merged_is_not_called_well_and_says_where_it_goes_on() -> None:
    said = gist(OCCASIONS["merged"])
    assert (said.tone, said.message) == (Tone.TROUBLE, MERGED_INTO)


def test_the_link_of_an_incident_leads_to_it_and_any_other_to_the_page() -> None:
    assert gist(OCCASIONS["created"]).link == "https://status.example/#inc_0123456789abcdef"
    assert gist(OCCASIONS["status_changed"]).link == "https://status.example/"


def test_the_source_says_when_it_happened_not_when_it_is_said() -> None:
    late = replace(OCCASIONS["created"], at=NOON + 90 * MINUTE)
    assert gist(late).source == "JustKalm · 12:00:00 UTC"


def test_a_further_reopening_is_counted() -> None:
    again = replace(REOPENED, reopened=3)
    assert ("Reopened", "3 times") in gist(of_incident(again)).facts


def test_an_incident_is_no_longer_just_reopened_at_its_next_update() -> None:
    later = entered(REOPENED, IncidentStatus.INVESTIGATING, "Still down.", NOON + 15 * MINUTE)
    assert gist(of_incident(later)).state == "Investigating"


FOUND = (IncidentStatus.IDENTIFIED, "It is the disk.")
LATER = (IncidentStatus.IDENTIFIED, "A new one is on its way.")
BACK = (IncidentStatus.INVESTIGATING, "Back again.")
WELL = (IncidentStatus.MONITORING, "All is well.")
OVER = (IncidentStatus.RESOLVED, "Over.")
ELSEWHERE = (IncidentStatus.IDENTIFIED, "It is the cable.")
WORD = (IncidentStatus.IDENTIFIED, "We are on it.")


@pytest.mark.parametrize(
    ("updates", "known"),
    [
        ([BACK, FOUND], None),  # it is the message itself
        ([BACK, FOUND, LATER], "It is the disk."),
        ([BACK, FOUND, WELL], "It is the disk."),
        ([BACK, FOUND, WELL, OVER], "It is the disk."),
        ([BACK, FOUND, BACK], None),
        ([BACK, FOUND, WELL, BACK], None),
        ([BACK, FOUND, BACK, WELL, OVER], None),
        ([BACK, FOUND, WELL, OVER, BACK], None),
        ([BACK, FOUND, BACK, ELSEWHERE, WORD], "It is the cable."),
        ([BACK, FOUND, WELL, OVER, BACK, ELSEWHERE, WELL], "It is the cable."),
    ],
)
def test_what_is_known_is_the_finding_until_the_cause_is_looked_for_again(
    updates: list[tuple[IncidentStatus, str]], known: str | None
) -> None:
    timeline = tuple(Update(status, message, NOON) for status, message in updates)
    facts = dict(gist(of_incident(replace(CREATED, status=updates[-1][0], updates=timeline))).facts)
    assert facts.get("Known") == known


def test_a_component_that_is_watched_no_more_goes_by_its_id() -> None:
    gone = of_change(replace(CHANGE, component="old", status=Status.OPERATIONAL))
    assert gist(gone).headline == "old is operational"


def test_an_incident_of_no_component_affects_none() -> None:
    facts = gist(of_incident(replace(CREATED, components=()))).facts
    assert "Affects" not in dict(facts)
