"""When things happened on the wire, and the phases that come of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.core.model import PHASES, Instant, Phases

MICROSECOND = 1_000  # ns
MILLISECOND = 1_000_000  # ns

MOST_KEPT = 4_096  # bytes of the beginning of an answer


@dataclass(slots=True)
class Hop:
    """One request of a run, on a connection of its own: what happened, and when.

    Times are monotonic nanoseconds; None: it did not come to that. Several addresses may be dialled; `connected`
    tells which of them is used, and only that one counts.
    """

    url: str
    host: str
    peer: tuple[str, int] | None = None  # the address dialled last, and in the end the one in use
    resolving: int | None = None
    resolved: int | None = None
    dialling: int | None = None  # the first of all addresses
    dialled: int | None = None  # the address in use
    established: int | None = None
    round_trip: int | None = None  # ns from our SYN to its answer, by the kernel; None: it cannot tell
    handshaking: int | None = None
    secured: int | None = None
    waited: int = 0  # ns for which bytes of the handshake lay in the kernel until our loop came for them
    sent: int | None = None
    arrived: int | None = None
    stamped: bool = True  # the kernel told when each of the bytes arrived
    opening: bytes = b""  # how the answer begins
    first_byte: int | None = None
    last_byte: int | None = None
    ended: int | None = None  # the peer closed its side
    reset: bool = False
    finished: int | None = None
    garbled: bool = False  # the body cannot be parsed
    status: int | None = None  # of the HTTP answer, once its headers are complete
    location: str | None = None
    certificate_expires: Instant | None = None
    refusals: list[int] = field(default_factory=list)  # errno of each address that could not be connected
    proxied: bool = False  # sent to a proxy, which is then who is dialled
    tunnelled: int = 0  # ns from asking the proxy for a tunnel until it stood

    # ── what the wire tells ──────────────────────────────────────────────────────────────────────────

    def dial(self, peer: tuple[str, int], now: int) -> None:
        """An address whose handshake failed is told of until another one is used."""
        if not self.in_handshake:
            self.peer = peer
        self.dialling = self.dialling or now

    def connected(self, peer: tuple[str, int], dialled: int, established: int, round_trip: int | None) -> None:
        """This address is used; it may still fail in its handshake, and then another one is."""
        self.peer, self.dialled, self.established, self.round_trip = peer, dialled, established, round_trip

    def handshake(self, now: int) -> None:
        """A TLS handshake begins; what one on another address came to is forgotten."""
        if self.tunnelling:
            self._tunnel()
        self.handshaking, self.secured, self.waited = now, None, 0
        self.ended, self.reset = None, False

    def secure(self, now: int, expires: Instant | None) -> None:
        self.secured = now
        self.certificate_expires = expires

    def _tunnel(self) -> None:
        """What was said so far was between us and the proxy."""
        self.tunnelled = _between(self.sent, self.first_byte, None) or 0
        self.sent = self.first_byte = self.last_byte = None
        self.opening = b""

    def send(self, now: int) -> None:
        """The last bytes that left before the answer began were the end of the request."""
        if self.first_byte is None and not self.in_handshake:
            self.sent = now

    def receive(self, arrived: int, now: int) -> None:
        self.arrived = arrived
        self.stamped = self.stamped and arrived < now
        if self.in_handshake:
            self.waited += now - arrived
        elif self.handshaking is None:
            self.deliver()

    def deliver(self) -> None:
        """What arrived last held bytes of the answer: not so with a TLS session ticket."""
        self.last_byte = self.arrived
        if self.first_byte is None:
            self.first_byte = self.arrived

    def read(self, words: bytes) -> None:
        """Bytes of the answer, in the clear."""
        if len(self.opening) < MOST_KEPT:
            self.opening += words[:MOST_KEPT]

    def finish(self, *, by_end: bool) -> None:
        """The answer is complete; `by_end`: only the end of the connection said so."""
        self.finished = self.ended if by_end and self.ended is not None else self.last_byte

    # ── what comes of it ─────────────────────────────────────────────────────────────────────────────

    @property
    def in_handshake(self) -> bool:
        return self.handshaking is not None and self.secured is None

    @property
    def tunnelling(self) -> bool:
        """Whether all that is said is still between us and a proxy that is to lead through to the target."""
        return self.proxied and self.handshaking is None and self.url.startswith("https:")

    @property
    def address(self) -> str:
        if self.peer is None:
            return ""
        host, port = self.peer
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def counterpart(self) -> str:
        """Whom we talk to, for people: an address, the proxy, or the target behind it."""
        if not self.proxied:
            return self.address
        return f"the proxy {self.address}" if self.handshaking is None else f"{self.host} through the proxy"

    @property
    def where(self) -> str:
        """How far it got, in words for people: dns, connect, tls, headers or body."""
        if self.status is not None:
            return "body"
        if self.in_handshake:
            return "tls"
        if self.established is not None:
            return "connect" if self.tunnelling else "headers"
        return "dns" if self.resolving is not None and self.resolved is None else "connect"

    def spent(self, until: int | None = None) -> dict[str, int | None]:
        """Nanoseconds by phase, in the order of PHASES. The one that was still going on counts up to `until`."""
        sent, first_byte = (None, None) if self.tunnelling else (self.sent, self.first_byte)
        return {
            "resolve": _between(self.resolving, self.resolved, until),
            "connect": self._connecting(until),
            "tls": _between(self.handshaking, self.secured, until, less=self.waited),
            "processing": _between(sent, first_byte, until),
            "transfer": _between(first_byte, self.finished, until),
        }

    def on_our_clock(self) -> int:
        """Nanoseconds spent in phases that grow while our loop stands still."""
        spent = self.spent()
        ours = (spent["resolve"] or 0) + (spent["transfer"] or 0)  # who sends a long body waits until we read
        if self.round_trip is None or (self.proxied and not self.stamped):
            ours += spent["connect"] or 0
        if not self.stamped:
            ours += (spent["tls"] or 0) + (spent["processing"] or 0)
        return ours

    def _connecting(self, until: int | None) -> int | None:
        """Until the way to the target stood: through a proxy that is the connection to it and its tunnel."""
        if self.dialled is None or self.established is None:
            return _between(self.dialling, None, until)
        by_our_clock = self.established - self.dialled
        connected = by_our_clock if self.round_trip is None else min(by_our_clock, self.round_trip)
        asking = _between(self.sent, self.first_byte, until) if self.tunnelling else None
        return connected + (asking or self.tunnelled)


def phases(hops: Sequence[Hop], until: int | None = None) -> Phases:
    """The phases of a run, summed over its hops; `until` (monotonic ns) ends the one that was going on."""
    spent = [hop.spent(until).values() for hop in hops]
    return Phases(*map(_sum, zip(*spent, strict=True)))


def total(parts: Iterable[Phases]) -> Phases:
    """Phase by phase."""
    spent = list(parts)
    known = {phase: [one for each in spent if (one := getattr(each, phase)) is not None] for phase in PHASES}
    return Phases(**{phase: sum(parts) if parts else None for phase, parts in known.items()})


def duration(nanoseconds: int) -> str:
    """For people: 12 ms, 2.31 s."""
    milliseconds = nanoseconds / MILLISECOND
    return f"{milliseconds:.3g} ms" if milliseconds < 999.5 else f"{milliseconds / 1_000:.3g} s"


def _between(begin: int | None, end: int | None, until: int | None, less: int = 0) -> int | None:
    end = until if end is None else end
    if begin is None or end is None:
        return None
    return max(0, end - begin - less)


def _sum(parts: Sequence[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) // MICROSECOND if known else None
