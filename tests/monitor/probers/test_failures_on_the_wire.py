"""Each way in which a target can fail, under its own reason."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.judging.failures import explain
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.sockets import dial, watched
from tests.monitor.probers.asking import SECRET, Names, ask, ask_beside, probers, settings
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.descriptors import no_descriptors_left
from tests.monitor.probers.selectors import watched_by
from tests.monitor.probers.servers import (
    Handler,
    answer,
    closed_port,
    deaf_port,
    drip,
    hang,
    http_server,
    raw_server,
    redirect,
    say_and_hang,
    say_and_reset,
)

HASTY = 250  # ms
HANGING = (Reason.TIMEOUT_HEADERS, Reason.TIMEOUT_BODY)
HEADERS_ONLY = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"

ROWS: dict[str, tuple[bytes | Handler, Reason, str, str]] = {
    "closes without an answer": (b"", Reason.RESET, "headers", "connection closed without an answer"),
    "resets before the answer": (say_and_reset(b""), Reason.RESET, "headers", "connection reset by 127.0.0.1:"),
    "resets in the headers": (say_and_reset(b"HTTP/1.1 20"), Reason.RESET, "headers", "connection reset by"),
    "resets in the body": (say_and_reset(HEADERS_ONLY + b"x"), Reason.RESET, "body", "in the middle of the body"),
    "closes in the headers": (
        b"HTTP/1.1 200 OK\r\nCont",
        Reason.TRUNCATED,
        "headers",
        "in the middle of the headers",
    ),
    "closes in the body": (HEADERS_ONLY + b"x", Reason.TRUNCATED, "body", "shorter than promised"),
    "says nothing": (hang, Reason.TIMEOUT_HEADERS, "headers", "no answer within 250 ms; the connection was up after"),
    "stops in the headers": (
        say_and_hang(b"HTTP/1.1 2"),
        Reason.TIMEOUT_HEADERS,
        "headers",
        "no answer within 250 ms",
    ),
    "stops in the body": (say_and_hang(HEADERS_ONLY), Reason.TIMEOUT_BODY, "body", "body not complete within 250 ms"),
    "drips headers without end": (
        drip(b"HTTP/1.1 200 OK\r\nA: ", b"x"),
        Reason.TIMEOUT_HEADERS,
        "headers",
        "no answer",
    ),
    "drips a body without end": (drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), Reason.TIMEOUT_BODY, "body", "not complete"),
    "speaks another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", Reason.PROTOCOL, "headers", "the answer is not HTTP"),
    "sends noise": (bytes(range(128, 256)) * 40, Reason.PROTOCOL, "headers", "the answer is not HTTP"),
    "sends one endless header": (
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000,
        Reason.PROTOCOL,
        "headers",
        "the answer is not HTTP",
    ),
    "sends 100,000 headers": (answer(headers=("A: b",) * 100_000), Reason.PROTOCOL, "headers", "not HTTP"),
    "ends between two chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        Reason.TRUNCATED,
        "body",
        "shorter than promised",
    ),
    "resets a body without a length": (
        say_and_reset(b"HTTP/1.0 200 OK\r\n\r\nhi"),
        Reason.RESET,
        "body",
        "in the middle of the body",
    ),
    "answers 503": (answer(503), Reason.HTTP_STATUS, "assertion", "HTTP 503 instead of 2xx"),
    "redirects to itself": (
        redirect("/"),
        Reason.REDIRECTS,
        "headers",
        "redirected in a circle, to http://127.0.0.1:",
    ),
    "redirects to a file": (
        redirect("file:///etc/passwd"),
        Reason.REDIRECT_REFUSED,
        "headers",
        "redirected to file:///etc/passwd, which is no HTTP address",
    ),
    "redirects to nonsense": (
        redirect("http://[::1"),
        Reason.REDIRECT_REFUSED,
        "headers",
        "which is no HTTP address",
    ),
}


@pytest.mark.parametrize(("given", "reason", "phase", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_a_server_that_misbehaves_fails_under_its_own_reason(
    given: bytes | Handler, reason: Reason, phase: str, detail: str
) -> None:
    with http_server(given) as server, http_server(answer()) as healthy:
        probe = settings(server.url, timeout=HASTY if reason in HANGING else 2_000)
        result = await ask_beside(probe, healthy.url)
    assert (result.verdict, result.reason) == (Verdict.FAIL, reason)
    assert result.evidence["phase"] == phase
    assert result.evidence["address"] == server.address
    assert detail in result.detail
    assert "answer" not in result.evidence or reason is Reason.PROTOCOL


async def test_a_body_that_is_framed_wrongly_fails_with_protocol() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with http_server(say_and_hang(head + b"80000\r\n" + b"x" * 0x80000 + b"zz\r\n")) as server:
        result = await ask(settings(server.url, timeout=HASTY))
    assert (result.reason, result.evidence["phase"]) == (Reason.PROTOCOL, "body")
    assert result.detail == "the body is not framed as HTTP demands"


async def test_a_broken_connection_is_not_asked_again() -> None:
    with http_server(b"") as server:
        await ask(settings(server.url))
        assert len(server.requests) == 1


async def test_more_than_five_redirects_fail() -> None:
    with http_server(*[redirect(f"/{count}") for count in range(9)]) as server:
        result = await ask(settings(server.url))
        assert len(server.requests) == 6
    assert (result.reason, result.detail) == (Reason.REDIRECTS, "more than 5 redirects")
    assert result.evidence["location"] == "/5"


async def test_a_redirect_to_a_disguised_address_fails_with_dns() -> None:
    with http_server(redirect("http://2130706433/")) as server:
        result = await ask(settings(server.url))
    assert (result.reason, result.detail) == (Reason.DNS, "2130706433 is neither a name nor an address")


async def test_a_refused_connection_fails_with_connect_refused() -> None:
    with closed_port() as port:
        result = await ask(settings(port.url))
    assert result.reason is Reason.CONNECT_REFUSED
    assert result.detail == f"connection refused by {port.address}"
    assert result.evidence == {"url": port.url, "address": port.address, "phase": "connect"}


@pytest.mark.parametrize("addresses", [("224.0.0.1", "127.0.0.1"), ("127.0.0.1", "224.0.0.1")])
async def test_a_refusal_explains_more_than_another_address_without_a_route(addresses: tuple[str, ...]) -> None:
    with closed_port() as port:
        names = Names({"api.test": addresses})
        result = await ask(settings(f"http://api.test:{port.port}/"), resolver=names)
    assert result.reason is Reason.CONNECT_REFUSED


async def test_an_address_without_a_route_fails_with_unreachable() -> None:
    result = await ask(settings("http://224.0.0.1:80/"))
    assert (result.reason, result.detail) == (Reason.UNREACHABLE, "network of 224.0.0.1:80 unreachable")
    assert result.evidence["phase"] == "connect"


async def test_a_port_that_never_answers_fails_with_connect_timeout() -> None:
    with deaf_port() as port:
        result = await ask(settings(port.url, timeout=HASTY))
    assert result.reason is Reason.CONNECT_TIMEOUT
    assert result.detail == f"no connection to {port.address} within 250 ms"
    assert result.evidence["phase"] == "connect"


async def test_a_name_that_does_not_exist_fails_with_dns() -> None:
    result = await ask(settings("http://nowhere.test/"), resolver=Names())
    assert (result.reason, result.evidence["phase"]) == (Reason.DNS, "dns")
    assert result.detail == "name nowhere.test cannot be resolved: Domain name not found"


async def test_a_name_that_is_never_answered_fails_with_dns_timeout() -> None:
    result = await ask(settings("http://slow.test/", timeout=HASTY), resolver=Names({"slow.test": None}))
    assert (result.reason, result.evidence["phase"]) == (Reason.DNS_TIMEOUT, "dns")
    assert result.detail == "name not resolved within 250 ms"


async def test_a_name_server_that_cannot_be_reached_is_our_own_fault() -> None:
    with closed_port() as port:
        resolver = aiohttp.AsyncResolver(nameservers=["127.0.0.1"], udp_port=port.port, tries=1)
        result = await ask(settings("http://api.test/"), resolver=resolver)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_RESOLVER)
    assert result.detail == "no name server can be reached from here"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_run_that_is_given_up_leaves_nothing_behind(scheme: str) -> None:
    loop, mishaps, asked = asyncio.get_running_loop(), list[object](), threading.Event()
    loop.set_exception_handler(lambda _, context: mishaps.append(context))

    def handler(connection: socket.socket) -> None:
        connection.recv(1)
        asked.set()
        hang(connection)

    with raw_server(handler) as server:
        async with probers() as shared:
            prober = shared.prober(settings(f"{scheme}://{server.address}/"))
            await asyncio.to_thread(len, ())  # from now on the loop looks after its threads
            before = watched_by(loop)
            run = asyncio.create_task(prober.run())
            await asyncio.to_thread(asked.wait, 5)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            assert watched_by(loop) == before
    assert mishaps == []


async def test_a_lack_of_descriptors_is_our_own_fault() -> None:
    with http_server(answer()) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url))
            with no_descriptors_left():
                result = await prober.run()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_FDS)
    assert result.detail == "we have no file descriptor left"


async def test_a_lack_of_descriptors_explains_more_than_the_refusal_of_another_address() -> None:
    hop = Hop("http://api.test/", "api.test")

    def dial_only_one(address_info: tuple[Any, ...]) -> socket.socket:
        with no_descriptors_left() if hop.refusals else nullcontext():
            return dial(address_info)

    names = Names({"api.test": ("127.0.0.1", "127.0.0.2")})
    connector = aiohttp.TCPConnector(resolver=names, socket_factory=dial_only_one)
    with closed_port() as port, watched(hop):
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(aiohttp.ClientConnectorError) as raised:
                await session.get(f"http://api.test:{port.port}/")
    assert set(hop.refusals) == {errno.ECONNREFUSED, errno.EMFILE}
    assert explain(raised.value, hop, HASTY).reason is Reason.OWN_FDS


@pytest.mark.parametrize("tls", [False, True])
async def test_what_is_not_http_is_shown_as_evidence_only_and_harmless(tmp_path: Path, tls: bool) -> None:
    authority = Authority(tmp_path)
    words = b"8h\r\xbe\x1b[2J" + SECRET.encode() + b"\r\n\r\n"
    with http_server(words, context=authority.server() if tls else None) as server:
        url = f"https://localhost:{server.port}/" if tls else server.url
        result = await ask(settings(url), cafile=authority.cafile)
    assert (result.reason, result.detail) == (Reason.PROTOCOL, "the answer is not HTTP")
    assert result.evidence["answer"] == "8h \ufffd\ufffd[2J•••    "


async def test_what_is_not_http_is_shown_from_its_beginning_however_it_comes() -> None:
    def handler(connection: socket.socket) -> None:
        for words in (b"HTTP/1.1 200 OK\r\n", b"one: header\r\n", b"no header\r\n\r\n"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(words)

    with http_server(handler) as server:
        result = await ask(settings(server.url))
    assert result.evidence["answer"].startswith("HTTP/1.1 200 OK  one: header  no header")


async def test_what_no_target_can_cause_is_raised_as_a_bug() -> None:
    with http_server(answer()) as server, pytest.raises(ValueError, match="header"):
        await ask(settings(server.url, headers={"X-Broken": "a\r\nb"}))
