"""The TLS prober: handshakes that succeed, and those that do not."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.model import DAY, Reason, Result, Verdict
from monitor.probers.settings import Expect, TlsTarget, Trust
from tests.monitor.probers.asking import Names, ask
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import Handler, answer, closed_port, hang, raw_server, say_and_hang, say_and_reset
from tests.monitor.probers.targets import HASTY, probe

LONG = timedelta(days=30)
OVER = timedelta(days=-3, hours=-1)
SOON = timedelta(hours=5, minutes=1)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def shake_hands(context: ssl.SSLContext) -> Handler:
    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as talk:
            hang(talk)

    return handler


async def check(
    handler: Handler,
    authority: Authority | None = None,
    *,
    expect: Expect | None = None,
    host: str = "localhost",
    **changes: str,
) -> Result:
    trust = Trust(ca_file=str(authority.cafile)) if authority else Trust()
    with raw_server(handler) as server:
        target = TlsTarget(host=host, port=server.port, trust=trust, **changes)
        return await ask(probe(target, expect=expect))


async def test_a_trusted_certificate_passes_and_its_expiry_is_known(authority: Authority) -> None:
    result = await check(shake_hands(authority.server(ends=LONG)), authority)
    assert (result.verdict, result.detail, result.evidence) == (Verdict.PASS, "", {})
    assert None not in (result.phases.connect, result.phases.tls)
    assert (result.phases.processing, result.phases.transfer) == (None, None)
    assert result.certificate_expires is not None
    assert result.certificate_expires // DAY - time.time_ns() // 1_000_000 // DAY in (29, 30)


async def test_a_certificate_that_expires_soon_is_slow(authority: Authority) -> None:
    handler = shake_hands(authority.server(ends=timedelta(days=6, hours=1)))
    result = await check(handler, authority, expect=Expect(certificate_days=14))
    assert (result.verdict, result.reason) == (Verdict.SLOW, Reason.CERTIFICATE_EXPIRING)
    assert result.detail == "certificate expires in 6 days, less than 14 days"


async def test_the_certificate_is_asked_for_by_the_name_of_the_server(authority: Authority) -> None:
    handler = shake_hands(authority.server("mail.test"))
    assert (await check(handler, authority, host="127.0.0.1", server_name="mail.test")).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "begins", "ends", "reason", "detail"),
    [
        ("localhost", -LONG, OVER, Reason.TLS_EXPIRED, "certificate expired 3 days ago (CN=localhost)"),
        ("localhost", SOON, LONG, Reason.TLS_NOT_YET_VALID, "certificate becomes valid in 5 hours (CN=localhost)"),
        ("other.test", -LONG, LONG, Reason.TLS_HOSTNAME, "certificate is for other.test, not for localhost"),
    ],
)
async def test_a_wrong_certificate_fails_and_is_shown(
    authority: Authority, name: str, begins: timedelta, ends: timedelta, reason: Reason, detail: str
) -> None:
    result = await check(shake_hands(authority.server(name, begins=begins, ends=ends)), authority)
    assert (result.verdict, result.reason, result.detail) == (Verdict.FAIL, reason, detail)
    assert result.evidence["phase"] == "tls"
    assert result.evidence["certificate"].startswith(f"CN={name}; for {name}; valid ")
    assert result.certificate_expires is not None


async def test_a_certificate_of_an_unknown_authority_is_untrusted(authority: Authority) -> None:
    result = await check(shake_hands(authority.server()))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.TLS_UNTRUSTED)
    assert result.detail == "certificate not trusted: unable to get local issuer certificate (CN=localhost)"


@pytest.mark.parametrize(
    ("most", "wanted", "verdict"),
    [
        (ssl.TLSVersion.TLSv1_2, "1.3", Verdict.FAIL),
        (ssl.TLSVersion.TLSv1_2, "1.2", Verdict.PASS),
        (ssl.TLSVersion.TLSv1_3, "1.3", Verdict.PASS),
    ],
)
async def test_a_server_must_agree_on_a_version_that_is_new_enough(
    authority: Authority, most: ssl.TLSVersion, wanted: str, verdict: Verdict
) -> None:
    context = authority.server()
    context.maximum_version = most
    assert (await check(shake_hands(context), authority, minimum_version=wanted)).verdict is verdict


async def test_an_old_version_fails_with_tls_and_is_named(authority: Authority) -> None:
    context = authority.server()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    result = await check(shake_hands(context), authority, minimum_version="1.3")
    assert (result.reason, result.detail) == (Reason.TLS, "the server agreed on TLS 1.2, at least TLS 1.3 is wanted")
    assert (result.evidence["phase"], result.evidence["version"]) == ("tls", "TLSv1.2")
    assert result.evidence["cipher"].startswith("ECDHE-")
    assert result.certificate_expires is not None


def after_the_hello(handler: Handler) -> Handler:
    def wait_first(connection: socket.socket) -> None:
        connection.recv(65_536)
        handler(connection)

    return wait_first


ROWS: dict[str, tuple[Handler, Reason, str]] = {
    "speaks plain HTTP": (say_and_hang(answer(400)), Reason.TLS, "TLS with 127.0.0.1:"),
    "hangs": (hang, Reason.TLS_TIMEOUT, "TLS handshake not finished within 250 ms; the connection was up after "),
    "resets": (say_and_reset(b""), Reason.RESET, "during the TLS handshake"),
    "closes": (socket.socket.close, Reason.RESET, "during the TLS handshake"),
}


@pytest.mark.parametrize(("handler", "reason", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_a_server_that_misbehaves_in_the_handshake_fails_under_its_own_reason(
    handler: Handler, reason: Reason, detail: str
) -> None:
    with raw_server(after_the_hello(handler)) as server:
        target = TlsTarget(host="localhost", port=server.port)
        names = Names({"localhost": ("127.0.0.1",)})
        result = await ask(probe(target, timeout=HASTY), resolver=names)
    assert (result.verdict, result.reason, result.evidence["phase"]) == (Verdict.FAIL, reason, "tls")
    assert detail in result.detail
    assert result.evidence["address"] == server.address
    assert result.evidence["url"] == f"tls://localhost:{server.port}"
    assert (result.phases.tls is not None, result.phases.processing) == (True, None)


async def test_a_refused_connection_fails_with_connect_refused() -> None:
    with closed_port() as port:
        result = await ask(probe(TlsTarget(host="127.0.0.1", port=port.port)))
    assert (result.reason, result.detail) == (Reason.CONNECT_REFUSED, f"connection refused by {port.address}")
