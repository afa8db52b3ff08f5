"""Requests as they go over the wire."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from multidict import CIMultiDict
from yarl import URL

from monitor.probers.requests.encoding import encoded


def lines(
    method: str = "GET",
    url: str = "http://api.test/",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> list[bytes]:
    return encoded(method, URL(url), CIMultiDict(headers or {}), body).split(b"\r\n")


@pytest.mark.parametrize(
    ("method", "body", "belongs"),
    [
        ("GET", None, []),
        ("HEAD", None, []),
        ("OPTIONS", None, []),
        ("TRACE", None, []),
        ("DELETE", None, [b"Content-Length: 0"]),
        ("POST", None, [b"Content-Length: 0", b"Content-Type: application/octet-stream"]),
        ("PUT", None, [b"Content-Length: 0", b"Content-Type: application/octet-stream"]),
        ("PATCH", b"ab", [b"Content-Length: 2", b"Content-Type: application/octet-stream"]),
        ("GET", b"ab", [b"Content-Length: 2"]),
    ],
)
def test_a_request_says_how_long_its_body_is_where_it_may_have_one(
    method: str, body: bytes | None, belongs: list[bytes]
) -> None:
    request = lines(method, body=body)
    assert request == [
        f"{method} / HTTP/1.1".encode(),
        b"Host: api.test",
        *belongs,
        b"Connection: close",
        b"",
        body or b"",
    ]


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        ("http://api.test", b"/", b"api.test"),
        ("http://api.test:8080/a b?c=d e#f", b"/a%20b?c=d+e", b"api.test:8080"),
        ("https://api.test:443/", b"/", b"api.test"),
        ("http://[::1]:8080/", b"/", b"[::1]:8080"),
        ("http://bücher.test/ü", b"/%C3%BC", b"xn--bcher-kva.test"),
        ("http://api.test/a\r\nb", b"/ab", b"api.test"),
    ],
)
def test_target_and_host_are_those_of_the_url(url: str, target: bytes, host: bytes) -> None:
    request = lines(url=url)
    assert request[0] == b"GET " + target + b" HTTP/1.1"
    assert request[1] == b"Host: " + host


def test_headers_that_are_given_override_those_that_belong_to_every_request() -> None:
    given = {"host": "other.test", "content-length": "9", "content-type": "a/b", "connection": "keep-alive"}
    assert lines("POST", headers=given)[1:-2] == [
        b"Host: other.test",
        b"content-length: 9",
        b"content-type: a/b",
        b"connection: keep-alive",
    ]


def test_a_method_is_said_in_capitals() -> None:
    assert lines("get")[0] == b"GET / HTTP/1.1"


def test_headers_are_said_in_utf_8_without_what_is_no_character() -> None:
    assert b"a: \xc3\xbc" in lines(headers={"a": "ü\udcff"})


@pytest.mark.parametrize("wrong", ["a\rb", "a\nb", "a\0b", "a\x01b", "a\x7fb"])
def test_a_header_cannot_end_its_line(wrong: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        lines(headers={"a": wrong})
    with pytest.raises(ValueError, match="control character"):
        lines(headers={"host": wrong})
    with pytest.raises(ValueError, match="control character"):
        lines(headers={wrong: "a"})


@pytest.mark.parametrize("method", ["", "G T", "G\r\nT", "GET\n", "Ä"])
def test_a_method_is_one_word(method: str) -> None:
    with pytest.raises(ValueError, match="method"):
        lines(method)
