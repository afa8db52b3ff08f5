"""A webhook in the shape of Atlassian Statuspage has its documented fields, and no term but its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from exporter.sources import Page
from exporter.statuspage.documents import status_document
from exporter.statuspage.incidents import incident_document
from exporter.webhooks.formats.message import Notice
from monitor.core.board import Board
from monitor.core.model import (
    MINUTE,
    ComponentState,
    EventKind,
    IncidentStatus,
    Setup,
    Status,
    StatusChange,
    Update,
)
from tests.builders import NOON, component_setup
from tests.exporter.statuspage.presents import present
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import (
    CREATED,
    EVERY,
    OCCASIONS,
    RESOLVED,
    WINDOW,
    being,
    of_change,
    of_incident,
    of_window,
)

ENTRY = ("id", "status", "body", "incident_id", "created_at", "updated_at", "display_at")


def fields(**known: object) -> dict[str, object]:
    return {"type": "object", "properties": known, "required": list(known)}


TEXT = {"type": "string"}
NOTHING = {"type": "null"}
AT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
AT_OR_NULL = {"anyOf": [AT, NOTHING]}
INCIDENT_STATUS = {
    "enum": [
        "investigating",
        "identified",
        "monitoring",
        "resolved",
        "postmortem",
        "scheduled",
        "in_progress",
        "verifying",
        "completed",
    ]
}
COMPONENT_STATUS = {
    "enum": ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]
}
META = fields(unsubscribe=TEXT, documentation=TEXT)
PAGE = fields(
    id=TEXT,
    status_indicator={"enum": ["none", "minor", "major", "critical", "maintenance"]},
    status_description=TEXT,
)

# As https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/ shows them.
INCIDENT = fields(
    meta=META,
    page=PAGE,
    incident=fields(
        backfilled={"const": False},
        created_at=AT,
        impact={"enum": ["none", "minor", "major", "critical", "maintenance"]},
        impact_override=NOTHING,
        monitoring_at=AT_OR_NULL,
        postmortem_body={"type": ["string", "null"]},
        postmortem_body_last_updated_at=AT_OR_NULL,
        postmortem_ignored={"const": False},
        postmortem_notified_subscribers={"const": False},
        postmortem_notified_twitter={"const": False},
        postmortem_published_at=AT_OR_NULL,
        resolved_at=AT_OR_NULL,
        scheduled_auto_transition={"const": False},
        scheduled_for=AT_OR_NULL,
        scheduled_remind_prior={"const": False},
        scheduled_reminded_at=NOTHING,
        scheduled_until=AT_OR_NULL,
        shortlink={"type": "string", "pattern": "^https?://"},
        status=INCIDENT_STATUS,
        updated_at=AT,
        id=TEXT,
        incident_updates={
            "type": "array",
            "minItems": 1,
            "items": fields(
                body=TEXT,
                created_at=AT,
                display_at=AT,
                status=INCIDENT_STATUS,
                twitter_updated_at=NOTHING,
                updated_at=AT,
                wants_twitter_update={"const": False},
                id=TEXT,
                incident_id=TEXT,
            ),
        },
        name=TEXT,
    ),
)
COMPONENT = fields(
    meta=META,
    page=PAGE,
    component_update=fields(
        created_at=AT, new_status=COMPONENT_STATUS, old_status=COMPONENT_STATUS, id=TEXT, component_id=TEXT
    ),
    component=fields(created_at=AT, id=TEXT, name=TEXT, status=COMPONENT_STATUS),
)


def said(notice: Notice) -> Any:
    sent = message("statuspage", notice)
    assert sent is not None
    return json.loads(sent.body)


@pytest.mark.parametrize("name", EVERY)
def test_a_body_has_the_documented_fields(name: str) -> None:
    body = said(EVERY[name])
    Draft202012Validator(INCIDENT if "incident" in body else COMPONENT).validate(body)


@pytest.mark.parametrize("status", Status)
def test_the_page_is_described_in_terms_of_statuspage(status: Status) -> None:
    page = said(replace(OCCASIONS["created"], states=being({"api": status})))["page"]
    Draft202012Validator(PAGE).validate(page)
    assert "unknown" not in json.dumps(page).lower()


@pytest.mark.parametrize(
    "states",
    [
        being({"api": Status.PARTIAL_OUTAGE}),
        being({"api": Status.MAJOR_OUTAGE}),
        being(dict.fromkeys(("auth", "api", "batch"), Status.MAJOR_OUTAGE)),
        {"api": ComponentState(status=Status.UNKNOWN, told=Status.DEGRADED)},
        {},
    ],
)
def test_the_page_is_described_as_the_compatible_api_describes_it(states: Mapping[str, ComponentState]) -> None:
    watched = tuple(component_setup(component) for component in states)
    overall = status_document(present(Board(setup=Setup(components=watched), components=states)))
    page = said(replace(OCCASIONS["created"], states=states))["page"]
    assert (page["status_indicator"], page["status_description"]) == (overall["indicator"], overall["description"])


def test_an_incident_has_the_times_and_entries_that_the_compatible_api_tells() -> None:
    at_the_api = incident_document(RESOLVED, Page("JustKalm", "https://status.example"), {})
    posted = said(of_incident(RESOLVED))["incident"]
    for field in ("id", "name", "status", "impact", "created_at", "monitoring_at", "resolved_at"):
        assert posted[field] == at_the_api[field]
    for here, there in zip(posted["incident_updates"], at_the_api["incident_updates"], strict=True):  # type: ignore[call-overload]
        assert {field: here[field] for field in ENTRY} == {field: there[field] for field in ENTRY}


def test_the_newest_update_comes_first_and_says_what_happened() -> None:
    incident = said(OCCASIONS["resolved"])["incident"]
    statuses = [update["status"] for update in incident["incident_updates"]]
    assert statuses == ["resolved", "monitoring", "identified", "identified", "investigating"]
    assert len({update["id"] for update in incident["incident_updates"]}) == 5
    assert (incident["monitoring_at"], incident["resolved_at"]) == (
        "2026-12-01T12:05:00.000Z",
        "2026-12-01T12:08:00.000Z",
    )


def test_of_a_long_incident_only_the_newest_updates_are_said_each_by_its_own_id() -> None:
    updates = tuple(Update(IncidentStatus.INVESTIGATING, f"word {number}", NOON) for number in range(50))
    shown = said(of_incident(replace(CREATED, updates=updates)))["incident"]["incident_updates"]
    assert [update["body"] for update in shown] == [f"word {number}" for number in range(49, 29, -1)]
    assert shown[0]["id"] == "inc_0123456789abcdef-49"


@pytest.mark.parametrize(
    ("occasion", "status"),
    [
        ("created", "major_outage"),
        ("monitoring", "operational"),
        ("resolved", "operational"),
        ("reopened", "major_outage"),
    ],
)
def test_a_component_is_shown_at_its_worst_until_all_is_well(occasion: str, status: str) -> None:
    assert said(OCCASIONS[occasion])["incident"]["components"][0]["status"] == status


def test_what_was_merged_into_another_incident_is_not_called_well() -> None:
    merged = replace(RESOLVED, merged_into="inc_other")
    assert said(of_incident(merged))["incident"]["components"][0]["status"] == "major_outage"


@pytest.mark.parametrize(
    ("occasion", "status"),
    [
        ("maintenance_scheduled", "scheduled"),
        ("maintenance_started", "in_progress"),
        ("maintenance_completed", "completed"),
        ("maintenance_changed", "scheduled"),
        ("maintenance_cancelled", "completed"),
    ],
)
def test_maintenance_is_an_incident_of_its_own_impact_and_stages(occasion: str, status: str) -> None:
    incident = said(OCCASIONS[occasion])["incident"]
    assert (incident["impact"], incident["status"]) == ("maintenance", status)
    assert incident["incident_updates"][0]["status"] == status


def test_maintenance_says_from_when_to_when() -> None:
    incident = said(OCCASIONS["maintenance_scheduled"])["incident"]
    assert (incident["scheduled_for"], incident["scheduled_until"]) == (
        "2026-12-01T12:00:00.000Z",
        "2026-12-01T13:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("occasion", "text"),
    [
        ("maintenance_planned", "The maintenance is scheduled."),
        ("maintenance_changed", "The maintenance has changed."),
        ("maintenance_cancelled", "The maintenance is cancelled."),
        ("maintenance_completed", "The maintenance is completed."),
        (
            "maintenance_stops",
            "The maintenance is scheduled. API and Batch Processing cannot be used meanwhile.",
        ),
    ],
)
def test_maintenance_says_in_words_what_statuspage_has_no_status_for(occasion: str, text: str) -> None:
    assert said(OCCASIONS[occasion])["incident"]["incident_updates"][0]["body"] == text


def test_maintenance_that_is_changed_while_it_runs_is_in_progress() -> None:
    changed = of_window(replace(WINDOW, changed=1), EventKind.MAINTENANCE_SCHEDULED, NOON + MINUTE)
    assert said(changed)["incident"]["status"] == "in_progress"


def test_each_word_on_a_window_has_an_id_of_its_own() -> None:
    told = [
        (0, EventKind.MAINTENANCE_SCHEDULED),
        (1, EventKind.MAINTENANCE_SCHEDULED),
        (1, EventKind.MAINTENANCE_STARTED),
        (2, EventKind.MAINTENANCE_SCHEDULED),
        (2, EventKind.MAINTENANCE_COMPLETED),
    ]
    windows = [said(of_window(replace(WINDOW, changed=changed), kind, NOON)) for changed, kind in told]
    assert len({window["incident"]["incident_updates"][0]["id"] for window in windows}) == len(told)


def test_what_was_learned_of_what_is_over_is_a_postmortem_and_no_other_resolution() -> None:
    incident = said(OCCASIONS["postmortem"])["incident"]
    assert incident["status"] == "postmortem"
    assert [update["status"] for update in incident["incident_updates"][:2]] == ["postmortem", "resolved"]
    assert incident["postmortem_body"].startswith("# What happened\n")
    assert incident["resolved_at"] < incident["postmortem_published_at"]


def test_a_person_signs_what_they_wrote() -> None:
    bodies = [update["body"] for update in said(OCCASIONS["taken_over"])["incident"]["incident_updates"]]
    assert bodies[0] == "Somebody looks after it.\n— ada"
    assert "—" not in bodies[1]


def test_a_component_that_was_never_known_begins_as_operational() -> None:
    changed = said(of_change(StatusChange("api", Status.DEGRADED, None, NOON)))["component_update"]
    assert (changed["old_status"], changed["new_status"]) == ("operational", "degraded_performance")
