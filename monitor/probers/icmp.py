"""The ICMP prober: one echo request, on the kernel's ping socket, which needs no privilege."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from monitor.core.model import Reason
from monitor.probers.dialogues.one_hop import MissedError, OneHop
from monitor.probers.judging.failures import Failure
from monitor.probers.run import Finding
from monitor.probers.settings import IcmpTarget, ProbeSettings
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.connecting import addresses, as_aiohttp
from monitor.probers.wire.phases import MILLISECOND, Hop, duration
from monitor.probers.wire.sockets import ANCILLARY_SIZE, arrival, stamp_arrivals

MakeSocket: TypeAlias = Callable[[int, int, int], socket.socket]  # (family, type, protocol)

HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number; the kernel fills in the middle
SEQUENCE = 1
PAYLOAD = 32  # bytes
MOST_READ = 256  # bytes

FORBIDDEN = "our own machine forbids ping: net.ipv4.ping_group_range must include our group"
REPORTED = frozenset({errno.ECONNREFUSED, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOPROTOOPT})


@dataclass(frozen=True, slots=True)
class Version:
    """What the things we need are called in one version of IP."""

    family: int
    protocol: int
    request: int
    reply: int
    report: tuple[int, int]  # IP_RECVERR, as level and option: the kernel hands on what routers say


V4 = Version(socket.AF_INET, socket.IPPROTO_ICMP, 8, 0, (socket.IPPROTO_IP, 11))
V6 = Version(socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129, (socket.IPPROTO_IPV6, 25))


class IcmpInquiry:
    """Each run is one echo request. Its round trip is the phase processing; nothing is connected."""

    def __init__(
        self, settings: ProbeSettings, around: Surroundings, make_socket: MakeSocket = socket.socket
    ) -> None:
        assert isinstance(settings.target, IcmpTarget)
        self._host = settings.target.host
        self._timeout = settings.timeout
        self._network = around.network
        self._make_socket = make_socket
        self._one_hop = OneHop(settings, around)

    async def find(self, deadline: int) -> Finding:
        hop = Hop(f"icmp://{self._host}", self._host)
        failure = await self._one_hop.failure(hop, self._ping(hop), deadline, partial(self._silent, hop))
        return await self._one_hop.finding(failure, [hop], deadline, {"address": hop.peer[0] if hop.peer else ""})

    async def _ping(self, hop: Hop) -> None:
        address, *_ = await addresses(self._network, self._host, 0)
        hop.peer = (address, 0)
        version = V6 if ":" in address else V4
        with as_aiohttp(*hop.peer), self._socket(version) as ours:
            try:
                ours.connect(hop.peer)
                await _echo(hop, ours, version)
            except OSError as error:
                raise _unsent(error, address) from error

    def _socket(self, version: Version) -> socket.socket:
        try:
            made = self._make_socket(version.family, socket.SOCK_DGRAM, version.protocol)
        except PermissionError as error:
            raise MissedError(Failure(Reason.OWN_NETWORK, FORBIDDEN)) from error
        made.setblocking(False)
        made.setsockopt(*version.report, 1)
        stamp_arrivals(made)
        return made

    def _silent(self, hop: Hop) -> Failure | None:
        """Nothing proves that the host is there, so it is as if no connection came about."""
        if hop.sent is None:
            return None
        return Failure(Reason.CONNECT_TIMEOUT, f"no echo within {duration(self._timeout * MILLISECOND)}")


async def _echo(hop: Hop, ours: socket.socket, version: Version) -> None:
    """Ends when the answer came."""
    payload = secrets.token_bytes(PAYLOAD)
    hop.send(time.monotonic_ns())
    ours.send(HEADER.pack(version.request, 0, 0, 0, SEQUENCE) + payload)
    while True:
        await _readable(ours)
        answer, ancillary, _, _ = ours.recvmsg(MOST_READ, ANCILLARY_SIZE)
        now = time.monotonic_ns()
        if _answers(answer, version, payload):
            hop.receive(arrival(ancillary, hop.sent or 0, now), now)
            hop.finish(by_end=False)
            return


def _answers(answer: bytes, version: Version, payload: bytes) -> bool:
    if len(answer) < HEADER.size:
        return False
    kind, _, _, _, sequence = HEADER.unpack_from(answer)
    return (kind, sequence, answer[HEADER.size :]) == (version.reply, SEQUENCE, payload)


async def _readable(ours: socket.socket) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(ours, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(ours)


def _unsent(error: OSError, address: str) -> Exception:
    """What the kernel, or a router on the way, says instead of an echo."""
    if error.errno in REPORTED:
        words = os.strerror(error.errno or 0).lower()
        return MissedError(Failure(Reason.UNREACHABLE, f"{address} cannot be reached: {words}"))
    return error
