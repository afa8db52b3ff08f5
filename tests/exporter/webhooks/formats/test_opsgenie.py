"""Opsgenie is called as it documents, creates once for each opening, and never creates for what is over."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from exporter.webhooks.formats import opsgenie
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.post import Poster
from monitor.core.model import Impact, Status, StatusChange
from tests.builders import NOON
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import (
    CREATED,
    EVERY,
    MERGED_INTO,
    OCCASIONS,
    of_change,
    of_incident,
    of_postmortem,
)
from tests.exporter.webhooks.formats.people import TAKEN_OVER, THEIRS
from tests.monitor.probers.servers import answer, http_server

ALIAS = "inc_0123456789abcdef%2F0"
REOPENED_ALIAS = "inc_0123456789abcdef/1"


def text(most: int, least: int = 0) -> dict[str, object]:
    return {"type": "string", "minLength": least, "maxLength": most}


# As https://docs.opsgenie.com/docs/alert-api describes the bodies.
FOLLOWING = {
    "type": "object",
    "properties": {"user": text(100), "source": text(100), "note": text(25_000)},
    "required": ["note"],
    "additionalProperties": False,
}
CREATING = {
    "type": "object",
    "properties": {
        "message": text(130, least=1),
        "alias": text(512, least=1),
        "description": text(15_000),
        "tags": {"type": "array", "maxItems": 20, "items": text(50, least=1)},
        "details": {"type": "object", "additionalProperties": {"type": "string"}},
        "entity": text(512),
        "source": text(100),
        "priority": {"enum": ["P1", "P2", "P3", "P4", "P5"]},
        "user": text(100),
        "note": text(25_000),
    },
    "required": ["message", "alias"],
    "additionalProperties": False,
}
DETAILS = 8_000  # characters of all names and values together


def sent(notice: Notice) -> Message:
    said = message("opsgenie", notice)
    assert said is not None
    return said


def said(notice: Notice) -> Any:
    return json.loads(sent(notice).body)


@pytest.mark.parametrize("name", EVERY)
def test_a_call_has_the_documented_fields_and_lengths(name: str) -> None:
    call, body = sent(EVERY[name]), said(EVERY[name])
    assert call.method == "POST"
    Draft202012Validator(CREATING if call.url.endswith("/alerts") else FOLLOWING).validate(body)
    assert sum(len(key) + len(value) for key, value in body.get("details", {}).items()) <= DETAILS


@pytest.mark.parametrize(
    ("occasion", "path"),
    [
        ("created", "/v2/alerts"),
        ("identified", "/v2/alerts"),
        ("updated", "/v2/alerts"),
        ("monitoring", f"/v2/alerts/{ALIAS}/notes?identifierType=alias"),
        ("resolved", f"/v2/alerts/{ALIAS}/close?identifierType=alias"),
        ("reopened", "/v2/alerts"),
        ("merged", "/v2/alerts/inc_fedcba9876543210%2F0/close?identifierType=alias"),
        ("maintenance_scheduled", "/v2/alerts"),
        ("maintenance_started", "/v2/alerts"),
        ("maintenance_completed", "/v2/alerts/mnt_0123456789abcdef/close?identifierType=alias"),
        ("status_changed", "/v2/alerts"),
        ("opened_by_hand", "/v2/alerts"),
        ("updated_by_hand", f"/v2/alerts/{THEIRS}%2F0/acknowledge?identifierType=alias"),
        ("seen_beside_them", f"/v2/alerts/{THEIRS}%2F0/acknowledge?identifierType=alias"),
        ("joined_what_is_held", "/v2/alerts"),
        ("taken_over", f"/v2/alerts/{TAKEN_OVER}%2F0/acknowledge?identifierType=alias"),
        ("changed_by_hand", f"/v2/alerts/{TAKEN_OVER}%2F0/acknowledge?identifierType=alias"),
        ("raised_by_hand", "/v2/alerts"),
        ("relieved_by_hand", f"/v2/alerts/{TAKEN_OVER}%2F0/acknowledge?identifierType=alias"),
        ("resolved_by_hand", f"/v2/alerts/{TAKEN_OVER}%2F0/close?identifierType=alias"),
        ("postmortem", f"/v2/alerts/{TAKEN_OVER}%2F0/notes?identifierType=alias"),
        ("maintenance_changed", "/v2/alerts"),
        ("maintenance_cancelled", "/v2/alerts/mnt_89abcdef01234567/close?identifierType=alias"),
    ],
)
def test_each_occasion_is_one_call(occasion: str, path: str) -> None:
    call = sent(OCCASIONS[occasion])
    assert call.url == f"https://api.opsgenie.com{path}"
    assert call.headers["Authorization"] == "GenieKey secret01-2345-6789-secret0123456"


async def test_the_alias_arrives_as_one_part_of_the_path() -> None:
    poster = Poster(None, "1.2.3")
    with http_server(answer(202)) as server:
        settings = opsgenie.Settings("key", server.url.rstrip("/"))
        await poster.post(opsgenie.message(settings, OCCASIONS["resolved"]))
        await poster.close()
    line = server.requests[0].partition(b"\r\n")[0].decode()
    assert line == f"POST /v2/alerts/{ALIAS}/close?identifierType=alias HTTP/1.1"


def test_events_of_one_opening_have_one_alias_and_a_reopening_has_another() -> None:
    aliases = [said(OCCASIONS[occasion])["alias"] for occasion in ("created", "identified", "updated", "reopened")]
    assert aliases == ["inc_0123456789abcdef/0"] * 3 + [REOPENED_ALIAS]


def test_the_note_that_closes_a_merged_alert_says_where_it_goes_on() -> None:
    assert said(OCCASIONS["merged"])["note"] == f"Merged: API outage\n{MERGED_INTO}"


def test_trouble_that_grew_raises_the_priority_of_the_same_alert() -> None:
    before, after = said(OCCASIONS["minor"]), said(OCCASIONS["escalated"])
    assert before["alias"] == after["alias"]
    assert (before["priority"], after["priority"]) == ("P3", "P1")
    assert after["note"].startswith("Investigating: API outage\nAPI is down since 12:03:20 UTC.")


@pytest.mark.parametrize(
    ("impact", "priority"),
    [(Impact.CRITICAL, "P1"), (Impact.MAJOR, "P2"), (Impact.MINOR, "P3"), (Impact.NONE, "P5")],
)
def test_the_priority_is_that_of_the_impact(impact: Impact, priority: str) -> None:
    assert said(of_incident(replace(CREATED, impact=impact)))["priority"] == priority


def test_a_note_says_what_a_person_wrote_and_who_it_was() -> None:
    assert said(OCCASIONS["updated_by_hand"])["note"] == (
        "Identified: Some people cannot sign in\nIt began with yesterday's release.\n— bob"
    )


def test_a_note_holds_the_longest_postmortem_whole() -> None:
    told = of_postmortem("x" * 9_999 + ".")
    assert said(told)["note"] == f"Post-mortem: Jobs wait\n{'x' * 9_999}.\n— ada"


@pytest.mark.parametrize(
    ("status", "priority"),
    [
        (Status.MAJOR_OUTAGE, "P4"),
        (Status.PARTIAL_OUTAGE, "P4"),
        (Status.DEGRADED, "P5"),
        (Status.MAINTENANCE, None),
        (Status.OPERATIONAL, None),
    ],
)
def test_a_component_has_an_alert_while_it_is_in_trouble(status: Status, priority: str | None) -> None:
    notice = of_change(StatusChange("api", status, None, NOON))
    if priority is None:
        assert sent(notice).url.endswith("/v2/alerts/status%2Fapi/close?identifierType=alias")
    else:
        assert (said(notice)["alias"], said(notice)["priority"]) == ("status/api", priority)


def test_calls_may_go_to_jira_service_management() -> None:
    settings = opsgenie.Settings("key", "https://api.atlassian.com/jsm/ops/integration")
    call = opsgenie.message(settings, OCCASIONS["created"])
    assert call.url == "https://api.atlassian.com/jsm/ops/integration/v2/alerts"


@pytest.mark.parametrize("name", EVERY)
def test_no_text_mentions_anybody_or_holds_a_tag(name: str) -> None:
    assert not re.search(r"[<>@]|\]\(", sent(EVERY[name]).body.decode())
