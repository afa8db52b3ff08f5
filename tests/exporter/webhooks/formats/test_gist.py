"""The gist says what, how bad, since when, why and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.webhooks.formats.gist import MARKS, Tone, gist
from monitor.core.model import MINUTE, IncidentStatus, Status
from tests.builders import NOON
from tests.exporter.webhooks.formats.notices import (
    CAUSE,
    CHANGE,
    CREATED,
    IDENTIFIED,
    OCCASIONS,
    REOPENED,
    entered,
    of_change,
    of_incident,
)


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
        ("maintenance_started", {"Affects": "API and Batch Processing"}),
        ("status_changed", {}),
    ],
)
def test_the_other_facts_follow(occasion: str, facts: dict[str, str]) -> None:
    assert dict(gist(OCCASIONS[occasion]).facts[2:]) == facts


def test_the_message_is_the_latest_update() -> None:
    assert gist(OCCASIONS["identified"]).message == CAUSE


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


def test_a_cause_found_again_is_the_one_that_is_known() -> None:
    found = entered(IDENTIFIED, IncidentStatus.INVESTIGATING, "Back again.", NOON + MINUTE)
    found = entered(found, IncidentStatus.IDENTIFIED, "It is the disk.", NOON + 2 * MINUTE)
    found = entered(found, IncidentStatus.IDENTIFIED, "A new one is on its way.", NOON + 3 * MINUTE)
    assert ("Known", "It is the disk.") in gist(of_incident(found)).facts


def test_a_component_that_is_watched_no_more_goes_by_its_id() -> None:
    gone = of_change(replace(CHANGE, component="old", status=Status.OPERATIONAL))
    assert gist(gone).headline == "old is operational"


def test_an_incident_of_no_component_affects_none() -> None:
    facts = gist(of_incident(replace(CREATED, components=()))).facts
    assert "Affects" not in dict(facts)
