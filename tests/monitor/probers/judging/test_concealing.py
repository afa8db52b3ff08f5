"""Secrets that targets gave us, and how much is taken for one."""

from __future__ import annotations

import json
import string
from urllib.parse import quote

import pytest
from yarl import URL

from monitor.core.redaction import REDACTED
from monitor.probers.judging.concealing import LONGEST_SHORT, MOST_SHORT, PIECE, Concealer
from monitor.probers.judging.evidence import MOST_SEEN

ODD = 'to/ken+of="me" é~:@'


@pytest.mark.parametrize(
    "spelling",
    [
        ODD,
        quote(ODD, safe=""),
        json.dumps(ODD)[1:-1],
        json.dumps(ODD)[1:-1].replace("/", "\\/"),
        URL(f"http://x/{quote(ODD, safe='')}").raw_path[1:],
        URL(f"http://x/?{quote(ODD, safe='')}").raw_query_string,
    ],
)
def test_a_secret_is_concealed_in_each_of_its_spellings(spelling: str) -> None:
    assert Concealer([ODD])(f"<{spelling}>, {spelling}") == f"<{REDACTED}>, {REDACTED}"


def test_what_is_short_is_no_secret() -> None:
    assert Concealer(["success", "12345678"])("success 12345678") == f"success {REDACTED}"


def test_of_two_that_begin_alike_the_longer_is_concealed_whole() -> None:
    assert Concealer(["secret-token", "secret-token-two"])("secret-token-two!") == f"{REDACTED}!"


def test_a_short_secret_is_known_whatever_long_ones_came_before_it() -> None:
    long = ["".join(chr(0x4E00 + which) for _ in range(20_000)) for which in range(5)]
    assert Concealer([*long, "supersecrettoken-1234"])("no supersecrettoken-1234") == f"no {REDACTED}"


def test_of_many_the_first_are_known() -> None:
    many = [f"secret-{which:03}" for which in range(MOST_SHORT + 1)]
    conceal = Concealer(many)
    assert [conceal(secret) for secret in many] == [REDACTED] * MOST_SHORT + [many[-1]]


@pytest.mark.parametrize("length", [LONGEST_SHORT + 1, LONGEST_SHORT + PIECE, 3_000, 4_096])
def test_a_long_secret_is_concealed_up_to_its_end(length: int) -> None:
    long = "".join(string.ascii_letters[(at * at + at // 52) % 52] for at in range(length))
    assert Concealer([long])(f"no {long}!") == f"no {REDACTED}!"


def test_a_long_secret_that_is_cut_off_is_concealed_but_for_less_than_a_piece() -> None:
    long = "".join(f"{at:05}" for at in range(2_000))
    shown = Concealer([long])(long[:1_000])
    assert shown.startswith(REDACTED)
    assert len(shown) < len(REDACTED) + PIECE


def test_of_long_secrets_several_are_known() -> None:
    long = ["".join(f"{at:04}{which}" for at in range(300)) for which in "abcd"]
    assert [Concealer(long)(secret) for secret in long] == [REDACTED] * 4


def test_the_last_characters_of_a_text_are_no_piece_of_a_secret() -> None:
    assert Concealer(["x" * 320 + "s"])("success: yes") == "success: yes"


def test_no_more_is_looked_at_than_is_shown() -> None:
    assert Concealer(["secret-token"])("x" * 4_096) == "x" * MOST_SEEN
