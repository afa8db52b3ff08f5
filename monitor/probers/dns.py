"""The DNS prober: one question to a resolver."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import astuple
from ipaddress import IPv6Address
from typing import Any

import pycares
from aiodns import DNSResolver
from aiodns import error as ares

from monitor.core.model import Reason
from monitor.probers.dialogues.one_hop import MissedError, OneHop
from monitor.probers.judging.failures import Failure
from monitor.probers.run import Finding
from monitor.probers.settings import DnsTarget, ProbeSettings
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.connecting import as_aiohttp
from monitor.probers.wire.phases import MILLISECOND, Hop, duration

PORT = 53
HARDLY_WAITED = 100 * MILLISECOND  # c-ares waits longer for an answer, unless it could not ask

RECORDS: Mapping[str, type[Any]] = {
    "A": pycares.ARecordData,
    "AAAA": pycares.AAAARecordData,
    "CAA": pycares.CAARecordData,
    "CNAME": pycares.CNAMERecordData,
    "MX": pycares.MXRecordData,
    "NS": pycares.NSRecordData,
    "PTR": pycares.PTRRecordData,
    "SOA": pycares.SOARecordData,
    "SRV": pycares.SRVRecordData,
    "TXT": pycares.TXTRecordData,
}


class DnsInquiry:
    """Each run is one question. Its only phase is resolve, on our loop's clock: c-ares has the socket."""

    def __init__(self, settings: ProbeSettings, around: Surroundings) -> None:
        assert isinstance(settings.target, DnsTarget)
        self._target = settings.target
        self._peer = _peer(settings.target.resolver) if settings.target.resolver else None
        self._record = RECORDS[settings.target.type]
        self._wanted = {wanted: _normal(settings.target.type, wanted) for wanted in settings.target.answers}
        self._one_hop = OneHop(settings, around)

    async def find(self, deadline: int) -> Finding:
        url = f"dns://{self._target.resolver or ''}/{self._target.name}?type={self._target.type}"
        hop, answers = Hop(url, self._target.name, peer=self._peer), list[str]()
        failure = await self._one_hop.failure(hop, self._ask(hop, answers), deadline)
        return await self._one_hop.finding(failure, [hop], deadline, {"answers": ", ".join(answers)})

    async def _ask(self, hop: Hop, answers: list[str]) -> None:
        """`answers` is filled."""
        hop.resolving = time.monotonic_ns()
        result = await self._query(hop)
        hop.resolved = time.monotonic_ns()
        answers += [_text(record.data) for record in result.answer if isinstance(record.data, self._record)]
        self._judge(answers)

    async def _query(self, hop: Hop) -> pycares.DNSResult:
        # A resolver for this run alone: c-ares keeps an answer for its TTL, and would not ask again.
        async with DNSResolver([hop.address] if hop.peer else None) as resolver:
            try:
                return await resolver.query_dns(self._target.name, self._target.type)
            except ares.DNSError as error:  # explained while the descriptors are held that c-ares may have lacked
                raise MissedError(_unanswered(error, hop)) from error

    def _judge(self, answers: list[str]) -> None:
        kind = self._target.type
        if not answers:
            raise MissedError(Failure(Reason.DNS, f"name {self._target.name} has no {kind} record", phase="dns"))
        found = {_normal(kind, answer) for answer in answers}
        missing = [wanted for wanted, normal in self._wanted.items() if normal not in found]
        if missing:
            detail = f"answers {', '.join(answers)} instead of {', '.join(missing)}"
            raise MissedError(Failure(Reason.BODY, detail, phase="assertion"))


def _unanswered(error: ares.DNSError, hop: Hop) -> Failure:
    code, words = error.args
    match code:
        case ares.ARES_ETIMEOUT:
            spent = hop.spent(until=time.monotonic_ns())["resolve"] or 0
            if spent < HARDLY_WAITED:
                _try_a_socket(hop.peer or ("127.0.0.1", PORT))
            return Failure(Reason.DNS_TIMEOUT, f"name not resolved within {duration(spent)}")
        case ares.ARES_ECONNREFUSED if hop.peer:
            return _unreached(hop.address, hop.peer)
        case ares.ARES_ECONNREFUSED:
            return Failure(Reason.OWN_RESOLVER, "no name server can be reached from here")
        case ares.ARES_EBADRESP:
            return Failure(Reason.PROTOCOL, "the answer is not DNS")
    return Failure(Reason.DNS, f"name {hop.host} cannot be resolved: {words}")


def _unreached(address: str, peer: tuple[str, int]) -> Failure:
    """c-ares says the same when it could not even open a socket: one of ours tells why.

    Raises:
        aiohttp.ClientConnectorError: it was not the resolver that refused.
    """
    _try_a_socket(peer)
    return Failure(Reason.CONNECT_REFUSED, f"connection refused by {address}", phase="connect")


def _try_a_socket(peer: tuple[str, int]) -> None:
    """Raises aiohttp.ClientConnectorError when we cannot even open one."""
    with as_aiohttp(*peer), socket.socket(_family(peer[0]), socket.SOCK_DGRAM) as ours:
        ours.connect(peer)


# ── addresses and answers as text ────────────────────────────────────────────────────────────────────


def _peer(resolver: str) -> tuple[str, int]:
    """From "address", "address:port" or "[address]:port"."""
    if resolver.count(":") > 1 and not resolver.startswith("["):
        return resolver, PORT
    host, _, port = resolver.rpartition(":") if not resolver.endswith("]") and ":" in resolver else (resolver, "", "")
    return host.strip("[]"), int(port or PORT)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _text(data: Any) -> str:
    """A record as zone files write it, without their quotes: 10 mail.example.com."""
    return " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in astuple(data))


def _normal(kind: str, text: str) -> str:
    """What two texts for the same answer have in common."""
    if kind == "TXT":
        return text
    if kind == "AAAA":
        return str(IPv6Address(text))
    return " ".join(part.strip('"').rstrip(".").lower() for part in text.split())
