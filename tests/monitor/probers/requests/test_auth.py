"""Who we say we are, and to whom."""

from __future__ import annotations

import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.settings import Auth, Basic, Bearer
from tests.monitor.probers.asked import header
from tests.monitor.probers.asking import ask, settings
from tests.monitor.probers.servers import answer, http_server, redirect
from tests.monitor.probers.tokens import TOKEN, client, grant
from tests.monitor.probers.transactions import go_through, step

# ── what is in the settings ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        (Bearer("abc"), "Bearer abc"),
        (Basic("me", "pässword"), "Basic bWU6cMOkc3N3b3Jk"),
        (None, None),
    ],
)
async def test_who_we_are_is_said_in_a_header(auth: Auth | None, sent: str | None) -> None:
    with http_server(answer()) as server:
        await ask(settings(server.url, auth=auth))
        assert header(server.requests[0], "authorization") == sent


@pytest.mark.parametrize("auth", [Bearer("abc"), Basic("me", "word"), client("http://127.0.0.1:1/")])
async def test_a_header_of_the_target_or_its_url_says_it_first(auth: Auth) -> None:
    with http_server(answer()) as server:
        await ask(settings(server.url, headers={"authorization": "Own x"}, auth=auth))
        await ask(settings(f"http://you:there@{server.address}/", auth=auth))
        said = [header(request, "authorization") for request in server.requests]
    assert said == ["Own x", "Basic eW91OnRoZXJl"]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_target_that_does_not_let_us_in_fails_with_http_status(status: int) -> None:
    with http_server(answer(status)) as server:
        result = await ask(settings(server.url, auth=Bearer("abc")))
    assert (result.reason, result.detail) == (Reason.HTTP_STATUS, f"HTTP {status} instead of 2xx")


# ── to whom it is said ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["bearer", "basic", "oauth2"])
async def test_a_redirect_to_another_host_is_not_told_who_we_are(kind: str) -> None:
    with (
        http_server(grant()) as endpoint,
        http_server(answer()) as other,
        http_server(redirect("/same"), redirect(other.url)) as server,
    ):
        auths = {"bearer": Bearer("abc"), "basic": Basic("me", "word"), "oauth2": client(endpoint.url)}
        result = await ask(settings(server.url, auth=auths[kind]))
        told = [header(request, "authorization") is not None for request in [*server.requests, *other.requests]]
    assert result.verdict is Verdict.PASS
    assert told == [True, True, False]


async def test_a_step_may_log_in_with_what_another_saved() -> None:
    with http_server(grant("saved"), answer()) as server:
        await go_through(
            step("login", server.url, save={"token": "$.access_token"}),
            step("fetch", server.url, auth=Bearer("{{token}}")),
        )
        assert header(server.requests[1], "authorization") == "Bearer saved"


async def test_a_token_of_one_step_is_not_shown_when_another_fails() -> None:
    with http_server(grant()) as endpoint, http_server(answer(), answer(503, TOKEN.encode())) as server:
        result = await go_through(
            step("login", server.url, auth=client(endpoint.url)),
            step("fetch", server.url),
        )
    assert result.evidence["body"] == "[redacted]"


async def test_a_token_endpoint_that_fails_in_a_step_is_named_with_it() -> None:
    with http_server(answer(503)) as endpoint, http_server(answer()) as server:
        result = await go_through(step("fetch", server.url, auth=client(endpoint.url)))
    assert (result.reason, result.detail) == (Reason.AUTH, "step fetch: the token endpoint answered 503")
