"""The TCP prober: dialogues with servers that speak as they should, and with those that do not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading

import pytest

from monitor.core.model import SECOND, Duration, Reason, Result, Verdict
from monitor.probers.dialogues.conversation import MOST_HEARD
from monitor.probers.settings import Line, TcpTarget
from tests.monitor.probers.asking import SECRET, ask, probers
from tests.monitor.probers.busy import BLOCK, BusyLoop
from tests.monitor.probers.dialogues import GREETING, LATE, turns
from tests.monitor.probers.servers import (
    Handler,
    Server,
    drip,
    hang,
    raw_server,
    say_and_hang,
    say_and_reset,
)
from tests.monitor.probers.targets import HASTY, probe


def target(server: Server, *dialogue: Line, host: str = "127.0.0.1") -> TcpTarget:
    return TcpTarget(host=host, port=server.port, dialogue=dialogue)


async def talk(handler: Handler, *dialogue: Line, limit: Duration = 2 * SECOND) -> Result:
    with raw_server(handler) as server:
        return await ask(probe(target(server, *dialogue), timeout=limit))


# ── dialogues ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_port_that_is_open_passes() -> None:
    result = await talk(hang)
    assert (result.verdict, result.detail, result.evidence) == (Verdict.PASS, "", {})
    assert result.phases.connect is not None
    assert (result.phases.tls, result.phases.processing, result.phases.transfer) == (None, None, None)


async def test_a_dialogue_with_a_mail_server_passes() -> None:
    answers = (b"220 mail.example.com ESMTP\r\n", b"250-mail.example.com\r\n250 HELP\r\n", b"221 bye\r\n")
    helo = (Line(send="EHLO us\r\n"), Line(expect="(?m)^250 "))
    result = await talk(turns(*answers), GREETING, *helo, Line(send="QUIT\r\n"), Line(expect="^221 "))
    assert (result.verdict, result.detail) == (Verdict.PASS, "")
    assert None not in (result.phases.connect, result.phases.processing, result.phases.transfer)


async def test_answers_that_come_at_once_are_found_one_after_the_other() -> None:
    handler = turns(b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\n", b"a1 OK done\r\n")
    dialogue = (Line(expect="OK ready"), Line(expect="CAPABILITY"), Line(send="a1 NOOP\r\n"), Line(expect="^a1 OK"))
    assert (await talk(handler, *dialogue)).verdict is Verdict.PASS


async def test_what_was_said_before_we_spoke_is_no_answer() -> None:
    handler = turns(b"220 ready\r\n250 too early\r\n", b"500 what?\r\n")
    result = await talk(handler, GREETING, Line(send="EHLO us\r\n"), Line(expect="250"), limit=HASTY)
    assert (result.reason, result.evidence["body"]) == (Reason.BODY, "500 what?  ")


async def test_what_was_found_is_not_found_again() -> None:
    handler = say_and_hang(b"250 first\r\n")
    result = await talk(handler, Line(expect="^250 "), Line(expect="250 "), limit=HASTY)
    assert (result.reason, result.evidence["body"]) == (Reason.BODY, "first  ")


async def test_words_that_come_in_pieces_are_heard_whole() -> None:
    def handler(connection: socket.socket) -> None:
        for words in (b"gr\xc3", b"\xbc\xc3\x9f dich"):
            connection.sendall(words)
            threading.Event().wait(LATE)
        hang(connection)

    assert (await talk(handler, Line(expect="^grüß dich$"))).verdict is Verdict.PASS


async def test_what_we_say_last_is_said() -> None:
    heard = list[bytes]()

    def handler(connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n")
        while words := connection.recv(65_536):
            heard.append(words)

    result = await talk(handler, GREETING, Line(send="QUIT\r\n"))
    assert result.verdict is Verdict.PASS
    assert b"".join(heard) == b"QUIT\r\n"


async def test_each_turn_in_which_we_wait_is_processing() -> None:
    def handler(connection: socket.socket) -> None:
        for words in (b"220 ready\r\n", b"250 well\r\n", b"250 better\r\n"):
            threading.Event().wait(LATE)
            connection.sendall(words)
            if words != b"250 well\r\n":
                connection.recv(65_536)

    result = await talk(handler, GREETING, Line(send="EHLO\r\n"), Line(expect="well"), Line(expect="better"))
    assert result.verdict is Verdict.PASS
    assert (result.phases.processing or 0) >= 3 * LATE * 1_000_000


async def test_a_busy_loop_does_not_show_as_a_slow_server() -> None:
    busy = BusyLoop()

    def handler(connection: socket.socket) -> None:
        connection.recv(65_536)
        busy.begin()
        connection.sendall(b"PONG\r\n")

    result = await talk(handler, Line(send="PING\r\n"), Line(expect="PONG"))
    assert result.verdict is Verdict.PASS
    assert 0 < result.phases.latency < BLOCK / 2 * 1_000_000


# ── servers that misbehave ───────────────────────────────────────────────────────────────────────────


def shut(words: bytes) -> Handler:
    return lambda connection: connection.sendall(words)


def after_our_words(handler: Handler) -> Handler:
    """Once the connection is up for sure."""

    def wait_first(connection: socket.socket) -> None:
        connection.recv(65_536)
        handler(connection)

    return wait_first


HELLO = (Line(send="hello\r\n"), GREETING)

ROWS: dict[str, tuple[Handler, Reason, str, str]] = {
    "says nothing": (hang, Reason.TIMEOUT_HEADERS, "headers", "no answer within 250 ms; the connection was up after"),
    "closes without a word": (shut(b""), Reason.RESET, "headers", "connection closed without an answer"),
    "resets without a word": (say_and_reset(b""), Reason.RESET, "headers", "connection reset by 127.0.0.1:"),
    "closes in the middle of a line": (
        shut(b"22"),
        Reason.TRUNCATED,
        "headers",
        "connection closed in the middle of the answer",
    ),
    "says something else and waits": (
        say_and_hang(b"554 go away\r\n"),
        Reason.BODY,
        "assertion",
        "the answer does not match ^220 ",
    ),
    "says something else and closes": (
        shut(b"421 too busy\r\n"),
        Reason.BODY,
        "assertion",
        "the answer does not match ^220 ",
    ),
    "sends noise and waits": (
        say_and_hang(bytes(range(128, 256))),
        Reason.BODY,
        "assertion",
        "the answer does not match ^220 ",
    ),
    "drips without end": (drip(b"", b"x"), Reason.BODY, "assertion", "the answer does not match ^220 "),
    "sends without end": (
        drip(b"x" * MOST_HEARD, b"x" * MOST_HEARD),
        Reason.TOO_LARGE,
        "body",
        "the answer does not match ^220  in its first 65536 characters",
    ),
}


@pytest.mark.parametrize(("handler", "reason", "phase", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_a_server_that_misbehaves_fails_under_its_own_reason(
    handler: Handler, reason: Reason, phase: str, detail: str
) -> None:
    with raw_server(after_our_words(handler)) as server:
        result = await ask(probe(target(server, *HELLO), timeout=HASTY))
    assert (result.verdict, result.reason) == (Verdict.FAIL, reason)
    assert detail in result.detail
    assert result.evidence["phase"] == phase
    assert result.evidence["url"] == f"tcp://{server.address}"
    assert result.evidence["address"] == server.address


async def test_a_healthy_probe_beside_them_passes() -> None:
    async with probers() as shared, contextlib.AsyncExitStack() as stack:
        handlers = [*(handler for handler, *_ in ROWS.values()), say_and_hang(b"220 ready\r\n")]
        servers = [stack.enter_context(raw_server(after_our_words(handler))) for handler in handlers]
        *bad, good = [shared.prober(probe(target(server, *HELLO), timeout=HASTY)) for server in servers]
        results = await asyncio.gather(*(prober.run() for prober in [*bad, good, *bad, good]))
    assert [result.verdict for result in results] == [*[Verdict.FAIL] * len(bad), Verdict.PASS] * 2


async def test_what_was_heard_is_shown_redacted_and_harmless() -> None:
    result = await talk(shut(b"554 \x1b[2J" + SECRET.encode() + b"\r\n"), GREETING)
    assert result.evidence["body"] == "554 \ufffd[2J•••  "


async def test_a_server_that_does_not_listen_to_us_fails_with_timeout_headers() -> None:
    def handler(connection: socket.socket) -> None:
        done.wait(5)
        hang(connection)  # ends only when we have broken off

    done = threading.Event()
    with raw_server(handler) as server:
        dialogue = (Line(send="x" * 16 * 1024 * 1024), Line(expect="ok"))
        result = await ask(probe(target(server, *dialogue), timeout=HASTY))
        done.set()
    assert (result.reason, result.evidence["phase"]) == (Reason.TIMEOUT_HEADERS, "headers")


async def test_a_server_that_goes_while_we_speak_fails_with_reset() -> None:
    result = await talk(shut(b"220 ready\r\n"), GREETING, Line(send="EHLO us\r\n"), Line(expect="250"))
    assert (result.reason, result.evidence["phase"]) == (Reason.RESET, "headers")
    assert result.detail.startswith("connection ")


async def test_a_slow_wrong_answer_to_a_loop_that_stood_still_is_unknown() -> None:
    busy = BusyLoop()

    def handler(connection: socket.socket) -> None:
        busy.begin()
        connection.sendall(b"554 go away\r\n")
        hang(connection)

    result = await talk(after_our_words(handler), *HELLO, limit=HASTY)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)
