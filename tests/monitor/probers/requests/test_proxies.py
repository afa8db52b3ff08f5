"""Targets asked through a proxy, and proxies that do not lead there."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.wire.phases import Hop, phases
from tests.monitor.probers.asked import header
from tests.monitor.probers.asking import Names, ask, ask_beside, settings
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.proxies import ESTABLISHED, tunnelling_proxy
from tests.monitor.probers.servers import (
    Handler,
    answer,
    closed_port,
    deaf_port,
    hang,
    http_server,
    redirect,
    say_and_hang,
    say_and_reset,
)

HASTY = 250  # ms
LATE = 0.1  # s
MS = 1_000_000  # ns


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


# ── proxies that work ────────────────────────────────────────────────────────────────────────────────


async def test_a_plain_request_is_given_to_the_proxy_whole() -> None:
    with http_server(answer()) as proxy:
        result = await ask(settings("http://api.test/health?a=b", proxy=f"http://me:word@{proxy.address}"))
        (request,) = proxy.requests
    assert result.verdict is Verdict.PASS
    assert request.startswith(b"GET http://api.test/health?a=b HTTP/1.1\r\n")
    assert header(request, "host") == "api.test"
    assert header(request, "proxy-authorization") == "Basic bWU6d29yZA=="
    assert (result.phases.resolve, result.phases.tls) == (None, None)
    assert None not in (result.phases.connect, result.phases.processing, result.phases.transfer)


async def test_a_request_under_tls_goes_through_a_tunnel_and_has_all_phases(authority: Authority) -> None:
    with http_server(answer(200, b"hi"), context=authority.server()) as server, tunnelling_proxy() as proxy:
        url = f"https://localhost:{server.port}/"
        result = await ask(settings(url, proxy=f"http://me:word@{proxy.address}"), cafile=authority.cafile)
        (asked,), (request,) = proxy.requests, server.requests
    assert result.verdict is Verdict.PASS
    assert asked.startswith(f"CONNECT localhost:{server.port} HTTP/1.1\r\n".encode())
    assert header(asked, "proxy-authorization") == "Basic bWU6d29yZA=="
    assert request.startswith(b"GET / HTTP/1.1\r\n")
    assert header(request, "proxy-authorization") is None
    assert None not in (result.phases.connect, result.phases.tls, result.phases.processing, result.phases.transfer)
    assert result.certificate_expires is not None


async def test_the_time_until_a_tunnel_stands_is_spent_connecting(authority: Authority) -> None:
    with http_server(answer(), context=authority.server()) as server, tunnelling_proxy(after=LATE) as proxy:
        url = f"https://localhost:{server.port}/"
        result = await ask(settings(url, proxy=proxy.url), cafile=authority.cafile)
    assert (result.phases.connect or 0) >= LATE * 1_000_000
    assert max(result.phases.tls or 0, result.phases.processing or 0) < LATE * 1_000_000


async def test_a_redirect_is_followed_through_the_proxy() -> None:
    with http_server(redirect("http://other.test/"), answer()) as proxy:
        result = await ask(settings("http://api.test/", proxy=proxy.url))
        assert [request.split()[1] for request in proxy.requests] == [b"http://api.test/", b"http://other.test/"]
    assert result.verdict is Verdict.PASS


async def test_a_broken_proxy_is_not_asked_again() -> None:
    with http_server(b"") as proxy:
        await ask(settings("http://api.test/", proxy=proxy.url))
        await ask(settings("https://api.test/", proxy=proxy.url))
        assert [request.split()[0] for request in proxy.requests] == [b"GET", b"CONNECT"]


async def test_a_certificate_that_is_not_trusted_is_shown_through_the_proxy(authority: Authority) -> None:
    context = authority.server(ends=timedelta(days=-3, hours=-1))
    with http_server(answer(), context=context) as server, tunnelling_proxy() as proxy:
        url = f"https://localhost:{server.port}/"
        result = await ask(settings(url, proxy=f"http://me:word@{proxy.address}"), cafile=authority.cafile)
        asked = [(request.split()[1], header(request, "proxy-authorization")) for request in proxy.requests]
    assert asked == [(f"localhost:{server.port}".encode(), "Basic bWU6d29yZA==")] * 2
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.TLS_EXPIRED)
    assert result.detail == "certificate expired 3 days ago (CN=localhost)"
    assert (result.evidence["proxy"], result.evidence["phase"]) == (proxy.address, "tls")


# ── proxies that do not ──────────────────────────────────────────────────────────────────────────────


def plain_behind_the_tunnel(connection: socket.socket) -> None:
    connection.sendall(ESTABLISHED)
    connection.recv(65_536)
    connection.sendall(answer(400))


BROKEN: dict[str, tuple[bytes | Handler, str]] = {
    "wants credentials": (answer(407), "the proxy {} wants other credentials: HTTP 407"),
    "forbids it": (answer(403), "the proxy {} does not connect to api.test: HTTP 403"),
    "closes": (b"", "connection closed by the proxy {} without an answer"),
    "resets": (say_and_reset(b""), "connection reset by the proxy {}"),
    "speaks no HTTP": (b"SSH-2.0\r\n", "the answer of the proxy {} is not HTTP"),
}


@pytest.mark.parametrize(("given", "detail"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_proxy_that_does_not_lead_through_is_our_own_network(given: bytes | Handler, detail: str) -> None:
    with http_server(given) as proxy, http_server(answer()) as healthy:
        result = await ask_beside(settings("https://api.test/", proxy=proxy.url), healthy.url)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_NETWORK)
    assert result.detail == f"our own proxy: {detail.format(proxy.address)}"
    assert (result.evidence["url"], result.evidence["phase"]) == ("https://api.test/", "connect")
    assert result.evidence["proxy"] == proxy.address
    assert (result.phases.processing, result.phases.transfer) == (None, None)


REFUSAL = "the proxy {} does not connect to api.test: HTTP "
ROWS: dict[str, tuple[bytes | Handler, Reason, str, str]] = {
    "is told that there is none": (answer(502), Reason.UNREACHABLE, "connect", f"{REFUSAL}502"),
    "finds none": (answer(503), Reason.UNREACHABLE, "connect", f"{REFUSAL}503"),
    "waited in vain": (answer(504), Reason.UNREACHABLE, "connect", f"{REFUSAL}504"),
    "hangs": (hang, Reason.CONNECT_TIMEOUT, "connect", "no connection through the proxy {} within 250 ms"),
    "hangs behind the tunnel": (
        say_and_hang(ESTABLISHED),
        Reason.TLS_TIMEOUT,
        "tls",
        "TLS handshake not finished within 250 ms; the connection was up after ",
    ),
    "closes the tunnel": (
        ESTABLISHED,
        Reason.RESET,
        "tls",
        "connection reset by api.test through the proxy during the TLS handshake",
    ),
    "leads to no TLS": (
        plain_behind_the_tunnel,
        Reason.TLS,
        "tls",
        "TLS with api.test through the proxy failed: ",
    ),
}


@pytest.mark.parametrize(("given", "reason", "phase", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_what_may_come_of_the_target_behind_a_proxy_is_its_failure(
    given: bytes | Handler, reason: Reason, phase: str, detail: str
) -> None:
    with http_server(given) as proxy, http_server(answer()) as healthy:
        probe = settings("https://api.test/", proxy=proxy.url, timeout=HASTY if "within" in detail else 2_000)
        result = await ask_beside(probe, healthy.url)
    assert (result.verdict, result.reason) == (Verdict.FAIL, reason)
    assert result.detail.startswith(detail.format(proxy.address))
    assert (result.evidence["url"], result.evidence["phase"]) == ("https://api.test/", phase)
    assert result.evidence["proxy"] == proxy.address
    assert (result.phases.processing, result.phases.transfer) == (None, None)


@pytest.mark.parametrize("url", ["http://api.test/", "https://api.test/"])
async def test_a_proxy_that_refuses_the_connection_is_our_own_network(url: str) -> None:
    with closed_port() as port:
        result = await ask(settings(url, proxy=port.url))
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_NETWORK)
    assert result.detail == f"our own proxy: connection refused by the proxy {port.address}"
    assert result.evidence == {"url": url, "proxy": port.address, "phase": "connect"}


@pytest.mark.parametrize("url", ["http://api.test/", "https://api.test/"])
async def test_a_proxy_that_never_answers_is_our_own_network(url: str) -> None:
    with deaf_port() as port:
        result = await ask(settings(url, proxy=port.url, timeout=HASTY))
    assert (result.reason, result.evidence["phase"]) == (Reason.OWN_NETWORK, "connect")
    assert result.detail == f"our own proxy: no connection to the proxy {port.address} within 250 ms"


@pytest.mark.parametrize("url", ["http://api.test/", "https://api.test/"])
async def test_a_proxy_whose_name_does_not_exist_is_our_own_network(url: str) -> None:
    result = await ask(settings(url, proxy="http://proxy.test:3128"), resolver=Names())
    assert (result.reason, result.evidence["phase"]) == (Reason.OWN_NETWORK, "dns")
    assert result.detail == "our own proxy: the proxy's name proxy.test cannot be resolved: Domain name not found"


async def test_an_answer_to_a_plain_request_that_never_comes_is_missed_as_without_a_proxy() -> None:
    with http_server(hang) as proxy:
        result = await ask(settings("http://api.test/", proxy=proxy.url, timeout=HASTY))
    assert (result.reason, result.evidence["phase"]) == (Reason.TIMEOUT_HEADERS, "headers")
    assert result.detail.startswith("no answer within 250 ms; the connection was up after ")


# ── what was written down ────────────────────────────────────────────────────────────────────────────


def test_what_was_said_to_the_proxy_is_not_taken_for_the_answer() -> None:
    hop = Hop("https://api.test/", "api.test", proxied=True)
    hop.dial(("127.0.0.1", 3128), 1 * MS)
    hop.connected(("127.0.0.1", 3128), 1 * MS, 3 * MS, None)
    hop.send(4 * MS)
    hop.receive(14 * MS, 15 * MS)
    hop.read(ESTABLISHED)
    assert (hop.where, hop.counterpart) == ("connect", "the proxy 127.0.0.1:3128")
    assert phases([hop]).connect == 12_000
    hop.handshake(16 * MS)
    hop.secure(26 * MS, None)
    hop.send(30 * MS)
    assert (hop.where, hop.counterpart, hop.opening) == ("headers", "api.test through the proxy", b"")
    spent = phases([hop])
    assert (spent.connect, spent.tls, spent.processing) == (12_000, 10_000, None)
    assert hop.on_our_clock() == 12 * MS


def test_a_handshake_that_is_not_behind_a_proxy_leaves_what_was_said_before_it() -> None:
    hop = Hop("tcp://mail.test:25", "mail.test", sent=1 * MS, first_byte=2 * MS)
    hop.handshake(3 * MS)
    assert (hop.sent, hop.first_byte) == (1 * MS, 2 * MS)
