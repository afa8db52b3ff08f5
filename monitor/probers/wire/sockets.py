"""The socket and the TLS object that write down what passes through them, and when.

A busy loop comes late for an answer and must not show as a slow target, so the kernel is asked when bytes arrived.
"""

from __future__ import annotations

import socket
import ssl
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

from monitor.core.model import Instant
from monitor.probers.wire.certificate import earliest, expires, link_expires
from monitor.probers.wire.phases import MICROSECOND, Hop

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

Ancillary: TypeAlias = list[tuple[int, int, bytes]]

SO_TIMESTAMPNS = 35  # Linux; the socket module does not name it
TIMESPEC = struct.Struct("@ll")
ANCILLARY_SIZE = socket.CMSG_SPACE(TIMESPEC.size)
TCP_INFO = struct.Struct("@8B24I")  # how struct tcp_info begins
RTT, RETRANSMISSIONS = 8 + 15, 8 + 23  # fields of it: µs, count

# Set while a hop is under way; the tasks and callbacks begun meanwhile inherit it.
_hop: ContextVar[Hop] = ContextVar("hop")


@contextmanager
def watched(hop: Hop) -> Iterator[None]:
    """What is dialled, sent and received inside is written down in this hop."""
    token = _hop.set(hop)
    try:
        yield
    finally:
        _hop.reset(token)


def watched_hop() -> Hop:
    return _hop.get()


def dial(address_info: tuple[Any, ...]) -> WatchedSocket:
    """A watched socket; the factory aiohttp asks for one per address, as getaddrinfo describes it."""
    return WatchedSocket(address_info)


def stamp_arrivals(sock: socket.socket) -> None:
    """Ask the kernel to tell when bytes arrived. Where it cannot, the loop's clock decides."""
    if sys.platform == "linux":
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)


class WatchedSocket(socket.socket):
    """Tells its hop when it dialled, connected, sent and received. Made for asyncio's own loop, which calls these.

    Attributes:
        address_info: which of the addresses it was made for.
    """

    def __init__(self, address_info: tuple[Any, ...]) -> None:
        self.address_info = address_info
        self._watcher = watched_hop()
        family, kind, protocol, _, _ = address_info
        try:
            super().__init__(family, kind, protocol)
        except OSError as error:
            self._refused(error)
            raise
        self._peer = ("", 0)
        self._dialled = self._established = 0
        self._used = False
        stamp_arrivals(self)

    def connect(self, address: Any, /) -> None:
        self._peer = (address[0], address[1])
        self._dialled = self._established = time.monotonic_ns()
        self._watcher.dial(self._peer, self._dialled)
        try:
            super().connect((address[0].partition("%")[0], *address[1:]))  # its zone stands there as a number
        except BlockingIOError:
            raise
        except OSError as error:
            self._refused(error)
            raise

    def getsockopt(self, level: int, option: int, size: int | None = None, /) -> Any:
        """Where asyncio learns how a connection attempt ended."""
        if size is not None:
            return super().getsockopt(level, option, size)
        value = super().getsockopt(level, option)
        if (level, option) == (socket.SOL_SOCKET, socket.SO_ERROR):
            self._attempted(value)
        return value

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        self._sending()
        return super().send(data, flags)

    def sendmsg(self, buffers: Iterable[ReadableBuffer], /, *rest: Any) -> int:
        self._sending()
        return super().sendmsg(buffers, *rest)

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        try:
            data, ancillary, _, _ = self.recvmsg(size, ANCILLARY_SIZE, flags)
        except ConnectionResetError:
            self._watcher.reset = True
            raise
        self._received(len(data), ancillary)
        if self._watcher.handshaking is None:  # else it is the TLS object that sees it in the clear
            self._watcher.read(data)
        return data

    def recv_into(self, buffer: WriteableBuffer, size: int = 0, flags: int = 0) -> int:
        try:
            count, ancillary, _, _ = self.recvmsg_into([buffer], ANCILLARY_SIZE, flags)
        except ConnectionResetError:
            self._watcher.reset = True
            raise
        self._received(count, ancillary)
        return count

    def _refused(self, error: OSError) -> None:
        self._watcher.refusals.append(error.errno or 0)

    def _attempted(self, error: int) -> None:
        if error:
            self._watcher.refusals.append(error)
        else:
            self._established = time.monotonic_ns()

    def use(self) -> None:
        """Of several addresses tried at once, this is the one; whoever sends says so by that."""
        if not self._used:
            self._used = True
            self._watcher.connected(self._peer, self._dialled, self._established, _round_trip(self))

    def _sending(self) -> None:
        self.use()
        self._watcher.send(time.monotonic_ns())

    def _received(self, count: int, ancillary: Ancillary) -> None:
        now = time.monotonic_ns()
        if count:
            self._watcher.receive(arrival(ancillary, self._dialled, now), now)
        else:
            self._watcher.ended = now


class WatchedTLS(ssl.SSLObject):
    """Tells its hop when the handshake began and succeeded, and when the first bytes came that are for us."""

    _begun = False

    def do_handshake(self) -> None:
        if not self._begun:
            self._begun = True
            watched_hop().handshake(time.monotonic_ns())
        super().do_handshake()
        watched_hop().secure(time.monotonic_ns(), self._expires())

    def _expires(self) -> Instant | None:
        """When the first of the certificates expires by which we trust it; its own where Python hides the others."""
        chain: list[Any] = getattr(getattr(self, "_sslobj", None), "get_verified_chain", list)() or []
        return earliest(map(link_expires, chain)) or expires(self.getpeercert())

    def read(self, *args: Any) -> Any:
        """Raises while there are only records that are not for us, such as session tickets."""
        got = super().read(*args)
        if got:
            watched_hop().deliver()
            watched_hop().read(got)
        else:
            watched_hop().ended = time.monotonic_ns()
        return got

    def unwrap(self) -> None:
        """Say goodbye without waiting for an answer: asyncio would hold the connection for up to 30 s."""
        with suppress(ssl.SSLWantReadError):
            super().unwrap()


def _round_trip(sock: socket.socket) -> int | None:
    """Nanoseconds from SYN to SYN-ACK; None where the kernel does not say, or had to send the SYN again."""
    if sys.platform != "linux":
        return None
    try:
        info = TCP_INFO.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size))
    except (OSError, struct.error):
        return None
    return None if info[RETRANSMISSIONS] or not info[RTT] else info[RTT] * MICROSECOND


def arrival(ancillary: Ancillary, earliest: int, now: int) -> int:
    """When bytes arrived, as monotonic ns: the kernel's word, unless our monotonic clock contradicts it.

    The kernel stamps with the wall clock, so the two are related here, at the moment of the read.
    """
    for level, kind, stamp in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = TIMESPEC.unpack(stamp)
            arrived = now - (time.time_ns() - seconds * 1_000_000_000 - nanoseconds)
            return arrived if earliest <= arrived <= now else now
    return now
