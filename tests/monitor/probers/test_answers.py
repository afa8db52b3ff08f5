"""What a run makes of an honest answer: bodies, redirects, expectations, verdicts."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.settings import Expect
from tests.monitor.probers.asked import header
from tests.monitor.probers.asking import SECRET, Names, ask, settings
from tests.monitor.probers.servers import Handler, answer, drip, http_server, redirect, say_and_hang


@pytest.mark.parametrize(
    "given",
    [
        answer(200, b"hi"),
        answer(204),
        b"HTTP/1.0 200 OK\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(200),
        say_and_hang(answer(200, b"hi")),
    ],
    ids=["plain", "no content", "HTTP/1.0", "chunked", "early hints", "kept open"],
)
async def test_an_answer_in_time_passes(given: bytes | Handler) -> None:
    with http_server(given) as server:
        result = await ask(settings(server.url))
    assert (result.verdict, result.reason, result.detail, result.evidence) == (Verdict.PASS, None, "", {})
    assert result.at >= result.started
    assert result.phases.latency > 0


async def test_a_name_from_the_hosts_file_is_resolved_by_aiodns() -> None:
    with http_server(answer()) as server:
        result = await ask(settings(f"http://localhost:{server.port}/"))
    assert result.verdict is Verdict.PASS
    assert result.phases.resolve is not None


# ── the request ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_run_is_one_request_that_names_us_and_asks_for_no_compression() -> None:
    with http_server(answer()) as server:
        await ask(settings(server.url, query={"q": "ü"}))
        (request,) = server.requests
    assert request.startswith(b"GET /?q=%C3%BC HTTP/1.1\r\n")
    assert (header(request, "user-agent") or "").startswith("justkalm-monitor/")
    assert header(request, "accept-encoding") == "identity"
    assert header(request, "connection") == "close"


async def test_headers_of_the_target_override_ours() -> None:
    with http_server(answer()) as server:
        await ask(settings(server.url, headers={"user-agent": "mine", "Accept": "text/plain"}))
        (request,) = server.requests
    assert header(request, "user-agent") == "mine"
    assert header(request, "accept") == "text/plain"


async def test_credentials_in_the_url_become_a_header() -> None:
    with http_server(answer(503)) as server:
        result = await ask(settings(f"http://me:{SECRET}@{server.address}/"))
        (request,) = server.requests
    assert header(request, "authorization") == "Basic bWU6aHVudGVyMg=="
    assert result.evidence["url"] == server.url


@pytest.mark.parametrize(
    ("target", "content_type", "body"),
    [
        ({"json": '{"a": 1}'}, "application/json", b'{"a": 1}'),
        ({"form": {"grant_type": "a b"}}, "application/x-www-form-urlencoded", b"grant_type=a+b"),
        ({"body": "ü"}, "text/plain; charset=utf-8", "ü".encode()),
        ({"body": "<a/>", "headers": {"Content-Type": "text/xml"}}, "text/xml", b"<a/>"),
    ],
)
async def test_a_body_is_sent_with_its_type(target: dict[str, Any], content_type: str, body: bytes) -> None:
    with http_server(answer()) as server:
        await ask(settings(server.url, method="POST", **target))
        (request,) = server.requests
    assert request.endswith(b"\r\n\r\n" + body)
    assert header(request, "content-type") == content_type


async def test_cookies_are_not_kept_for_the_next_run() -> None:
    with http_server(redirect("/next"), answer(headers=("Set-Cookie: a=b",))) as server:
        await ask(settings(server.url))
        assert header(server.requests[1], "cookie") is None


# ── redirects ────────────────────────────────────────────────────────────────────────────────────────


async def test_phases_are_summed_over_redirects() -> None:
    with http_server(redirect("/next"), answer(200, b"hi")) as server:
        names = Names({"api.test": ("127.0.0.1",)})
        result = await ask(settings(f"http://api.test:{server.port}/"), resolver=names)
        assert [request.split()[1] for request in server.requests] == [b"/", b"/next"]
    assert result.http_status == 200
    assert None not in (result.phases.resolve, result.phases.connect, result.phases.processing)


async def test_a_redirect_to_another_host_is_given_no_credentials() -> None:
    secrets = {"Authorization": f"Bearer {SECRET}", "Cookie": f"a={SECRET}", "X-Trace": "on"}
    with http_server(answer()) as other, http_server(redirect(other.url)) as server:
        await ask(settings(server.url, headers=secrets))
        (request,) = other.requests
    assert SECRET.encode() not in request
    assert header(request, "x-trace") == "on"


async def test_a_redirect_on_the_same_host_keeps_the_credentials() -> None:
    with http_server(redirect("/next"), answer()) as server:
        await ask(settings(server.url, headers={"Authorization": f"Bearer {SECRET}"}))
        assert header(server.requests[1], "authorization") == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("status", "method", "follows_as"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
    ],
)
async def test_a_redirect_changes_the_method_as_in_browsers(status: int, method: str, follows_as: str) -> None:
    body = None if method == "HEAD" else "words"
    with http_server(redirect("/next", status), answer()) as server:
        result = await ask(settings(server.url, method=method, body=body))
        followed = server.requests[1]
    assert result.verdict is Verdict.PASS
    assert followed.startswith(follows_as.encode() + b" /next ")
    assert followed.endswith(b"words") is (follows_as in ("POST", "PUT"))


async def test_a_redirect_that_is_not_to_be_followed_is_an_answer() -> None:
    with http_server(redirect("/next")) as server:
        result = await ask(settings(server.url, follow_redirects=False, expect=Expect(status=("302",))))
        assert len(server.requests) == 1
    assert (result.verdict, result.http_status) == (Verdict.PASS, 302)


# ── expectations ─────────────────────────────────────────────────────────────────────────────────────


async def test_an_unexpected_answer_fails_and_shows_what_was_seen() -> None:
    with http_server(answer(503, f"down\r\n\x1b[31m\x00 token={SECRET}".encode())) as server:
        result = await ask(settings(server.url))
    assert (result.verdict, result.reason, result.http_status) == (Verdict.FAIL, Reason.HTTP_STATUS, 503)
    assert result.detail == "HTTP 503 instead of 2xx"
    assert result.evidence == {
        "url": server.url,
        "address": server.address,
        "phase": "assertion",
        "http_status": "503",
        "body": "down  \N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER} token=•••",
    }


async def test_a_missed_header_is_shown_without_its_secrets() -> None:
    given = answer(headers=(f"X-Version: {SECRET}",))
    with http_server(given) as server:
        result = await ask(settings(server.url, expect=Expect(headers={"x-version": "2.*"})))
    assert result.reason is Reason.HEADER
    assert result.detail == 'header x-version is "•••", which does not match 2.*'
    assert result.evidence["header"] == "x-version: •••"


async def test_headers_and_bodies_of_any_bytes_become_evidence_that_can_be_stored() -> None:
    given = answer(200, bytes(range(256)), headers=("X-Odd: \xff\xfe",)).replace(b"\xc3\xbf\xc3\xbe", b"\xff\xfe")
    with http_server(given) as server:
        result = await ask(settings(server.url, expect=Expect(headers={"x-odd": "even"})))
    assert result.reason is Reason.HEADER
    "".join([result.detail, *result.evidence.values()]).encode()


async def test_a_compressed_body_nobody_asked_for_fails_only_where_the_body_matters() -> None:
    given = answer(200, gzip.compress(b'{"a": 1}', mtime=0), headers=("Content-Encoding: gzip",))
    with http_server(given) as server:
        assert (await ask(settings(server.url))).verdict is Verdict.PASS
        result = await ask(settings(server.url, expect=Expect(json={"$.a": 1})))
    assert (result.reason, result.evidence["phase"]) == (Reason.BODY, "assertion")
    assert result.detail == "the body is gzip-encoded, although identity was asked for"
    assert "{" not in result.evidence["body"]


# ── large bodies ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_body_is_cut_where_we_stop_reading_and_passes() -> None:
    with http_server(drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2_000, b"x")) as server:
        result = await ask(settings(server.url, max_body=1_000))
    assert result.verdict is Verdict.PASS


async def test_a_cut_body_fails_when_something_is_expected_of_it() -> None:
    with http_server(answer(200, b"x" * 2_000)) as server:
        result = await ask(settings(server.url, max_body=1_000, expect=Expect(body_contains="x")))
    assert (result.reason, result.evidence["phase"]) == (Reason.TOO_LARGE, "body")
    assert result.detail == "the body is longer than 1000 bytes"


async def test_a_body_that_just_fits_is_whole() -> None:
    with http_server(answer(200, b"x" * 1_000)) as server:
        result = await ask(settings(server.url, max_body=1_000, expect=Expect(body_contains="x")))
    assert result.verdict is Verdict.PASS


# ── slow ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_later_than_slow_after_is_slow() -> None:
    with http_server(answer()) as server:
        result = await ask(settings(server.url, slow_after=0))
    assert (result.verdict, result.reason, result.evidence) == (Verdict.SLOW, Reason.LATENCY, {})
    assert result.detail.endswith(" ms, more than 0 ms")
