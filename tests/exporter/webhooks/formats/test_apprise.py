"""Apprise is given a title, a short text and a type."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from exporter.webhooks.formats.message import Notice
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS


def said(notice: Notice) -> Any:
    sent = message("apprise", notice)
    assert sent is not None
    assert (sent.method, sent.url) == ("NOTIFY", "ntfys://ntfy.example/secret")
    return json.loads(sent.body)


@pytest.mark.parametrize(
    ("occasion", "type_"),
    [
        ("created", "failure"),
        ("minor", "warning"),
        ("resolved", "success"),
        ("maintenance_started", "info"),
        ("maintenance_completed", "success"),
        ("maintenance_cancelled", "info"),
        ("postmortem", "info"),
    ],
)
def test_the_type_is_how_bad_it_is(occasion: str, type_: str) -> None:
    assert said(OCCASIONS[occasion])["type"] == type_


@pytest.mark.parametrize("name", EVERY)
def test_texts_are_short_enough_for_a_chat(name: str) -> None:
    body = said(EVERY[name])
    assert 0 < len(body["title"]) <= 110
    assert 0 < len(body["body"]) <= 2_000


@pytest.mark.parametrize("name", EVERY)
def test_no_text_mentions_anybody_holds_a_tag_or_hides_a_link(name: str) -> None:
    body = said(EVERY[name])
    assert not re.search(r"[<>@]|\]\(", body["title"] + body["body"])


def test_a_text_says_what_happened_how_bad_since_when_and_where_to_read_more() -> None:
    body = said(OCCASIONS["created"])
    assert body["title"] == "🚨 Investigating: Authentication outage"
    known, facts, link, source = body["body"].split("\n\n")
    assert known.startswith("Authentication is down since 11:59:20 UTC.")
    assert facts.splitlines() == ["Impact: Critical", "Since: 11:59:20 UTC", "Affects: Authentication"]
    assert (link, source) == ("https://status.example/#inc_0123456789abcdef", "JustKalm · 12:00:00 UTC")
