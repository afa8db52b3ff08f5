"""Answers judged by expectations, without any wire."""

from __future__ import annotations

import json

import pytest
from multidict import CIMultiDict

from monitor.probers.judging.expect import Answer, Expectations
from monitor.probers.settings import Expect


def judge(expect: Expect, *, status: int = 200, body: bytes = b"", cut: bool = False, **headers: str) -> str | None:
    """The reason and the sentence; None when all holds."""
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    failure = Expectations(expect).failure(Answer(status, named, body, cut))
    return f"{failure.reason}: {failure.detail}" if failure else None


@pytest.mark.parametrize(
    ("wanted", "status", "expected"),
    [
        (("2xx",), 204, None),
        (("2xx",), 503, "http_status: HTTP 503 instead of 2xx"),
        (("200", "3xx"), 301, None),
        (("200", "3xx"), 201, "http_status: HTTP 201 instead of 200 or 3xx"),
    ],
)
def test_a_status_is_a_code_or_a_class(wanted: tuple[str, ...], status: int, expected: str | None) -> None:
    assert judge(Expect(status=wanted), status=status) == expected


def test_a_header_must_match_as_a_whole() -> None:
    expect = Expect(headers={"content-type": "application/json.*"})
    assert judge(expect, Content_Type="application/json; charset=utf-8") is None
    assert judge(expect, Content_Type="x-application/json") == (
        'header: header content-type is "x-application/json", which does not match application/json.*'
    )
    assert judge(expect) == "header: header content-type is missing"


def test_one_of_several_headers_of_a_name_is_enough() -> None:
    answer = Answer(200, CIMultiDict([("Via", "1.1 a"), ("Via", "1.1 b")]))
    assert Expectations(Expect(headers={"via": ".* b"})).failure(answer) is None


@pytest.mark.parametrize(
    ("expect", "body", "expected"),
    [
        (Expect(body_contains="ok"), b"all ok", None),
        (Expect(body_contains="ok"), b"down", 'body: the body does not contain "ok"'),
        (Expect(body_matches=r"v\d"), b"on v2", None),
        (Expect(body_matches=r"v\d"), b"on vX", r"body: the body does not match v\d"),
    ],
)
def test_a_body_contains_or_matches(expect: Expect, body: bytes, expected: str | None) -> None:
    assert judge(expect, body=body) == expected


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", "grün".encode()),
        ("text/plain; charset=ISO-8859-1", "grün".encode("latin-1")),
        ('text/plain; charset="utf-8"', "grün".encode()),
        ("text/plain; charset=punycode", "grün".encode()),
        ("text/plain; charset=no-such", "grün".encode()),
    ],
)
def test_a_body_is_read_in_its_charset_or_else_as_utf_8(content_type: str, body: bytes) -> None:
    assert judge(Expect(body_contains="grün"), body=body, Content_Type=content_type) is None


def test_what_is_expected_is_judged_in_the_order_status_headers_body_json() -> None:
    expect = Expect(headers={"a": "b"}, body_contains="c", json={"$.d": 1})
    assert (judge(expect, status=500) or "").startswith("http_status")
    assert (judge(expect) or "").startswith("header")
    assert (judge(expect, A="b") or "").startswith("body")
    assert (judge(expect, A="b", body=b"c") or "").startswith("json")
    assert judge(expect, A="b", body=b'{"c": 0, "d": 1}') is None


def test_a_cut_body_matters_only_when_something_is_expected_of_it() -> None:
    assert judge(Expect(), body=b"abc", cut=True) is None
    assert judge(Expect(json={"$": 1}), body=b"abc", cut=True) == "too_large: the body is longer than 3 bytes"


DOCUMENT = {"status": "ok", "count": 3, "on": True, "none": None, "items": [{"n": 1}, {"n": 2}], "version": "v2.1"}


@pytest.mark.parametrize(
    ("path", "wanted", "expected"),
    [
        ("$.status", "ok", None),
        ("$.status", "down", '$.status is "ok" instead of "down"'),
        ("$.count", {"eq": 3}, None),
        ("$.count", {"ne": 3}, "$.count is 3 instead of anything but 3"),
        ("$.count", {"ne": 4}, None),
        ("$.count", {"gt": 2}, None),
        ("$.count", {"gt": 3}, "$.count is 3 instead of more than 3"),
        ("$.count", {"ge": 3}, None),
        ("$.count", {"lt": 3}, "$.count is 3 instead of less than 3"),
        ("$.count", {"le": 3}, None),
        ("$.count", {"ge": 3.5}, "$.count is 3 instead of at least 3.5"),
        ("$.count", {"le": 2}, "$.count is 3 instead of at most 2"),
        ("$.count", {"gt": "2"}, '$.count is 3 instead of more than "2"'),
        ("$.version", {"ge": "v2"}, None),
        ("$.version", {"matches": "^v2"}, None),
        ("$.version", {"matches": "^v3"}, '$.version is "v2.1" instead of a match of "^v3"'),
        ("$.count", {"matches": "3"}, '$.count is 3 instead of a match of "3"'),
        ("$.on", True, None),
        ("$.on", 1, "$.on is true instead of 1"),
        ("$.on", {"gt": 0}, "$.on is true instead of more than 0"),
        ("$.none", None, None),
        ("$.none", {"exists": True}, None),
        ("$.gone", {"exists": True}, "$.gone is missing"),
        ("$.gone", {"exists": False}, None),
        ("$.on", {"exists": False}, "$.on is there"),
        ("$.gone", {"ne": 1}, "$.gone is missing"),
        ("$.items[*].n", {"gt": 0}, None),
        ("$.items[*].n", {"gt": 1}, "$.items[*].n is 1 instead of more than 1"),
        ("$.items[0]", {"n": 1}, None),
    ],
)
def test_a_json_path_finds_what_is_wanted(path: str, wanted: object, expected: str | None) -> None:
    missed = judge(Expect(json={path: wanted}), body=json.dumps(DOCUMENT).encode())
    assert missed == (None if expected is None else f"json: {expected}")


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b"1" * 10_000])
def test_a_body_that_is_no_json_fails(body: bytes) -> None:
    assert (judge(Expect(json={"$.a": 1}), body=body) or "").startswith("json: the body is not JSON: ")


def test_a_document_too_deep_to_search_fails() -> None:
    body = b'{"a":' * 300 + b"1" + b"}" * 300
    assert (judge(Expect(json={"$..b": 1}), body=body) or "").startswith("json: $..b cannot be looked up: ")
