"""The DNS prober: questions to a small name server, and to what is none."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

import pytest

from monitor.core.model import SECOND, Duration, Reason, Result, Verdict
from monitor.probers.settings import DnsTarget
from tests.monitor.probers.asking import ask, probers
from tests.monitor.probers.descriptors import descriptors_left, no_descriptors_left
from tests.monitor.probers.targets import HASTY, probe

NAME = "example.com"
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "CAA": 257}
NXDOMAIN, SERVFAIL, REFUSED = 3, 2, 5

# Gives the answer to a question; empty: none.
Answering: TypeAlias = Callable[[bytes], bytes]


@contextmanager
def name_server(answering: Answering) -> Iterator[str]:
    """Its address, with its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        serving = threading.Thread(target=_serve, args=(sock, answering))
        serving.start()
        address = sock.getsockname()
        try:
            yield f"127.0.0.1:{address[1]}"
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
                stopping.sendto(b"stop", address)
            serving.join()


def _serve(sock: socket.socket, answering: Answering) -> None:
    while True:
        question, client = sock.recvfrom(4_096)
        if question == b"stop":
            return
        answer = answering(question)
        if answer:
            with suppress(OSError):
                sock.sendto(answer, client)


def records(kind: str, *found: bytes, code: int = 0) -> Answering:
    """Answers with these records, all of one type and for the name that was asked for."""

    def answering(question: bytes) -> bytes:
        end = question.index(b"\0", 12) + 5  # the name, type and class
        head = struct.pack("!2sHHHHH", question[:2], 0x8180 | code, 1, len(found), 0, 0)
        answers = b"".join(struct.pack("!HHHIH", 0xC00C, TYPES[kind], 1, 60, len(one)) + one for one in found)
        return head + question[12:end] + answers

    return answering


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def address(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


async def look_up(answering: Answering, kind: str = "A", *answers: str, limit: Duration = 2 * SECOND) -> Result:
    with name_server(answering) as resolver:
        target = DnsTarget(name=NAME, type=kind, resolver=resolver, answers=answers)
        return await ask(probe(target, timeout=limit))


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_name_that_is_answered_passes() -> None:
    result = await look_up(records("A", address("10.0.0.1")))
    assert (result.verdict, result.detail, result.evidence) == (Verdict.PASS, "", {})
    assert (result.phases.resolve or 0) > 0
    assert result.phases.latency == result.phases.resolve


ANSWERS: list[tuple[str, bytes, str]] = [
    ("A", address("10.0.0.1"), "10.0.0.1"),
    ("AAAA", address("2001:db8::1"), "2001:DB8:0::1"),
    ("CNAME", name("www.Example.com"), "WWW.example.com."),
    ("NS", name("ns1.example.com"), "ns1.example.com"),
    ("PTR", name("host.example.com"), "host.example.com"),
    ("MX", b"\0\x0a" + name("mail.example.com"), "10 mail.example.com."),
    ("TXT", b"\x0bv=spf1 -all", "v=spf1 -all"),
    ("SRV", struct.pack("!HHH", 0, 5, 443) + name("api.example.com"), "0 5 443 api.example.com"),
    ("CAA", b"\0\x05issueletsencrypt.org", '0 issue "letsencrypt.org"'),
    (
        "SOA",
        name("ns.example.com") + name("root.example.com") + struct.pack("!5I", 7, 3600, 600, 86400, 60),
        "ns.example.com root.example.com 7 3600 600 86400 60",
    ),
]


@pytest.mark.parametrize(("kind", "record", "wanted"), ANSWERS, ids=[kind for kind, _, _ in ANSWERS])
async def test_an_answer_of_each_type_is_compared_as_text(kind: str, record: bytes, wanted: str) -> None:
    right = await look_up(records(kind, record), kind, wanted)
    wrong = await look_up(records(kind, record), kind, "2001:db8::2" if kind == "AAAA" else f"{wanted}x")
    assert (right.verdict, right.detail) == (Verdict.PASS, "")
    assert (wrong.verdict, wrong.reason) == (Verdict.FAIL, Reason.BODY)


async def test_all_wanted_answers_must_be_there_but_there_may_be_more() -> None:
    found = records("A", address("10.0.0.1"), address("10.0.0.2"))
    assert (await look_up(found, "A", "10.0.0.2")).verdict is Verdict.PASS
    assert (await look_up(found, "A", "10.0.0.2", "10.0.0.3")).verdict is Verdict.FAIL


async def test_another_answer_than_the_wanted_one_fails_with_body_and_is_shown() -> None:
    with name_server(records("A", address("10.0.0.1"))) as resolver:
        result = await ask(probe(DnsTarget(name=NAME, resolver=resolver, answers=("10.0.0.2",))))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.BODY)
    assert result.detail == "answers 10.0.0.1 instead of 10.0.0.2"
    assert result.evidence == {
        "url": f"dns://{resolver}/{NAME}?type=A",
        "address": resolver,
        "phase": "assertion",
        "answers": "10.0.0.1",
    }


