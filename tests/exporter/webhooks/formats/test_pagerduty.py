"""PagerDuty is told in its documented fields, pages once for each opening, and never for what is over."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from exporter.webhooks.formats import pagerduty
from exporter.webhooks.formats.message import Notice
from monitor.core.model import Impact, IncidentStatus
from tests.builders import NOON
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import (
    CREATED,
    EVERY,
    OCCASIONS,
    REOPENED,
    entered,
    of_incident,
)
from tests.exporter.webhooks.formats.people import HELD, TAKEN_OVER, THEIRS


def text(most: int) -> dict[str, object]:
    return {"type": "string", "minLength": 1, "maxLength": most}


def fields(*required: str, **known: object) -> dict[str, object]:
    return {"type": "object", "properties": known, "required": list(required), "additionalProperties": False}


ANY = {"type": "string"}
LINKS = {"type": "array", "items": fields("href", href={"type": "string", "pattern": "^https?://"}, text=ANY)}
TIMES = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
ABOUT = {"summary": text(1_024), "source": text(255), "timestamp": TIMES, "custom_details": {"type": "object"}}

# As https://developer.pagerduty.com/docs/send-alert-event and …/send-change-event describe them.
SCHEMAS = {
    "trigger": fields(
        "routing_key",
        "event_action",
        "payload",
        routing_key=text(32),
        event_action={"const": "trigger"},
        dedup_key=text(255),
        payload=fields(
            "summary",
            "source",
            "severity",
            **ABOUT,
            severity={"enum": ["critical", "error", "warning", "info"]},
            component=ANY,
            group=ANY,
            **{"class": ANY},
        ),
        links=LINKS,
        client=ANY,
        client_url={"type": "string", "pattern": "^https?://"},
    ),
    "acknowledge": fields(
        "routing_key",
        "event_action",
        "dedup_key",
        routing_key=text(32),
        event_action={"const": "acknowledge"},
        dedup_key=text(255),
    ),
    "resolve": fields(
        "routing_key",
        "event_action",
        "dedup_key",
        routing_key=text(32),
        event_action={"const": "resolve"},
        dedup_key=text(255),
    ),
    "change": fields(
        "routing_key",
        "payload",
        routing_key=text(32),
        payload=fields("summary", **(ABOUT | {"source": ANY})),
        links=LINKS,
    ),
}


def said(notice: Notice) -> Any:
    """The event; None where there is none."""
    sent = message("pagerduty", notice)
    return sent and json.loads(sent.body)


@pytest.mark.parametrize("name", EVERY)
def test_an_event_has_the_documented_fields_and_lengths(name: str) -> None:
    event = said(EVERY[name])
    if event is not None:
        Draft202012Validator(SCHEMAS[event.get("event_action", "change")]).validate(event)
        assert len(json.dumps(event)) < 512 * 1_024


@pytest.mark.parametrize(
    ("occasion", "action", "key"),
    [
        ("created", "trigger", "inc_0123456789abcdef/0"),
        ("identified", "trigger", "inc_0123456789abcdef/0"),
        ("updated", "trigger", "inc_0123456789abcdef/0"),
        ("resolved", "resolve", "inc_0123456789abcdef/0"),
        ("reopened", "trigger", "inc_0123456789abcdef/1"),
        ("minor", "trigger", "inc_fedcba9876543210/0"),
        ("escalated", "trigger", "inc_fedcba9876543210/0"),
        ("merged", "resolve", "inc_fedcba9876543210/0"),
        ("opened_by_hand", "trigger", f"{THEIRS}/0"),
        ("updated_by_hand", "acknowledge", f"{THEIRS}/0"),
        ("seen_beside_them", "acknowledge", f"{THEIRS}/0"),
        ("joined_what_is_held", "trigger", f"{HELD}/0"),
        ("taken_over", "acknowledge", f"{TAKEN_OVER}/0"),
        ("changed_by_hand", "acknowledge", f"{TAKEN_OVER}/0"),
        ("raised_by_hand", "trigger", f"{TAKEN_OVER}/0"),
        ("relieved_by_hand", "acknowledge", f"{TAKEN_OVER}/0"),
        ("resolved_by_hand", "resolve", f"{TAKEN_OVER}/0"),
    ],
)
def test_an_incident_has_one_key_from_each_opening_to_its_end(occasion: str, action: str, key: str) -> None:
    event = said(OCCASIONS[occasion])
    assert (event["event_action"], event["dedup_key"]) == (action, key)


def test_the_end_of_a_reopened_incident_resolves_the_key_of_its_reopening() -> None:
    ended = entered(REOPENED, IncidentStatus.RESOLVED, "Over.", NOON, resolved_at=NOON)
    assert said(of_incident(ended))["dedup_key"] == said(OCCASIONS["reopened"])["dedup_key"]


def test_when_all_checks_pass_nobody_is_paged_who_resolved_it_by_hand_already() -> None:
    assert said(OCCASIONS["monitoring"]) is None


def test_a_word_on_what_is_over_pages_nobody() -> None:
    assert said(OCCASIONS["postmortem"]) is None


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        (Impact.CRITICAL, "critical"),
        (Impact.MAJOR, "error"),
        (Impact.MINOR, "warning"),
        (Impact.NONE, "info"),
    ],
)
def test_the_severity_is_that_of_the_impact(impact: Impact, severity: str) -> None:
    assert said(of_incident(replace(CREATED, impact=impact)))["payload"]["severity"] == severity


@pytest.mark.parametrize(
    "occasion",
    [
        "maintenance_scheduled",
        "maintenance_started",
        "maintenance_completed",
        "maintenance_changed",
        "maintenance_cancelled",
        "status_changed",
    ],
)
def test_what_is_no_incident_is_a_change_that_pages_nobody(occasion: str) -> None:
    sent = message("pagerduty", OCCASIONS[occasion])
    assert sent is not None
    assert sent.url == "https://events.pagerduty.com/v2/change/enqueue"
    assert "event_action" not in json.loads(sent.body)


def test_a_summary_says_what_is_broken_how_bad_and_since_when_however_long_the_title() -> None:
    assert said(OCCASIONS["created"])["payload"]["summary"] == (
        "Authentication outage · Impact: Critical · Since: 11:59:20 UTC"
    )
    endless = said(of_incident(replace(CREATED, title="x" * 10_000)))["payload"]["summary"]
    assert endless.endswith("x… · Impact: Critical · Since: 11:59:20 UTC")


def test_events_may_go_to_another_region() -> None:
    settings = pagerduty.Settings("key", "https://events.eu.pagerduty.com")
    sent = pagerduty.message(settings, OCCASIONS["created"])
    assert sent is not None
    assert sent.url == "https://events.eu.pagerduty.com/v2/enqueue"


@pytest.mark.parametrize("name", EVERY)
def test_no_text_mentions_anybody_or_holds_a_tag_wherever_pagerduty_passes_it_on(name: str) -> None:
    assert not re.search(r"[<>@]|\]\(", json.dumps(said(EVERY[name]), ensure_ascii=False))
