"""The gRPC prober: the messages it reads and writes, what failures mean, and calls of real servers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import trustme

from monitor.core.model import SECOND, Duration, Reason, Result, Verdict
from monitor.probers.dialogues import health_messages
from monitor.probers.grpc_health import CHECK, ExtraMissing
from monitor.probers.judging.grpc_failures import explain_status
from monitor.probers.settings import GrpcTarget, Trust
from tests.monitor.probers.asking import ask, probers
from tests.monitor.probers.servers import Handler, answer, closed_port, hang, raw_server, say_and_hang
from tests.monitor.probers.targets import HASTY, probe

INSTALLED = find_spec("grpc") is not None
needs_grpcio = pytest.mark.skipif(not INSTALLED, reason="grpcio is not installed")

# ── messages ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("service", "written"),
    [("", b""), ("api", b"\x0a\x03api"), ("ü", b"\x0a\x02\xc3\xbc"), ("x" * 300, b"\x0a\xac\x02" + b"x" * 300)],
    ids=["none", "short", "not ASCII", "long"],
)
def test_a_request_names_the_service(service: str, written: bytes) -> None:
    assert health_messages.request(service) == written


@pytest.mark.parametrize(
    ("response", "status"),
    [
        (b"", "UNKNOWN"),
        (b"\x08\x01", "SERVING"),
        (b"\x08\x02", "NOT_SERVING"),
        (b"\x08\x03", "SERVICE_UNKNOWN"),
        (b"\x08\x81\x00", "SERVING"),
        (b"\x08\x2a", "42"),
        (b"\x12\x02hi\x08\x01", "SERVING"),
        (b"\x08\x01\x18\x96\x01\x21" + b"x" * 8 + b"\x2d" + b"x" * 4, "SERVING"),
    ],
)
def test_a_response_tells_the_status_among_fields_that_are_not_known(response: bytes, status: str) -> None:
    assert health_messages.status(response) == status


@pytest.mark.parametrize("response", [b"\x08", b"\x08" + b"\xff" * 11, b"\x12\x05hi", b"\x0b", b"\x21xx", b"\x12"])
def test_what_is_no_response_is_refused(response: bytes) -> None:
    with pytest.raises(ValueError, match=r"no end|cut short|not known"):
        health_messages.status(response)


# ── what failures mean ───────────────────────────────────────────────────────────────────────────────

AT = "failed to connect to all addresses; last error: UNKNOWN: ipv4:10.0.0.1:443: "


@pytest.mark.parametrize(
    ("status", "words", "reason", "detail"),
    [
        ("UNAVAILABLE", AT + "No route to host", Reason.UNREACHABLE, "no route to host api.test:443"),
        ("UNAVAILABLE", AT + "Network is unreachable", Reason.UNREACHABLE, "network of api.test:443 unreachable"),
        ("UNAVAILABLE", AT + "Connection reset by peer", Reason.RESET, "connection reset by api.test:443"),
        ("UNAVAILABLE", AT + "Too many open files", Reason.OWN_FDS, "we have no file descriptor left"),
        ("UNAVAILABLE", "over capacity", Reason.UNREACHABLE, "the server is not available"),
        ("UNAUTHENTICATED", "", Reason.AUTH, "the server does not permit the health check"),
        ("INTERNAL", "oops", Reason.PROTOCOL, "the health check ended with INTERNAL"),
    ],
)
def test_a_status_says_why(status: str, words: str, reason: Reason, detail: str) -> None:
    failure = explain_status(status, words, "api.test", "api.test:443", "")
    assert (failure.reason, failure.detail) == (reason, detail)


@pytest.mark.skipif(INSTALLED, reason="grpcio is installed")
async def test_without_grpcio_the_prober_says_what_it_needs() -> None:
    with pytest.raises(ExtraMissing, match=r"grpc probes need justkalm-monitor\[grpc\]"):
        await ask(probe(GrpcTarget(host="127.0.0.1", port=1)))


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────

Checking: TypeAlias = Callable[[bytes, Any], Awaitable[bytes]]


@asynccontextmanager
async def grpc_server(check: Checking | None = None, credentials: Any = None) -> AsyncIterator[int]:
    """The port of a server that gives this answer to health checks; without one it does not know them."""
    grpc = import_module("grpc")
    server = grpc.aio.server()
    if check is not None:
        handler = grpc.unary_unary_rpc_method_handler(check)
        service, _, method = CHECK[1:].partition("/")
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    address = "127.0.0.1:0"
    port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


def answers(response: bytes) -> Checking:
    async def check(request: bytes, context: Any) -> bytes:
        return response

    return check


def refuses(code: str) -> Checking:
    async def check(request: bytes, context: Any) -> bytes:
        grpc = import_module("grpc")
        await context.abort(grpc.StatusCode[code], "so it is")
        return b""

    return check


async def call(check: Checking | None, service: str = "", limit: Duration = 2 * SECOND) -> Result:
    async with grpc_server(check) as port:
        return await ask(probe(GrpcTarget(host="127.0.0.1", port=port, service=service), timeout=limit))


@needs_grpcio
async def test_a_server_that_serves_passes() -> None:
    asked = list[bytes]()

    async def check(request: bytes, context: Any) -> bytes:
        asked.append(request)
        return b"\x08\x01"

    result = await call(check, "api")
    assert (result.verdict, result.detail, result.evidence) == (Verdict.PASS, "", {})
    assert asked == [health_messages.request("api")]
    assert (result.phases.processing or 0) > 0
    assert result.phases.latency == result.phases.processing


ANSWERS: dict[str, tuple[Checking | None, Reason, str]] = {
    "is not serving": (answers(b"\x08\x02"), Reason.BODY, "NOT_SERVING instead of SERVING"),
    "does not know its own status": (answers(b""), Reason.BODY, "UNKNOWN instead of SERVING"),
    "does not know the service": (refuses("NOT_FOUND"), Reason.BODY, "the server does not know the service api"),
    "is overloaded": (refuses("UNAVAILABLE"), Reason.UNREACHABLE, "the server is not available"),
    "does not permit it": (
        refuses("PERMISSION_DENIED"),
        Reason.AUTH,
        "the server does not permit the health check",
    ),
    "has no health checks": (None, Reason.PROTOCOL, "the server does not speak the health checking protocol"),
    "answers nonsense": (
        answers(b"\x12\x7f"),
        Reason.PROTOCOL,
        "the answer is not one of health checking: a field is cut short",
    ),
}


@needs_grpcio
@pytest.mark.parametrize(("check", "reason", "detail"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_another_answer_fails_under_its_own_reason(check: Checking | None, reason: Reason, detail: str) -> None:
    result = await call(check, "api")
    assert (result.verdict, result.reason, result.detail) == (Verdict.FAIL, reason, detail)
    assert result.evidence["phase"] == "assertion"
    assert result.evidence["url"].startswith("grpc://127.0.0.1:")


def end(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)
    hang(connection)


ROWS: dict[str, tuple[Handler, Reason, str, str]] = {
    "speaks HTTP/1": (say_and_hang(answer(400)), Reason.PROTOCOL, "headers", "the answer is not gRPC"),
    "ends at once": (end, Reason.RESET, "headers", "connection closed without an answer"),
    "says nothing": (hang, Reason.TIMEOUT_HEADERS, "headers", "no answer within 250 ms"),
}


@needs_grpcio
@pytest.mark.parametrize(("handler", "reason", "phase", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_what_is_no_grpc_server_fails_under_its_own_reason(
    handler: Handler, reason: Reason, phase: str, detail: str
) -> None:
    limit = HASTY if reason is Reason.TIMEOUT_HEADERS else 2 * SECOND
    with raw_server(handler) as server:
        result = await ask(probe(GrpcTarget(host="127.0.0.1", port=server.port), timeout=limit))
    assert (result.verdict, result.reason, result.detail) == (Verdict.FAIL, reason, detail)
    assert result.evidence["phase"] == phase


@needs_grpcio
async def test_a_refused_connection_fails_with_connect_refused() -> None:
    with closed_port() as port:
        result = await ask(probe(GrpcTarget(host="127.0.0.1", port=port.port)))
    assert (result.reason, result.evidence["phase"]) == (Reason.CONNECT_REFUSED, "connect")
    assert result.detail == f"connection refused by {port.address}"


@needs_grpcio
async def test_runs_at_the_same_time_do_not_share_a_connection() -> None:
    seen, both = list[str](), asyncio.Barrier(2)

    async def check(request: bytes, context: Any) -> bytes:
        seen.append(context.peer())
        await both.wait()
        return b"\x08\x01"

    async with grpc_server(check) as port:
        target = probe(GrpcTarget(host="127.0.0.1", port=port))
        await asyncio.gather(ask(target), ask(target))
    assert len(set(seen)) == 2


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────


def credentials(authority: trustme.CA, name: str, ends: timedelta) -> Any:
    grpc = import_module("grpc")
    now = datetime.now(UTC)
    leaf = authority.issue_cert(name, not_before=now - timedelta(days=30), not_after=now + ends)
    return grpc.ssl_server_credentials([(leaf.private_key_pem.bytes(), leaf.cert_chain_pems[0].bytes())])


async def call_encrypted(folder: Path, name: str = "localhost", days: int = 30, *, trusted: bool = True) -> Result:
    authority, file = trustme.CA(), folder / "authority.pem"
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(file)
    async with grpc_server(answers(b"\x08\x01"), credentials(authority, name, timedelta(days=days))) as port:
        trust = Trust(ca_file=str(file))
        return await ask(probe(GrpcTarget(host="localhost", port=port, tls=True, trust=trust)))


@needs_grpcio
async def test_an_authority_that_is_renewed_is_trusted_from_the_next_run_on(tmp_path: Path) -> None:
    authority, file = trustme.CA(), tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(file)
    encrypted = credentials(authority, "localhost", timedelta(days=30))
    async with grpc_server(answers(b"\x08\x01"), encrypted) as port, probers() as shared:
        target = GrpcTarget(host="localhost", port=port, tls=True, trust=Trust(ca_file=str(file)))
        prober = shared.prober(probe(target))
        before = await prober.run()
        authority.cert_pem.write_to_path(file)
        after = await prober.run()
    assert (before.reason, after.verdict) == (Reason.TLS_UNTRUSTED, Verdict.PASS)


@needs_grpcio
async def test_an_encrypted_server_that_is_trusted_passes(tmp_path: Path) -> None:
    result = await call_encrypted(tmp_path)
    assert (result.verdict, result.detail) == (Verdict.PASS, "")


@needs_grpcio
@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        ({"days": -3}, Reason.TLS_EXPIRED, "certificate expired 3 days ago (CN="),
        ({"name": "other.test"}, Reason.TLS_HOSTNAME, "certificate is for other.test, not for localhost"),
        ({"trusted": False}, Reason.TLS_UNTRUSTED, "certificate not trusted (CN="),
    ],
)
async def test_a_wrong_certificate_fails_and_is_shown(
    tmp_path: Path, changes: dict[str, Any], reason: Reason, detail: str
) -> None:
    result = await call_encrypted(tmp_path, **changes)
    assert (result.verdict, result.reason, result.evidence["phase"]) == (Verdict.FAIL, reason, "tls")
    assert result.detail.startswith(detail)
    assert "; valid " in result.evidence["certificate"]


@needs_grpcio
async def test_a_server_that_does_not_encrypt_fails_with_tls() -> None:
    async with grpc_server(answers(b"\x08\x01")) as port:
        result = await ask(probe(GrpcTarget(host="127.0.0.1", port=port, tls=True)))
    assert (result.reason, result.detail) == (Reason.TLS, f"TLS with 127.0.0.1:{port} failed")
