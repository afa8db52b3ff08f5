"""Discord is told within its limits, and finds neither Markdown nor mentions in what it is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from exporter.webhooks.formats.discord import COLORS
from exporter.webhooks.formats.gist import Tone
from exporter.webhooks.formats.message import Notice
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS, saying

ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")  # what Discord shows as the character after the backslash
MARKUP = re.compile(r"[\\*_~`|<>\[\]@]|://|^[ \t]*(#|-|\+|\d+\.)", re.MULTILINE)


def said(notice: Notice) -> dict[str, Any]:
    sent = message("discord", notice)
    assert sent is not None
    body: dict[str, Any] = json.loads(sent.body)
    return body


def read_as_markdown(document: dict[str, Any]) -> list[str]:
    embed = document["embeds"][0]
    texts = [document["content"], embed["title"], embed.get("description", "")]
    return texts + [field["value"] for field in embed["fields"]]


@pytest.mark.parametrize("name", EVERY)
def test_texts_are_within_what_discord_takes(name: str) -> None:
    document = said(EVERY[name])
    (embed,) = document["embeds"]
    values = [field["value"] for field in embed["fields"]]
    assert 0 < len(document["content"]) <= 2_000
    assert 0 < len(embed["title"]) <= 256
    assert 0 < len(embed.get("description", "-")) <= 4_096
    assert 0 < len(embed["footer"]["text"]) <= 2_048
    assert len(values) <= 25
    assert all(0 < len(value) <= 1_024 for value in values)
    names = [field["name"] for field in embed["fields"]]
    texts = [embed["title"], embed.get("description", ""), embed["footer"]["text"], *names, *values]
    assert sum(map(len, texts)) <= 6_000


@pytest.mark.parametrize("name", EVERY)
def test_all_markup_is_escaped(name: str) -> None:
    for text in read_as_markdown(said(EVERY[name])):
        assert not MARKUP.search(ESCAPED.sub("x", text))


@pytest.mark.parametrize("name", EVERY)
def test_nobody_may_be_mentioned(name: str) -> None:
    assert said(EVERY[name])["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    "text",
    [
        "@everyone <@123> <@&456> <t:1796126400:R>",
        "**bold** _leaning_ ~~gone~~ ||hidden|| `code` \\*",
        "[Sign in](https://evil.example)",
        "# Heading\n- item\n  + deeper\n-# small\n12. twelfth\n>>> all the rest",
    ],
)
def test_a_text_is_shown_as_it_was_written(text: str) -> None:
    description = said(saying(text)["incident"])["embeds"][0]["description"]
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", description) == text


def test_an_empty_text_leaves_no_empty_value() -> None:
    (embed,) = said(saying("")["incident"])["embeds"]
    assert embed["title"] == "Investigating"
    assert "description" not in embed
    assert {field["name"]: field["value"] for field in embed["fields"]}["Affects"] == "and"


def test_each_tone_has_its_colour() -> None:
    assert set(COLORS) == set(Tone)
    assert said(OCCASIONS["resolved"])["embeds"][0]["color"] == COLORS[Tone.GOOD]
