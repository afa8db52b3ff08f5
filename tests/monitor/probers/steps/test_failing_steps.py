"""Steps that fail: each is named, with its reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.settings import Expect, Trust
from tests.monitor.probers.asking import SECRET, Names, ask_beside, probers
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.servers import (
    Handler,
    answer,
    closed_port,
    hang,
    http_server,
    late,
    redirect,
    say_and_hang,
)
from tests.monitor.probers.transactions import document, go_through, step, transaction

HASTY = 250  # ms
LATE = 0.1


ROWS: dict[str, tuple[bytes | Handler, dict[str, Any], Reason, str, str]] = {
    "is answered 503": (answer(503), {}, Reason.HTTP_STATUS, "assertion", "HTTP 503 instead of 2xx"),
    "is not as expected": (
        document(state="new"),
        {"expect": Expect(json={"$.state": "done"})},
        Reason.JSON,
        "assertion",
        '$.state is "new" instead of "done"',
    ),
    "hangs": (hang, {}, Reason.TIMEOUT_HEADERS, "headers", "no answer within 250 ms; the connection was up after"),
    "stops in the body": (
        say_and_hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        {},
        Reason.TIMEOUT_BODY,
        "body",
        "body not complete within 250 ms",
    ),
    "is cut off": (b"", {}, Reason.RESET, "headers", "connection closed without an answer"),
    "speaks no HTTP": (b"SSH-2.0\r\n", {}, Reason.PROTOCOL, "headers", "the answer is not HTTP"),
    "is led in a circle": (redirect("/x"), {}, Reason.REDIRECTS, "headers", "redirected in a circle, to "),
    "saves what is not there": (
        document(name="x"),
        {"save": {"job": "$.id"}},
        Reason.STEP,
        "assertion",
        "save job: $.id finds nothing",
    ),
    "saves a header that is not there": (
        answer(),
        {"save": {"job": "Location"}},
        Reason.STEP,
        "assertion",
        "save job: header Location is missing",
    ),
    "saves from what is not JSON": (
        answer(200, b"<html>"),
        {"save": {"job": "$.id"}},
        Reason.STEP,
        "assertion",
        "save job: the body is not JSON: ",
    ),
    "saves from a body that is too long": (
        document(id="x" * 100),
        {"save": {"job": "$.id"}, "max_body": 50},
        Reason.STEP,
        "assertion",
        "save job: the body is longer than 50 bytes",
    ),
    "uses what was never saved": (
        answer(),
        {"headers": {"X-Job": "{{nothing}}"}},
        Reason.STEP,
        "request",
        "nothing was saved as nothing",
    ),
}


@pytest.mark.parametrize(("given", "how", "reason", "phase", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_a_step_that_fails_is_named_with_its_reason_and_its_phase(
    given: bytes | Handler, how: dict[str, Any], reason: Reason, phase: str, detail: str
) -> None:
    with http_server(answer()) as healthy, http_server(given) as server:
        probe = transaction(
            step("first", healthy.url),
            step("second", server.url, **how),
            step("third", healthy.url),
            timeout=HASTY if "within" in detail else 2_000,
        )
        result = await ask_beside(probe, healthy.url)
        assert len(healthy.requests) == 2
    assert (result.verdict, result.reason) == (Verdict.FAIL, reason)
    assert result.detail.startswith(f"step second: {detail}")
    assert (result.evidence["step"], result.evidence["phase"]) == ("second", phase)
    assert result.evidence["url"].startswith(server.url)
    assert [one.step for one in result.steps] == ["first", "second"]


async def test_a_step_whose_connection_is_refused_is_named() -> None:
    with http_server(answer()) as server, closed_port() as port:
        result = await go_through(step("first", server.url), step("second", port.url))
    assert (result.reason, result.detail) == (
        Reason.CONNECT_REFUSED,
        f"step second: connection refused by {port.address}",
    )
    assert result.evidence == {"step": "second", "url": port.url, "address": port.address, "phase": "connect"}
    assert result.http_status is None


@pytest.mark.parametrize("location", ["http://%00/", "http://a b/", "http://[::1", "http://h:99999/", "//", "\xff"])
async def test_a_location_that_leads_nowhere_is_never_a_bug_of_ours(location: str) -> None:
    with http_server(answer(headers=(f"Location: {location}",))) as server:
        result = await go_through(
            step("submit", server.url, save={"next": "Location"}),
            step("fetch", "{{next}}", expect=Expect(status=("404",))),
            resolver=Names(),
        )
    assert result.verdict is Verdict.FAIL
    assert result.detail.startswith("step fetch: ")


async def test_trouble_of_ours_in_a_step_makes_the_run_unknown() -> None:
    with http_server(answer()) as server:
        async with probers() as shared:
            prober = shared.prober(transaction(step("first", server.url)))
            with no_descriptors_left():
                result = await prober.run()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_FDS)
    assert result.detail == "step first: we have no file descriptor left"


async def test_each_step_has_the_whole_timeout() -> None:
    slowly = late(answer(), LATE)
    with http_server(slowly) as server:
        result = await go_through(*[step(str(count), server.url) for count in range(3)], limit=HASTY)
    assert result.verdict is Verdict.PASS
    assert result.phases.latency > 3 * LATE * 1_000_000


async def test_what_was_saved_is_not_shown() -> None:
    given = document(token="super-secret-token", pin="1234567890", word=SECRET)
    with http_server(given, answer(503, b"no super-secret-token, no 1234567890, no hunter2")) as server:
        result = await go_through(
            step("login", server.url, save={"token": "$.token", "all": "$"}),
            step("fetch", f"{server.url}?t={{{{token}}}}"),
        )
    assert result.evidence["url"] == f"{server.url}?t=[redacted]"
    assert result.evidence["body"] == "no [redacted], no [redacted], no •••"


async def test_a_token_is_not_shown_although_something_long_was_saved_before_it() -> None:
    given = document(page="x" * 20_000, token="supersecrettoken-1234")
    with http_server(given, answer(503, b"no supersecrettoken-1234")) as server:
        result = await go_through(
            step("login", server.url, save={"page": "$.page", "token": "$.token"}), step("fetch", server.url)
        )
    assert result.evidence["body"] == "no [redacted]"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "what was saved as job is empty, which leads elsewhere"),
        ("..", "{{job}} becomes .., which leads elsewhere"),
    ],
)
async def test_a_step_that_would_ask_somewhere_else_than_is_written_is_not_sent(value: str, problem: str) -> None:
    with http_server(document(id=value), answer()) as server:
        result = await go_through(
            step("submit", server.url, save={"job": "$.id"}),
            step("delete", f"{server.url}jobs/{{{{job}}}}", method="DELETE"),
        )
        assert len(server.requests) == 1
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.STEP)
    assert result.detail == f"step delete: {problem}"


# ── certificates ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_certificate_with_too_few_days_left_is_slow_and_its_step_is_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    soon = authority.server(ends=timedelta(days=6, hours=1))
    trust = Trust(ca_file=str(authority.cafile))
    with http_server(answer(), context=soon) as server, http_server(answer()) as other:
        result = await go_through(
            step("first", other.url, expect=Expect(certificate_days=14)),
            step("second", f"https://localhost:{server.port}/", trust=trust, expect=Expect(certificate_days=14)),
        )
    assert (result.verdict, result.reason) == (Verdict.SLOW, Reason.CERTIFICATE_EXPIRING)
    assert result.detail == "step second: certificate expires in 6 days, less than 14 days"
    assert result.certificate_expires is not None


async def test_an_expired_certificate_fails_its_step(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    expired = authority.server(ends=timedelta(days=-3, hours=-1))
    trust = Trust(ca_file=str(authority.cafile))
    with http_server(answer(), context=expired) as server:
        result = await go_through(step("only", f"https://localhost:{server.port}/", trust=trust))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.TLS_EXPIRED)
    assert result.detail == "step only: certificate expired 3 days ago (CN=localhost)"
    assert result.certificate_expires is not None
