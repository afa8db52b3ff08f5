from __future__ import annotations

import pytest

from exporter.negotiation import preferred, takes_gzip

JSON, CSV, TEXT = OFFERED = ("application/json", "text/csv", "text/plain")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/plain, text/csv;q=0.9", TEXT),
        ("text/plain;q=0.5, text/csv;q=0.9", CSV),
        ("text/*", CSV),
        ("text/*;q=0.5, text/plain", TEXT),
        ("text/*, text/csv;q=0", TEXT),
        ("*/*, application/json;q=0.1", CSV),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        ("image/png", JSON),
        ("text/csv;charset=utf-8;q=1", CSV),
        ("text/csv;q=much, text/plain;q=0.1", TEXT),
        (";;,,q=", JSON),
    ],
)
def test_what_is_wanted_most_is_chosen_and_else_the_first(accept: str, chosen: str) -> None:
    assert preferred(accept, OFFERED) == chosen


@pytest.mark.parametrize(
    ("accept_encoding", "taken"),
    [("", False), ("gzip", True), ("br, gzip;q=0.5", True), ("*", False), ("gzip;q=0", False), ("br", False)],
)
def test_gzip_is_taken_by_who_names_it(accept_encoding: str, taken: bool) -> None:
    assert takes_gzip(accept_encoding) is taken