async def test_an_answer_that_changes_is_seen_at_once() -> None:
    waiting = [records("A", address("10.0.0.1")), records("A", address("10.0.0.2"))]
    with name_server(lambda question: waiting.pop(0)(question)) as resolver:
        async with probers() as shared:
            prober = shared.prober(probe(DnsTarget(name=NAME, resolver=resolver, answers=("10.0.0.1",))))
            assert (await prober.run()).verdict is Verdict.PASS
            assert (await prober.run()).detail == "answers 10.0.0.2 instead of 10.0.0.1"


# ── failures ─────────────────────────────────────────────────────────────────────────────────────────


def silent(question: bytes) -> bytes:
    return b""


def noise(question: bytes) -> bytes:
    return question[:2] + b"\x81\x80" + b"\xff" * 20


UNRESOLVED = f"name {NAME} cannot be resolved: "
ROWS: dict[str, tuple[Answering, Reason, str]] = {
    "says that there is no such name": (
        records("A", code=NXDOMAIN),
        Reason.DNS,
        UNRESOLVED + "Domain name not found",
    ),
    "has trouble of its own": (
        records("A", code=SERVFAIL),
        Reason.DNS,
        UNRESOLVED + "DNS server returned general failure",
    ),
    "refuses": (records("A", code=REFUSED), Reason.DNS, UNRESOLVED + "DNS server refused query"),
    "has no record of that type": (
        records("A"),
        Reason.DNS,
        UNRESOLVED + "DNS server returned answer with no data",
    ),
    "has only an alias": (records("CNAME", name("www.test")), Reason.DNS, f"name {NAME} has no A record"),
    "sends noise": (noise, Reason.PROTOCOL, "the answer is not DNS"),
    "says nothing": (silent, Reason.DNS_TIMEOUT, "name not resolved within 250 ms"),
}


@pytest.mark.parametrize(("answering", "reason", "detail"), ROWS.values(), ids=ROWS.keys())
async def test_a_name_server_that_does_not_answer_fails_under_its_own_reason(
    answering: Answering, reason: Reason, detail: str
) -> None:
    result = await look_up(answering, limit=HASTY if reason is Reason.DNS_TIMEOUT else 2 * SECOND)
    assert (result.verdict, result.reason, result.detail) == (Verdict.FAIL, reason, detail)
    assert result.evidence["phase"] == "dns"


async def test_a_name_server_that_is_not_there_fails_with_connect_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.connect(("127.0.0.1", 9))  # from now on it takes nothing from anybody else
        resolver = f"127.0.0.1:{bound.getsockname()[1]}"
        result = await ask(probe(DnsTarget(name=NAME, resolver=resolver)))
    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.CONNECT_REFUSED)
    assert result.detail == f"connection refused by {resolver}"
    assert result.evidence["phase"] == "connect"


async def test_a_lack_of_descriptors_is_our_own_fault() -> None:
    with name_server(silent) as resolver:
        async with probers() as shared:
            prober = shared.prober(probe(DnsTarget(name=NAME, resolver=resolver)))
            with no_descriptors_left():
                result = await prober.run()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.OWN_FDS)
    assert result.detail == "we have no file descriptor left"


@pytest.mark.parametrize("count", range(7))
async def test_a_lack_of_some_descriptors_is_never_a_fault_of_the_resolver(count: int) -> None:
    with name_server(records("A", address("10.0.0.1"))) as resolver:
        async with probers() as shared:
            prober = shared.prober(probe(DnsTarget(name=NAME, resolver=resolver)))
            await prober.run()  # which opens what is kept
            with descriptors_left(count):
                result = await prober.run()
    assert (result.verdict, result.reason) in [(Verdict.PASS, None), (Verdict.UNKNOWN, Reason.OWN_FDS)]


@pytest.mark.parametrize(
    ("resolver", "address"),
    [
        ("127.0.0.1", "127.0.0.1:53"),
        ("127.0.0.1:5353", "127.0.0.1:5353"),
        ("::1", "[::1]:53"),
        ("[::1]", "[::1]:53"),
        ("[::1]:5353", "[::1]:5353"),
    ],
)
async def test_a_resolver_is_an_address_with_or_without_a_port(resolver: str, address: str) -> None:
    result = await ask(probe(DnsTarget(name="a" * 70, resolver=resolver)))  # no name: nobody is asked
    assert (result.reason, result.evidence["address"]) == (Reason.DNS, address)
