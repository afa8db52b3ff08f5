"""TLS: what is wrong with a certificate, and when it expires."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.model import DAY, Reason, Verdict
from monitor.probers.settings import Expect
from tests.monitor.probers.asking import ask, probers, settings
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import (
    Handler,
    answer,
    hang,
    http_server,
    raw_server,
    read_request,
    say_and_hang,
    say_and_reset,
)

LONG = timedelta(days=30)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def after_the_hello(handler: Handler) -> Handler:
    def wait_first(connection: socket.socket) -> None:
        connection.recv(65_536)
        handler(connection)

    return wait_first


async def test_a_trusted_certificate_passes_and_its_expiry_is_known(authority: Authority) -> None:
    with http_server(answer(200, b"hi"), context=authority.server(ends=LONG)) as server:
        result = await ask(settings(f"https://localhost:{server.port}/"), cafile=authority.cafile)
    assert (result.verdict, result.detail) == (Verdict.PASS, "")
    assert None not in (result.phases.tls, result.phases.processing, result.phases.transfer)
    assert result.certificate_expires is not None
    assert result.certificate_expires // DAY - time.time_ns() // 1_000_000 // DAY in (29, 30)


async def test_a_certificate_that_expires_soon_is_slow(authority: Authority) -> None:
    ends = timedelta(days=6, hours=1)
    with http_server(answer(), context=authority.server(ends=ends)) as server:
        probe = settings(f"https://localhost:{server.port}/", slow_after=0, expect=Expect(certificate_days=14))
        result = await ask(probe, cafile=authority.cafile)
    assert (result.verdict, result.reason) == (Verdict.SLOW, Reason.CERTIFICATE_EXPIRING)
    assert result.detail == "certificate expires in 6 days, less than 14 days"


async def test_the_first_certificate_of_the_chain_to_expire_counts(tmp_path: Path) -> None:
    authority = Authority(tmp_path, ends=timedelta(days=6, hours=1))
    with http_server(answer(), context=authority.server(ends=LONG)) as server:
        probe = settings(f"https://localhost:{server.port}/", expect=Expect(certificate_days=14))
        result = await ask(probe, cafile=authority.cafile)
    assert (result.verdict, result.reason) == (Verdict.SLOW, Reason.CERTIFICATE_EXPIRING)
    assert result.detail == "certificate expires in 6 days, less than 14 days"


@pytest.mark.parametrize(
    ("name", "begins", "ends", "reason", "detail", "asked"),
    [
        (
            "localhost",
            -LONG,
            timedelta(days=-3, hours=-1),
            Reason.TLS_EXPIRED,
            "certificate expired 3 days ago (CN=localhost)",
            [b"HEAD"],
        ),
        (
            "localhost",
            timedelta(hours=5, minutes=1),
            LONG,
            Reason.TLS_NOT_YET_VALID,
            "certificate becomes valid in 5 hours (CN=localhost)",
            [b"HEAD"],
        ),
        ("other.test", -LONG, LONG, Reason.TLS_HOSTNAME, "certificate is for other.test, not for localhost", []),
    ],
)
async def test_a_wrong_certificate_fails_and_is_shown(
    authority: Authority,
    name: str,
    begins: timedelta,
    ends: timedelta,
    reason: Reason,
    detail: str,
    asked: list[bytes],
) -> None:
    with http_server(answer(), context=authority.server(name, begins=begins, ends=ends)) as server:
        result = await ask(settings(f"https://localhost:{server.port}/"), cafile=authority.cafile)
        assert [request.split()[0] for request in server.requests] == asked
    assert (result.verdict, result.reason, result.detail) == (Verdict.FAIL, reason, detail)
    assert result.evidence["phase"] == "tls"
    assert result.evidence["certificate"].startswith(f"CN={name}; for {name}; valid ")
    assert result.certificate_expires is not None


async def test_a_certificate_of_an_unknown_authority_is_untrusted(authority: Authority) -> None:
    with http_server(answer(), context=authority.server()) as server:
        result = await ask(settings(f"https://localhost:{server.port}/"))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.TLS_UNTRUSTED)
    assert result.detail == "certificate not trusted: unable to get local issuer certificate (CN=localhost)"


async def test_authorities_named_by_the_environment_are_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.cafile))
    with http_server(answer(), context=authority.server()) as server:
        result = await ask(settings(f"https://localhost:{server.port}/"))
    assert result.verdict is Verdict.PASS


async def test_plain_http_on_a_tls_port_fails_with_tls() -> None:
    with raw_server(after_the_hello(say_and_hang(answer(400)))) as server:
        result = await ask(settings(f"https://{server.address}/"))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.TLS)
    assert result.detail.startswith(f"TLS with {server.address} failed: ")
    assert result.evidence["phase"] == "tls"


async def test_a_server_that_wants_a_certificate_of_ours_fails_with_tls(authority: Authority) -> None:
    context = authority.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.cafile)

    def handler(connection: socket.socket) -> None:
        with connection.dup() as kept, suppress(ssl.SSLError):  # without it our request would meet a reset
            try:
                context.wrap_socket(connection, server_side=True)
            finally:
                hang(kept)

    with raw_server(handler) as server:
        result = await ask(settings(f"https://localhost:{server.port}/"), cafile=authority.cafile)
    assert (result.verdict, result.reason, result.evidence["phase"]) == (Verdict.FAIL, Reason.TLS, "headers")
    assert result.detail == f"TLS with {server.address} failed: tlsv13 alert certificate required"


async def test_a_server_that_hangs_in_the_handshake_fails_with_tls_timeout() -> None:
    with raw_server(hang) as server:
        result = await ask(settings(f"https://{server.address}/", timeout=250))
    assert (result.reason, result.evidence["phase"]) == (Reason.TLS_TIMEOUT, "tls")
    assert result.detail.startswith("TLS handshake not finished within 250 ms; the connection was up after ")
    assert (result.phases.tls or 0) > 100_000


@pytest.mark.parametrize("ending", [say_and_reset(b""), socket.socket.close], ids=["reset", "closed"])
async def test_a_connection_that_ends_in_the_handshake_is_reset(ending: Handler) -> None:
    with raw_server(after_the_hello(ending)) as server:
        result = await ask(settings(f"https://{server.address}/"))
    assert (result.reason, result.evidence["phase"]) == (Reason.RESET, "tls")
    assert "during the TLS handshake" in result.detail


async def test_an_answer_cut_short_by_an_orderly_tls_end_is_truncated(authority: Authority) -> None:
    context = authority.server()

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as talk:
            read_request(talk)
            talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
            talk.unwrap()

    with raw_server(handler) as server:
        result = await ask(settings(f"https://localhost:{server.port}/"), cafile=authority.cafile)
    assert (result.reason, result.evidence["phase"]) == (Reason.TRUNCATED, "body")


async def test_a_server_that_does_not_say_goodbye_does_not_hold_our_connection(authority: Authority) -> None:
    context, gone = authority.server(), threading.Event()

    def handler(connection: socket.socket) -> None:
        with connection.dup() as kept, context.wrap_socket(connection, server_side=True) as talk:
            read_request(talk)
            talk.sendall(answer())
            hang(kept)
            gone.set()

    with raw_server(handler) as server:
        async with probers(cafile=authority.cafile) as shared:
            await shared.prober(settings(f"https://localhost:{server.port}/")).run()
            assert await asyncio.to_thread(gone.wait, 5)
