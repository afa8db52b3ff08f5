"""Teams is told in a card that fits the schema and the size, and reads no Markdown in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from exporter.webhooks.formats.gist import Tone
from exporter.webhooks.formats.message import Notice
from exporter.webhooks.formats.teams import STYLES
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "adaptive-card-1.4.json").read_text(encoding="utf-8"))


def body(notice: Notice) -> bytes:
    sent = message("teams", notice)
    assert sent is not None
    return sent.body


def said(notice: Notice) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(body(notice))
    return document


def card(notice: Notice) -> dict[str, Any]:
    (attachment,) = said(notice)["attachments"]
    content: dict[str, Any] = attachment["content"]
    return content


@pytest.mark.parametrize("name", EVERY)
def test_a_card_is_of_elements_that_read_no_markdown_and_as_they_are_documented(name: str) -> None:
    jsonschema.validate(card(EVERY[name]), SCHEMA)


@pytest.mark.parametrize("name", EVERY)
def test_a_message_is_within_the_28_kb_that_teams_takes(name: str) -> None:
    assert len(body(EVERY[name])) <= 28 * 1024


def test_a_message_is_what_a_workflow_waits_for() -> None:
    document = said(OCCASIONS["created"])
    (attachment,) = document["attachments"]
    assert document["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None


def test_a_notification_says_more_than_that_there_is_a_card() -> None:
    summary = said(OCCASIONS["created"])["summary"]
    assert summary == "🚨 Investigating: Authentication outage · Impact: Critical · Since: 11:59:20 UTC"


def test_the_button_opens_the_incident() -> None:
    (action,) = card(OCCASIONS["created"])["actions"]
    assert action["url"] == "https://status.example/#inc_0123456789abcdef"


def test_each_tone_has_its_style() -> None:
    assert set(STYLES) == set(Tone)
    assert card(OCCASIONS["minor"])["body"][0]["style"] == STYLES[Tone.TROUBLE]
