"""Secrets taken out of texts."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.redaction import REDACTED, Redactor, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the token s3cret was refused", "the token [redacted] was refused"),
        ("s3crets3cret", "[redacted][redacted]"),
        ("S3CRET", "S3CRET"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_a_secret_is_replaced_wherever_it_stands(text: str, shown: str) -> None:
    assert Redactor(["s3cret"])(text) == shown


@pytest.mark.parametrize(
    "spelling",
    [
        "p@ss w/rd",
        "p%40ss%20w%2Frd",
        "p%40ss%20w%2frd",
        "p%40ss+w/rd",
        "p@ss+w%2Frd",
        "p@ss w\\/rd",
        "p\\u0040ss w\\u002frd",
    ],
)
def test_a_secret_is_found_in_every_spelling(spelling: str) -> None:
    assert Redactor(["p@ss w/rd"])(f"?q={spelling}&x=1") == "?q=[redacted]&x=1"


@pytest.mark.parametrize("spelling", ["100%", "100%25"])
def test_no_rest_of_a_spelling_is_left(spelling: str) -> None:
    assert Redactor(["100%"])(spelling) == REDACTED


def test_quotes_and_line_ends_are_found_when_json_escapes_them() -> None:
    secret = 'one "two"\nthrée'
    text = json.dumps({"sent": secret})
    assert Redactor([secret])(text) == '{"sent": "[redacted]"}'


def test_user_and_password_are_found_in_base64() -> None:
    header = "Basic " + base64.b64encode(b"me:s3cret").decode()
    assert Redactor(["me:s3cret"])(header) == "Basic [redacted]"


def test_the_longest_secret_is_taken_first() -> None:
    assert Redactor(["Bearer", "Bearer abc123"])("sent Bearer abc123") == "sent [redacted]"


def test_what_is_shorter_than_four_characters_is_left_alone() -> None:
    assert Redactor(["abc", ""])("abc abcd") == "abc abcd"
    assert Redactor(["abcd"])("abc abcd") == "abc [redacted]"


def test_without_secrets_nothing_is_replaced() -> None:
    assert Redactor([])("anything") == "anything"


def test_a_secret_that_looks_like_a_pattern_is_taken_literally() -> None:
    assert Redactor([".*+?(["])("abcdef .*+?([") == f"abcdef {REDACTED}"


@given(secret=st.text(min_size=4, max_size=12), around=st.text(alphabet="<>", max_size=4))
def test_no_common_spelling_of_any_secret_survives(secret: str, around: str) -> None:
    redactor = Redactor([secret])
    spellings = [
        secret,
        quote(secret, safe="", errors="replace"),
        quote_plus(secret, errors="replace"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    ]
    for spelling in spellings:
        if not set("<>") & set(secret):
            assert redactor(around + spelling + around) == around + REDACTED + around


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Prices, “off” by 1 €", "Prices, “off” by 1 €"), ("a\tb\nc", "a b c"), ("\x1b[31mred\x00", "�[31mred�")],
)
def test_what_a_terminal_could_obey_is_not_printed(text: str, shown: str) -> None:
    assert printable(text) == shown
