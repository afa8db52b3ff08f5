"""STARTTLS: a dialogue that goes on encrypted."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.model import Reason, Verdict
from monitor.probers.dialogues.conversation import Conversation
from monitor.probers.dialogues.one_hop import MissedError
from monitor.probers.settings import Line, TcpTarget, Trust
from monitor.probers.wire.phases import Hop
from tests.monitor.probers.asking import ask
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.dialogues import GREETING, LATE, turns
from tests.monitor.probers.servers import Handler, Server, hang, raw_server
from tests.monitor.probers.targets import HASTY, probe

STARTTLS = (GREETING, Line(send="STARTTLS\r\n"), Line(expect="^220 "), Line(starttls=True))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def target(server: Server, authority: Authority | None, *dialogue: Line) -> TcpTarget:
    trust = Trust(ca_file=str(authority.cafile)) if authority else Trust()
    return TcpTarget(host="localhost", port=server.port, dialogue=dialogue, trust=trust)


def starttls(context: ssl.SSLContext, *answers: bytes) -> Handler:
    """Greets, and goes on encrypted as soon as it is asked to."""

    def handler(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example.com ESMTP\r\n")
        assert connection.recv(65_536) == b"STARTTLS\r\n"
        connection.sendall(b"220 go ahead\r\n")
        with context.wrap_socket(connection, server_side=True) as talk:
            turns(b"", *answers)(talk)

    return handler


async def test_a_dialogue_goes_on_encrypted(authority: Authority) -> None:
    with raw_server(starttls(authority.server(), b"250 welcome\r\n")) as server:
        after = (Line(send="EHLO us\r\n"), Line(expect="^250 "))
        result = await ask(probe(target(server, authority, *STARTTLS, *after)))
    assert (result.verdict, result.detail) == (Verdict.PASS, "")
    assert None not in (result.phases.tls, result.phases.processing)
    assert result.certificate_expires is not None


async def test_the_turns_of_an_encrypted_dialogue_are_processing(authority: Authority) -> None:
    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as talk:
            talk.recv(65_536)
            threading.Event().wait(LATE)
            talk.sendall(b"250 well\r\n")

    context = authority.server()
    with raw_server(handler) as server:
        dialogue = (Line(starttls=True), Line(send="EHLO\r\n"), Line(expect="well"))
        result = await ask(probe(target(server, authority, *dialogue)))
    assert result.verdict is Verdict.PASS
    assert (result.phases.processing or 0) >= LATE * 1_000_000
    assert (result.phases.tls or 0) < LATE * 1_000_000


async def test_words_slipped_in_before_the_encryption_are_forgotten(authority: Authority) -> None:
    def handler(connection: socket.socket) -> None:
        connection.sendall(b"220 go ahead\r\n250 welcome\r\n")
        with context.wrap_socket(connection, server_side=True) as talk:
            hang(talk)

    context = authority.server()
    with raw_server(handler) as server:
        dialogue = (GREETING, Line(starttls=True), Line(expect="welcome"))
        result = await ask(probe(target(server, authority, *dialogue), timeout=HASTY))
    assert result.reason is Reason.TIMEOUT_HEADERS


Given = Callable[[Authority], tuple[ssl.SSLContext, Authority | None]]

CERTIFICATES: dict[str, tuple[Given, Reason, str]] = {
    "expired": (
        lambda authority: (authority.server(ends=timedelta(days=-3, hours=-1)), authority),
        Reason.TLS_EXPIRED,
        "certificate expired 3 days ago (CN=localhost)",
    ),
    "for another host": (
        lambda authority: (authority.server("other.test"), authority),
        Reason.TLS_HOSTNAME,
        "certificate is for other.test, not for localhost",
    ),
    "of an unknown authority": (
        lambda authority: (authority.server(), None),
        Reason.TLS_UNTRUSTED,
        "certificate not trusted: unable to get local issuer certificate (CN=localhost)",
    ),
}


@pytest.mark.parametrize(("given", "reason", "detail"), CERTIFICATES.values(), ids=CERTIFICATES.keys())
async def test_a_wrong_certificate_after_starttls_fails_and_is_shown(
    authority: Authority, given: Given, reason: Reason, detail: str
) -> None:
    context, trusted = given(authority)
    with raw_server(starttls(context)) as server:
        result = await ask(probe(target(server, trusted, *STARTTLS)))
    assert (result.verdict, result.reason, result.detail) == (Verdict.FAIL, reason, detail)
    assert result.evidence["phase"] == "tls"
    assert result.evidence["certificate"].startswith("CN=")
    assert result.certificate_expires is not None


async def test_a_server_that_offers_starttls_and_hangs_in_it_fails_with_tls_timeout() -> None:
    handler = turns(b"220 ready\r\n", b"220 go ahead\r\n")
    with raw_server(handler) as server:
        result = await ask(probe(target(server, None, *STARTTLS), timeout=HASTY))
    assert (result.reason, result.evidence["phase"]) == (Reason.TLS_TIMEOUT, "tls")
    assert (result.phases.processing or 0) < 100_000 < (result.phases.tls or 0)


async def test_a_server_that_goes_on_in_the_clear_fails_with_tls() -> None:
    handler = turns(b"220 ready\r\n", b"220 go ahead\r\n", b"250 I will not\r\n")
    with raw_server(handler) as server:
        result = await ask(probe(target(server, None, *STARTTLS)))
    assert (result.reason, result.evidence["phase"]) == (Reason.TLS, "tls")
    assert result.detail.startswith(f"TLS with {server.address} failed: ")


class Gone(asyncio.Transport):
    """Of a connection that is over."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


async def test_a_connection_that_is_over_is_not_encrypted() -> None:
    talk = Conversation(Hop("tcp://localhost:25", "localhost"))
    talk.connection_made(Gone())
    talk.connection_lost(None)
    with pytest.raises(MissedError, match="connection closed without an answer"):
        await talk.encrypt(ssl.create_default_context(), "localhost", 25)


async def test_a_server_that_goes_once_encrypted_fails_with_reset(authority: Authority) -> None:
    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as talk:
            talk.recv(65_536)
            talk.unwrap()

    context = authority.server()
    dialogue = (Line(starttls=True), Line(send="EHLO\r\n"), Line(expect="well"))
    with raw_server(handler) as server:
        result = await ask(probe(target(server, authority, *dialogue)))
    assert (result.reason, result.detail) == (Reason.RESET, "connection closed without an answer")
    assert result.evidence["phase"] == "headers"
