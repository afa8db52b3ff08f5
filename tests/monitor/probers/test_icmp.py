"""The ICMP prober: echoes of our own machine, and what the kernel says instead of one."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable, Sequence

import pytest

from monitor.core.model import SECOND, Reason, Verdict
from monitor.probers.icmp import FORBIDDEN, HEADER, IcmpInquiry, MakeSocket
from monitor.probers.network import Network
from monitor.probers.run import Finding
from monitor.probers.settings import IcmpTarget
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.phases import MILLISECOND
from tests.monitor.probers.asking import Names, WallClock, ask, redact
from tests.monitor.probers.targets import HASTY, probe


def permitted(family: int, protocol: int, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM, protocol) as ours:
            ours.connect((address, 0))
    except OSError:
        return False
    return True


PERMITTED = permitted(socket.AF_INET, socket.IPPROTO_ICMP, "127.0.0.1")
needs_ping = pytest.mark.skipif(not PERMITTED, reason="the kernel forbids ping: see net.ipv4.ping_group_range")
needs_ping6 = pytest.mark.skipif(
    not permitted(socket.AF_INET6, socket.IPPROTO_ICMPV6, "::1"), reason="the kernel forbids ping over IPv6"
)


@needs_ping
async def test_an_echo_passes_and_its_round_trip_is_the_latency() -> None:
    result = await ask(probe(IcmpTarget("127.0.0.1")))
    assert (result.verdict, result.detail, result.evidence) == (Verdict.PASS, "", {})
    assert result.phases.processing is not None
    assert result.phases.connect is None
    assert 0 < result.phases.latency < 100_000


@needs_ping6
async def test_an_echo_over_ipv6_passes() -> None:
    assert (await ask(probe(IcmpTarget("::1")))).verdict is Verdict.PASS


@needs_ping
async def test_a_name_is_resolved_first() -> None:
    result = await ask(probe(IcmpTarget("gateway.test")), resolver=Names({"gateway.test": ("127.0.0.1",)}))
    assert result.verdict is Verdict.PASS
    assert result.phases.resolve is not None


@pytest.mark.skipif(PERMITTED, reason="the kernel allows ping")
async def test_a_kernel_that_forbids_ping_is_our_own_fault() -> None:
    result = await ask(probe(IcmpTarget("127.0.0.1")))
    assert (result.verdict, result.reason, result.detail) == (Verdict.UNKNOWN, Reason.OWN_NETWORK, FORBIDDEN)


async def test_a_name_that_does_not_exist_fails_with_dns() -> None:
    result = await ask(probe(IcmpTarget("nowhere.test")), resolver=Names())
    assert (result.reason, result.evidence["phase"]) == (Reason.DNS, "dns")


# ── what the kernel says ─────────────────────────────────────────────────────────────────────────────


class PretendPing(socket.socket):
    """A ping socket whose requests go nowhere; each is answered as `answers` say, or ends in an error.

    The real one is forbidden on many machines, and on none does it reach a host that does not answer.
    """

    def __init__(self, answers: Sequence[Callable[[bytes], bytes]], error: int = 0) -> None:
        near, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        super().__init__(fileno=near.detach())
        self._answers = answers
        self._error = error

    def connect(self, address: object, /) -> None:
        pass

    def setsockopt(self, *_: object) -> None:
        pass

    def send(self, request: bytes, /) -> int:  # type: ignore[override]
        for answer in self._answers:
            self._far.send(answer(request))
        if self._error:
            raise OSError(self._error, "so it is")
        return len(request)

    def close(self) -> None:
        self._far.close()
        super().close()


def reply(request: bytes, kind: int = 0) -> bytes:
    _, code, checksum, identifier, sequence = HEADER.unpack_from(request)
    return HEADER.pack(kind, code, checksum, identifier, sequence) + request[HEADER.size :]


def answering(*answers: Callable[[bytes], bytes], error: int = 0) -> MakeSocket:
    return lambda *_: PretendPing(answers, error)


def failing(error: int) -> MakeSocket:
    def make_socket(*_: int) -> socket.socket:
        raise OSError(error, "so it is")

    return make_socket


async def ping(make_socket: MakeSocket) -> Finding:
    network = Network()
    try:
        around = Surroundings(network=network, clock=WallClock(), redact=redact)
        inquiry = IcmpInquiry(probe(IcmpTarget("127.0.0.1"), timeout=HASTY), around, make_socket)
        async with asyncio.timeout(HASTY / SECOND + 1):
            return await inquiry.find(time.monotonic_ns() + HASTY * MILLISECOND)
    finally:
        await network.close()


async def test_only_the_answer_to_our_own_request_is_an_echo() -> None:
    answers = (lambda request: b"", lambda request: reply(request)[:-1], lambda request: request, reply)
    finding = await ping(answering(*answers))
    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.phases.processing is not None


OTHERS = (lambda request: reply(request)[:-1] + b"!", lambda request: reply(request, kind=3), lambda request: b"\0")
SILENT = "no echo within 250 ms"

ROWS: dict[str, tuple[MakeSocket, Verdict, Reason, str]] = {
    "nothing comes": (answering(), Verdict.FAIL, Reason.CONNECT_TIMEOUT, SILENT),
    "only other things come": (answering(*OTHERS), Verdict.FAIL, Reason.CONNECT_TIMEOUT, SILENT),
    "a router knows no way": (
        answering(error=errno.EHOSTUNREACH),
        Verdict.FAIL,
        Reason.UNREACHABLE,
        "127.0.0.1 cannot be reached: no route to host",
    ),
    "the host takes no ping": (
        answering(error=errno.ECONNREFUSED),
        Verdict.FAIL,
        Reason.UNREACHABLE,
        "127.0.0.1 cannot be reached: connection refused",
    ),
    "our firewall forbids it": (
        answering(error=errno.EPERM),
        Verdict.UNKNOWN,
        Reason.OWN_NETWORK,
        "our own machine forbids the connection to 127.0.0.1:0",
    ),
    "our kernel forbids it": (failing(errno.EACCES), Verdict.UNKNOWN, Reason.OWN_NETWORK, FORBIDDEN),
    "we have no descriptor left": (
        failing(errno.EMFILE),
        Verdict.UNKNOWN,
        Reason.OWN_FDS,
        "we have no file descriptor left",
    ),
}


@pytest.mark.parametrize(("make_socket", "verdict", "reason", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_what_comes_instead_of_an_echo_has_its_own_reason(
    make_socket: MakeSocket, verdict: Verdict, reason: Reason, detail: str
) -> None:
    finding = await ping(make_socket)
    assert (finding.verdict, finding.reason, finding.detail) == (verdict, reason, detail)
    assert finding.evidence == {"url": "icmp://127.0.0.1", "address": "127.0.0.1", "phase": "connect"}
