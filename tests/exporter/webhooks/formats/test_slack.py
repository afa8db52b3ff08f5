"""Slack is told in blocks that its own library finds right, and reads no mentions in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from exporter.webhooks.formats.message import Notice
from tests.exporter.webhooks.formats.goldens import message
from tests.exporter.webhooks.formats.notices import EVERY, OCCASIONS, saying


def said(notice: Notice) -> dict[str, Any]:
    sent = message("slack", notice)
    assert sent is not None
    body: dict[str, Any] = json.loads(sent.body)
    return body


def objects(node: object) -> Iterator[Mapping[str, object]]:
    """All objects of a document, however deep."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from objects(child)


@pytest.mark.parametrize("name", EVERY)
def test_slacks_own_library_reads_every_block_and_finds_it_right(name: str) -> None:
    blocks = said(EVERY[name])["blocks"]
    parsed = Block.parse_all(blocks)
    for block in parsed:
        block.validate_json()
    assert [block.to_dict() for block in parsed] == blocks


@pytest.mark.parametrize("name", EVERY)
def test_texts_are_within_what_slack_takes(name: str) -> None:
    document = said(EVERY[name])
    header, *rest = document["blocks"]
    assert len(document["text"]) <= 4_000
    assert 0 < len(header["text"]["text"]) <= 150
    assert len(document["blocks"]) <= 50
    for block in rest:
        assert 0 < len(block.get("text", {"text": "-"})["text"]) <= 3_000
        assert 0 < len(block.get("fields", ["-"])) <= 10
        assert all(0 < len(field["text"]) <= 2_000 for field in block.get("fields", ()))


@pytest.mark.parametrize("name", EVERY)
def test_no_block_holds_a_text_in_which_slack_reads_markup(name: str) -> None:
    texts = [node for node in objects(said(EVERY[name])["blocks"]) if "text" in node and "type" in node]
    assert {node["type"] for node in texts} <= {"header", "section", "plain_text", "link"}
    assert all(node["text"] == "Open status page" for node in texts if node["type"] == "link")
    assert all(node["emoji"] is False for node in texts if node["type"] == "plain_text")


@pytest.mark.parametrize("name", EVERY)
def test_a_notification_holds_no_control_character_of_slack(name: str) -> None:
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", said(EVERY[name])["text"])


def test_a_mention_is_shown_as_it_was_written() -> None:
    document = said(saying("<!channel> & all")["incident"])
    assert document["text"].startswith("🚨 Investigating: &lt;!channel&gt; &amp; all · Impact: Critical")
    assert document["blocks"][0]["text"]["text"] == "🚨 Investigating: <!channel> & all"


def test_no_link_of_a_message_is_unfolded() -> None:
    document = said(OCCASIONS["created"])
    assert (document["unfurl_links"], document["unfurl_media"]) == (False, False)


def test_an_update_without_words_has_no_empty_section() -> None:
    kinds = [block["type"] for block in said(saying("")["incident"])["blocks"]]
    assert kinds == ["header", "section", "rich_text", "context"]
