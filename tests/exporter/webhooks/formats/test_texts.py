"""Texts from anywhere are made fit to stand among those of others."""

from __future__ import annotations

import json

import pytest

from exporter.webhooks.formats.texts import capped, json_bytes, line, prose, signed
from tests.exporter.webhooks.formats.notices import HOSTILE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  one \n two\r\n\tthree ", "one two three"),
        ("one\u2028two\u2029three\vfour\x85five", "one two three four five"),
        ("a NUL \x00 and an escape \x1b[31m", "a NUL and an escape [31m"),
        ("half \ud83d a pair \udd25", "half a pair"),
        ("\u202eegatuo\u202c \u2067in\u2069\u200f\u200e\u061c", "egatuo in"),
        ("zero\u200bwidth\ufeff\u2060 \u00adhyphen", "zerowidth hyphen"),
        ("नमस्ते 👩‍🚒 שלום", "नमस्ते 👩‍🚒 שלום"),
        (" \n\u200b ", ""),
    ],
)
def test_a_line_is_one_line_of_what_a_screen_shows(text: str, shown: str) -> None:
    assert line(text, 100) == shown


def test_prose_keeps_its_lines() -> None:
    assert prose("\n one\ntwo\x00\u202ethree\n", 100) == "one\ntwo three"


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [("12345", 5, "12345"), ("123456", 5, "1234…"), ("123 56", 5, "123…"), ("🔥🔥🔥", 2, "🔥…"), ("", 5, "")],
)
def test_a_text_that_is_too_long_ends_in_an_ellipsis(text: str, most: int, shown: str) -> None:
    assert capped(text, most) == shown


@pytest.mark.parametrize(
    ("text", "by", "most", "shown"),
    [
        ("All is well.", "ada", 100, "All is well.\n— ada"),
        ("All is well.", "", 100, "All is well."),
        ("All is well.", " \u200b", 100, "All is well."),
        ("one\ntwo", "a\nb", 100, "one\ntwo\n— a b"),
        ("123456789", "ada", 10, "123…\n— ada"),
    ],
)
def test_who_wrote_a_text_stands_below_it_however_long_it_is(text: str, by: str, most: int, shown: str) -> None:
    assert signed(text, by, most) == shown


@pytest.mark.parametrize("text", HOSTILE)
def test_a_signed_text_is_within_its_length_too(text: str) -> None:
    assert len(signed(HOSTILE[text], HOSTILE[text], 200)) <= 200


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_within_its_length(text: str) -> None:
    assert len(line(HOSTILE[text], 100)) <= 100
    assert "\n" not in line(HOSTILE[text], 100)
    assert len(prose(HOSTILE[text], 100)) <= 100


def test_json_holds_half_a_surrogate_pair_as_a_question_mark() -> None:
    assert json.loads(json_bytes({"text": "a\ud800é"}).decode("utf-8", "strict")) == {"text": "a?é"}
