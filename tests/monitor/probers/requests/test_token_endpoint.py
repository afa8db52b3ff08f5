"""Tokens that are asked for before the target is."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
from multidict import CIMultiDict

from monitor.core.model import Reason, Verdict
from monitor.probers.judging.expect import Answer
from monitor.probers.judging.failures import Failure
from monitor.probers.requests.oauth import Tokens, granted, token_target
from monitor.probers.settings import HttpTarget
from tests.monitor.probers.asked import header
from tests.monitor.probers.asking import ask, ask_beside, probers, settings
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.servers import Handler, answer, closed_port, hang, http_server, late, redirect
from tests.monitor.probers.tokens import TOKEN, client, grant
from tests.monitor.probers.transactions import go_through, step

HASTY = 250  # ms
LATE = 0.1  # s


async def test_a_token_is_asked_for_as_the_standard_has_it() -> None:
    with http_server(grant()) as endpoint, http_server(answer()) as server:
        auth = client(f"{endpoint.url}token", client_id="me & you", scope="read write")
        result = await ask(settings(server.url, auth=auth))
        (asked,) = endpoint.requests
        assert header(server.requests[0], "authorization") == f"Bearer {TOKEN}"
    assert result.verdict is Verdict.PASS
    assert asked.startswith(b"POST /token HTTP/1.1\r\n")
    assert header(asked, "content-type") == "application/x-www-form-urlencoded"
    assert header(asked, "authorization") == "Basic bWUrJTI2K3lvdTpzM2NyZXQlMkZ3b3Jk"  # me+%26+you:s3cret%2Fword
    assert asked.endswith(b"\r\n\r\ngrant_type=client_credentials&scope=read+write")


async def test_the_time_that_getting_a_token_takes_is_not_measured() -> None:
    with http_server(late(grant(), LATE)) as endpoint, http_server(answer()) as server:
        result = await ask(settings(server.url, auth=client(endpoint.url)))
    assert result.verdict is Verdict.PASS
    assert result.phases.latency < LATE * 1_000_000


async def test_a_token_is_used_until_it_expires_and_by_all_with_the_same_credentials() -> None:
    with http_server(grant("one", expires_in=3_600), grant("two")) as endpoint, http_server(answer()) as server:
        async with probers() as shared:
            for auth in (client(endpoint.url), client(endpoint.url), client(endpoint.url, scope="other")):
                await shared.prober(settings(server.url, auth=auth)).run()
        said = [header(request, "authorization") for request in server.requests]
    assert said == ["Bearer one", "Bearer one", "Bearer two"]


@pytest.mark.parametrize("expires_in", [0, -5, "0"])
async def test_a_token_that_expires_at_once_is_used_once(expires_in: object) -> None:
    with http_server(grant(expires_in=expires_in)) as endpoint, http_server(answer()) as server:
        async with probers() as shared:
            for _ in range(2):
                await shared.prober(settings(server.url, auth=client(endpoint.url))).run()
        assert len(endpoint.requests) == 2


async def test_many_that_wait_for_a_token_ask_for_it_once() -> None:
    with http_server(late(grant(), LATE)) as endpoint, http_server(answer()) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url, auth=client(endpoint.url)))
            results = await asyncio.gather(*[prober.run() for _ in range(10)])
        assert len(endpoint.requests) == 1
    assert {result.verdict for result in results} == {Verdict.PASS}


async def test_a_token_that_is_refused_is_asked_for_anew_by_the_next_run() -> None:
    with http_server(grant("one"), grant("two")) as endpoint, http_server(answer(401), answer()) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url, auth=client(endpoint.url)))
            refused, taken = await prober.run(), await prober.run()
        assert header(server.requests[1], "authorization") == "Bearer two"
    assert (refused.reason, refused.detail) == (Reason.HTTP_STATUS, "HTTP 401 instead of 2xx")
    assert taken.verdict is Verdict.PASS


def test_a_token_that_was_granted_meanwhile_is_not_dropped_for_an_older_one() -> None:
    tokens, auth = Tokens(), client("http://auth.test/")
    older, newer = (granted(Answer(200, CIMultiDict(), b'{"access_token": "x"}')) for _ in range(2))
    assert not isinstance(older, Failure)
    assert not isinstance(newer, Failure)
    tokens.hold(auth, newer)
    tokens.drop(auth, older)
    assert tokens.held(auth) is newer


async def test_a_token_is_not_shown() -> None:
    with http_server(grant()) as endpoint, http_server(answer(503, f"no {TOKEN}".encode())) as server:
        result = await ask(settings(server.url, auth=client(endpoint.url)))
    assert result.evidence["body"] == "no [redacted]"
    assert TOKEN not in str(granted(Answer(200, CIMultiDict(), grant().partition(b"\r\n\r\n")[2])))


async def test_the_target_has_the_whole_timeout_after_its_token_came() -> None:
    timeout, soon = 500, 0.4
    with http_server(late(grant(), soon)) as endpoint, http_server(late(answer(), soon)) as server:
        result = await ask(settings(server.url, auth=client(endpoint.url), timeout=timeout))
    assert (result.verdict, result.detail, result.stalled) == (Verdict.PASS, "", False)


async def test_a_target_that_hangs_is_given_its_timeout_and_blamed_for_no_more() -> None:
    with http_server(late(grant(), LATE)) as endpoint, http_server(hang) as server:
        result = await ask(settings(server.url, auth=client(endpoint.url), timeout=HASTY))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.TIMEOUT_HEADERS)
    assert (result.phases.processing or 0) >= HASTY * 900


ROWS: dict[str, tuple[bytes | Handler, str, str]] = {
    "answers 503": (answer(503, b"later"), "assertion", "the token endpoint answered 503"),
    "answers 401": (answer(401, b'{"error": "invalid_client"}'), "assertion", "the token endpoint answered 401"),
    "redirects": (redirect("/login"), "assertion", "the token endpoint answered 302"),
    "answers garbage": (answer(200, b"<html>"), "assertion", "the token endpoint answered what is not JSON"),
    "answers a list": (answer(200, b"[]"), "assertion", "the token endpoint answered without an access_token"),
    "answers no token": (answer(200, b'{"token": "x"}'), "assertion", "answered without an access_token"),
    "answers an empty token": (grant(""), "assertion", "the token endpoint answered without an access_token"),
    "answers a token with a line break": (grant("a\r\nb"), "assertion", "an access_token that fits in no header"),
    "hangs": (hang, "headers", "the token endpoint: no answer within 250 ms; the connection was up after "),
    "closes": (b"", "headers", "the token endpoint: connection closed without an answer"),
    "speaks no HTTP": (b"SSH-2.0\r\n", "headers", "the token endpoint: the answer is not HTTP"),
}


@pytest.mark.parametrize(("given", "phase", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_a_token_endpoint_that_misbehaves_fails_with_auth(
    given: bytes | Handler, phase: str, detail: str
) -> None:
    with http_server(given) as endpoint, http_server(answer()) as server:
        probe = settings(server.url, auth=client(endpoint.url), timeout=HASTY if given is hang else 2_000)
        result = await ask_beside(probe, server.url)
        assert len(server.requests) == 1
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.AUTH)
    assert detail in result.detail
    assert (result.evidence["url"], result.evidence["phase"]) == (endpoint.url, phase)
    assert (result.http_status, result.phases.latency) == (None, 0)


async def test_what_a_token_endpoint_says_of_its_refusal_is_shown_but_nothing_that_may_hold_a_token() -> None:
    refused, odd = answer(401, b'{"error": "invalid_client"}'), answer(200, b'{"token": "secret"}')
    with http_server(refused, odd) as endpoint, http_server(answer()) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url, auth=client(endpoint.url)))
            first, second = await prober.run(), await prober.run()
    assert first.evidence["body"] == '{"error": "invalid_client"}'
    assert first.evidence["http_status"] == "401"
    assert "body" not in second.evidence


async def test_a_token_endpoint_that_refuses_the_connection_fails_with_auth() -> None:
    with http_server(answer()) as server, closed_port() as port:
        result = await ask(settings(server.url, auth=client(port.url)))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.AUTH)
    assert result.detail == f"the token endpoint: connection refused by {port.address}"
    assert result.evidence == {"url": port.url, "address": port.address, "phase": "connect"}


async def test_a_run_that_waits_in_vain_for_the_token_of_another_fails_with_auth() -> None:
    asked = threading.Event()

    def handler(connection: socket.socket) -> None:
        asked.set()
        hang(connection)

    with http_server(handler) as endpoint, http_server(answer()) as server:
        async with probers() as shared:
            patient = settings(server.url, auth=client(endpoint.url))
            hasty = settings(server.url, auth=client(endpoint.url), timeout=HASTY)
            first = asyncio.create_task(shared.prober(patient).run())
            await asyncio.to_thread(asked.wait, 5)
            result = await shared.prober(hasty).run()
            first.cancel()
            await asyncio.wait([first])
        assert len(endpoint.requests) == 1
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.AUTH)
    assert result.detail == "the token endpoint: no token within 250 ms"
    assert result.evidence == {"url": endpoint.url, "phase": "auth"}


async def test_a_run_that_is_cancelled_while_it_asks_for_a_token_lets_others_ask() -> None:
    asked = threading.Event()

    def handler(connection: socket.socket) -> None:
        asked.set()
        hang(connection)

    with http_server(handler, grant()) as endpoint, http_server(answer()) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url, auth=client(endpoint.url)))
            first = asyncio.create_task(prober.run())
            await asyncio.to_thread(asked.wait, 5)
            first.cancel()
            result = await prober.run()
    assert result.verdict is Verdict.PASS


async def test_trouble_of_ours_with_the_token_endpoint_is_unknown() -> None:
    with http_server(grant()) as endpoint, http_server(answer()) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url, auth=client(endpoint.url)))
            with no_descriptors_left():
                result = await prober.run()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_FDS)
    assert result.detail == "the token endpoint: we have no file descriptor left"


async def test_nothing_is_saved_of_what_a_token_endpoint_said() -> None:
    with http_server(answer(503, b'{"id": 1}')) as endpoint, http_server(answer()) as server:
        await go_through(
            step("submit", server.url, auth=client(endpoint.url), save={"job": "$.id"}),
            step("delete", f"{server.url}{{{{job}}}}", always=True),
        )
        assert server.requests == []


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ('"expires_in": 3600', 3_570),
        ('"expires_in": "3600"', 3_570),
        ('"expires_in": 40', 20),
        ('"expires_in": 1e99', 86_370),
        ('"expires_in": "soon"', 270),
        ('"expires_in": null', 270),
        ('"other": 1', 270),
        ('"expires_in": NaN', 0),
    ],
)
def test_a_token_is_used_until_a_little_before_its_end(said: str, seconds: int) -> None:
    begun = granted(Answer(200, CIMultiDict(), b'{"access_token": "x", "expires_in": 0}'))
    token = granted(Answer(200, CIMultiDict(), f'{{"access_token": "x", {said}}}'.encode()))
    assert not isinstance(begun, Failure)
    assert not isinstance(token, Failure)
    assert (token.until - begun.until) // 1_000_000_000 == seconds


def test_a_token_is_asked_for_on_the_way_of_its_target() -> None:
    target = HttpTarget(url="https://api.test/", proxy="http://proxy.test:3128")
    assert token_target(client("https://auth.test/"), target).proxy == target.proxy
