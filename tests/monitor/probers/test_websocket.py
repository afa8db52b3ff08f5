"""The WebSocket prober: servers that upgrade and speak, and those that do not."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from monitor.core.model import SECOND, Duration, Reason, Result, Verdict
from monitor.probers.settings import Trust, WebsocketTarget
from monitor.probers.websocket import MOST_HEARD
from tests.monitor.probers.asking import SECRET, Names, ask
from tests.monitor.probers.busy import BLOCK, BusyLoop
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import (
    Handler,
    answer,
    closed_port,
    drip,
    hang,
    http_server,
    raw_server,
    read_request,
    redirect,
    say_and_hang,
    say_and_reset,
)
from tests.monitor.probers.targets import HASTY, probe
from tests.monitor.probers.websockets import BINARY, CLOSE, PING, echo, frame, heard, say, upgraded, websocket

LATE = 0.05  # seconds


async def ask_socket(
    handler: Handler, send: str | None = None, expect: str | None = None, *, limit: Duration = 2 * SECOND
) -> Result:
    with raw_server(handler) as server:
        target = WebsocketTarget(url=f"ws://{server.address}/feed", send=send, expect=expect)
        return await ask(probe(target, timeout=limit))


# ── servers that speak ───────────────────────────────────────────────────────────────────────────────


async def test_an_upgrade_passes() -> None:
    result = await ask_socket(websocket(echo))
    assert (result.verdict, result.detail, result.evidence) == (Verdict.PASS, "", {})
    assert result.http_status == 101
    assert None not in (result.phases.connect, result.phases.processing)


async def test_a_message_that_comes_back_passes() -> None:
    result = await ask_socket(websocket(echo), "ping 7", "^ping [0-9]$")
    assert (result.verdict, result.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize("message", [frame(b"now ready"), frame(b"now ready", BINARY)], ids=["text", "binary"])
async def test_messages_are_heard_until_one_is_as_expected(message: bytes) -> None:
    handler = websocket(say(frame(b"hello"), frame(b"are you there?", PING), frame(b"soon"), message))
    assert (await ask_socket(handler, expect="ready")).verdict is Verdict.PASS


async def test_a_message_that_comes_with_the_upgrade_is_heard() -> None:
    def handler(connection: socket.socket) -> None:
        connection.sendall(upgraded(read_request(connection)) + frame(b"ready"))
        hang(connection)

    assert (await ask_socket(handler, expect="ready")).verdict is Verdict.PASS


async def test_the_upgrade_and_the_wait_for_the_message_are_processing() -> None:
    def handler(connection: socket.socket) -> None:
        request = read_request(connection)
        threading.Event().wait(LATE)
        connection.sendall(upgraded(request))
        words = heard(connection)
        threading.Event().wait(LATE)
        connection.sendall(frame(words))

    result = await ask_socket(handler, "hi", "hi")
    assert result.verdict is Verdict.PASS
    assert (result.phases.processing or 0) >= 2 * LATE * 1_000_000


async def test_a_busy_loop_does_not_show_as_a_slow_server() -> None:
    busy = BusyLoop()

    def handler(connection: socket.socket) -> None:
        words = heard(connection)
        busy.begin()
        connection.sendall(frame(words))

    result = await ask_socket(websocket(handler), "hi", "hi")
    assert result.verdict is Verdict.PASS
    assert 0 < result.phases.latency < BLOCK / 2 * 1_000_000


async def test_a_server_that_does_not_say_goodbye_does_not_hold_us() -> None:
    gone = threading.Event()

    def handler(connection: socket.socket) -> None:
        hang(connection)
        gone.set()

    assert (await ask_socket(websocket(handler))).verdict is Verdict.PASS
    assert gone.is_set()  # the server ends with its connections


async def test_headers_of_the_probe_are_sent_and_credentials_are_not_shown() -> None:
    with http_server(answer(403)) as server:
        target = WebsocketTarget(url=f"ws://me:{SECRET}@{server.address}/", headers={"X-Tenant": "acme"})
        result = await ask(probe(target))
    assert b"X-Tenant: acme\r\n" in server.requests[0]
    assert b"Authorization: Basic " in server.requests[0]
    assert result.evidence["url"] == f"ws://{server.address}/"


# ── servers that misbehave ───────────────────────────────────────────────────────────────────────────


def badly(words: bytes) -> Handler:
    """An upgrade with words that do not belong into it."""

    def handler(connection: socket.socket) -> None:
        head, _, _ = upgraded(read_request(connection)).partition(b"Sec-WebSocket-Accept")
        connection.sendall(head + words + b"\r\n\r\n")
        hang(connection)

    return handler


def instead(words: bytes) -> Handler:
    def handler(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(words)

    return handler


GONE = (1011).to_bytes(2, "big") + b"sorry"

ROWS: dict[str, tuple[Handler, Reason, str, str]] = {
    "answers 200": (instead(answer(200)), Reason.HTTP_STATUS, "assertion", "HTTP 200 instead of 101"),
    "answers 404": (instead(answer(404)), Reason.HTTP_STATUS, "assertion", "HTTP 404 instead of 101"),
    "redirects": (instead(redirect("/other")), Reason.HTTP_STATUS, "assertion", "HTTP 302 instead of 101"),
    "upgrades without proof": (
        badly(b"Sec-WebSocket-Accept: guessed"),
        Reason.HEADER,
        "assertion",
        "the upgrade is not what was asked for: invalid challenge response",
    ),
    "speaks no HTTP": (instead(b"SSH-2.0\r\n"), Reason.PROTOCOL, "headers", "the answer is not HTTP"),
    "closes without an answer": (
        instead(b""),
        Reason.RESET,
        "headers",
        "connection closed without an answer",
    ),
    "never answers": (hang, Reason.TIMEOUT_HEADERS, "headers", "no answer within 250 ms"),
    "says nothing": (websocket(hang), Reason.TIMEOUT_BODY, "body", "no message within 250 ms"),
    "says something else": (
        websocket(say_and_hang(frame(b"hello"))),
        Reason.BODY,
        "assertion",
        "no message matches ready",
    ),
    "says something else and closes": (
        websocket(say_and_hang(frame(b"hello") + frame(GONE, CLOSE))),
        Reason.BODY,
        "assertion",
        "no message matches ready",
    ),
    "says goodbye at once": (
        websocket(say_and_hang(frame(GONE, CLOSE))),
        Reason.RESET,
        "body",
        "connection closed with code 1011 without a message",
    ),
    "closes after the upgrade": (
        websocket(lambda connection: None),
        Reason.RESET,
        "body",
        "connection closed without a message",
    ),
    "resets after the upgrade": (
        websocket(say_and_reset(b"")),
        Reason.RESET,
        "body",
        "connection reset by 127.0.0.1:",
    ),
    "sends noise": (
        websocket(say_and_hang(b"\xff" * 20)),
        Reason.PROTOCOL,
        "body",
        "what follows the upgrade is not WebSocket",
    ),
    "sends a message without end": (
        websocket(drip(frame(b"x" * MOST_HEARD * 2)[:MOST_HEARD], b"x")),
        Reason.TOO_LARGE,
        "body",
        "a message is longer than 65536 bytes",
    ),
}


@pytest.mark.parametrize(("handler", "reason", "phase", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_a_server_that_misbehaves_fails_under_its_own_reason(
    handler: Handler, reason: Reason, phase: str, detail: str
) -> None:
    with raw_server(handler) as server:
        target = WebsocketTarget(url=f"ws://{server.address}/", expect="ready")
        result = await ask(probe(target, timeout=HASTY))
    assert (result.verdict, result.reason) == (Verdict.FAIL, reason)
    assert detail in result.detail
    assert result.evidence["phase"] == phase
    assert result.evidence["address"] == server.address


async def test_the_latest_message_is_shown_redacted() -> None:
    messages = (frame(b"one"), frame(b"two " + SECRET.encode()))
    result = await ask_socket(websocket(say(*messages)), expect="ready", limit=HASTY)
    assert (result.evidence["body"], result.evidence["http_status"]) == ("two •••", "101")


async def test_a_wrong_message_to_a_loop_that_stood_still_is_unknown() -> None:
    busy = BusyLoop()

    def handler(connection: socket.socket) -> None:
        connection.sendall(frame(b"hello"))
        busy.begin()
        hang(connection)

    result = await ask_socket(websocket(handler), expect="ready", limit=HASTY)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)


async def test_a_refused_connection_fails_with_connect_refused() -> None:
    with closed_port() as port:
        result = await ask(probe(WebsocketTarget(url=f"ws://{port.address}/")))
    assert (result.reason, result.detail) == (Reason.CONNECT_REFUSED, f"connection refused by {port.address}")


async def test_a_name_that_does_not_exist_fails_with_dns() -> None:
    result = await ask(probe(WebsocketTarget(url="ws://nowhere.test/")), resolver=Names())
    assert (result.reason, result.evidence["phase"]) == (Reason.DNS, "dns")


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def test_an_encrypted_socket_passes_and_its_expiry_is_known(authority: Authority) -> None:
    with raw_server(websocket(echo, authority.server())) as server:
        trust = Trust(ca_file=str(authority.cafile))
        target = WebsocketTarget(url=f"wss://localhost:{server.port}/", send="hi", expect="hi", trust=trust)
        result = await ask(probe(target))
    assert (result.verdict, result.detail) == (Verdict.PASS, "")
    assert None not in (result.phases.tls, result.phases.processing, result.certificate_expires)


async def test_a_certificate_of_an_unknown_authority_is_untrusted_and_shown(authority: Authority) -> None:
    with raw_server(websocket(echo, authority.server())) as server:
        result = await ask(probe(WebsocketTarget(url=f"wss://localhost:{server.port}/")))
    assert (result.verdict, result.reason, result.evidence["phase"]) == (Verdict.FAIL, Reason.TLS_UNTRUSTED, "tls")
    assert result.detail == "certificate not trusted: unable to get local issuer certificate (CN=localhost)"
    assert result.evidence["certificate"].startswith("CN=localhost; ")
