"""Hosts with several addresses under HTTPS: what breaks in the handshake with one leads on to the next."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.core.model import Reason, Result, Verdict
from tests.monitor.probers.asking import Names, ask, settings
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import Handler, answer, closed_port, http_server, raw_server, say_and_reset

NAMES = Names({"localhost": ("127.0.0.2", "127.0.0.1")})


def close(connection: socket.socket) -> None:
    connection.recv(9)


def reset(connection: socket.socket) -> None:
    connection.recv(9)
    say_and_reset(b"")(connection)


def showing(context: ssl.SSLContext) -> Handler:
    """Shows a certificate, and has no answer."""

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as talk:
            talk.recv(9)

    return handler


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def impostor(tmp_path: Path) -> ssl.SSLContext:
    """With a certificate that nobody trusts."""
    directory = tmp_path / "impostor"
    directory.mkdir()
    return Authority(directory).server()


async def asked(port: int, authority: Authority) -> Result:
    return await ask(settings(f"https://localhost:{port}/"), cafile=authority.cafile, resolver=NAMES)


ENDINGS: dict[str, Callable[[ssl.SSLContext], Handler]] = {
    "closed": lambda _: close,
    "reset": lambda _: reset,
    "not trusted": showing,
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
async def test_a_handshake_that_fails_leads_on_to_the_next_address(
    ending: Callable[[ssl.SSLContext], Handler], authority: Authority, impostor: ssl.SSLContext
) -> None:
    with http_server(answer(200, b"hi"), context=authority.server()) as server:
        with raw_server(ending(impostor), at=("127.0.0.2", server.port)):
            result = await asked(server.port, authority)
    assert (result.verdict, result.http_status) == (Verdict.PASS, 200)
    assert None not in (result.phases.connect, result.phases.tls, result.phases.processing)


async def test_the_last_handshake_that_fails_tells_why(authority: Authority, impostor: ssl.SSLContext) -> None:
    with raw_server(showing(impostor)) as server, raw_server(close, at=("127.0.0.2", server.port)):
        result = await asked(server.port, authority)
    assert result.reason is Reason.TLS_UNTRUSTED
    assert result.evidence["address"] == server.address


async def test_a_handshake_that_failed_explains_more_than_a_refusal(authority: Authority) -> None:
    with closed_port() as port, raw_server(close, at=("127.0.0.2", port.port)):
        result = await asked(port.port, authority)
    assert result.reason is Reason.RESET
    assert result.detail == f"connection reset by 127.0.0.2:{port.port} during the TLS handshake"


async def test_what_breaks_after_the_handshake_is_not_asked_again(authority: Authority) -> None:
    with http_server(answer(), context=authority.server()) as server:
        with raw_server(showing(authority.server()), at=("127.0.0.2", server.port)):
            result = await asked(server.port, authority)
    assert (result.reason, server.requests) == (Reason.RESET, [])
