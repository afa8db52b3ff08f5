"""Networks of our own: they live as long as this process holds them, and leave nothing behind."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.scorecard import Unavailable

NEW_NETWORK = 0x40000000  # CLONE_NEWNET
CURRENT = "/proc/thread-self/ns/net"
INNER, OUTER = "198.18.0.1", "198.18.0.2"  # of the range that is kept for benchmarks
REFERENCE = "198.18.0.3"
PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")

_libc = ctypes.CDLL(None, use_errno=True)


class Network:
    """A network namespace. What the thread opens or starts while it is in it stays there."""

    def __init__(self) -> None:
        self._descriptor = os.open(CURRENT, os.O_RDONLY | os.O_CLOEXEC)

    @property
    def path(self) -> str:
        """By which other processes know it."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is in it meanwhile, whichever it was in before."""
        before = os.open(CURRENT, os.O_RDONLY | os.O_CLOEXEC)
        self.enter()
        try:
            yield
        finally:
            _enter(before)
            os.close(before)

    def enter(self) -> None:
        _enter(self._descriptor)

    def ip(self, *arguments: str) -> None:
        """Let iproute2 change it."""
        with self.entered():
            subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def close(self) -> None:
        os.close(self._descriptor)


class Uplink:
    """The only way from the network inside to the one outside, to be cut."""

    def __init__(self, inside: Network, outside: Network) -> None:
        self._inside = inside
        self._outside = outside
        inside.ip("link", "add", "inner", "type", "veth", "peer", "name", "outer", "netns", outside.path)
        self._join(inside, "inner", INNER)
        self._join(outside, "outer", OUTER, REFERENCE)
        self._mends: list[tuple[Network, tuple[str, ...]]] = []

    @property
    def ways(self) -> tuple[str, ...]:
        """In which it can be cut: the kernel refuses at once, says so after a while, or is silent."""
        return ("own link down", "other link down", "nobody there")

    def cut(self, way: str) -> None:
        match way:
            case "own link down":
                self._change(self._inside, ("link", "set", "inner", "down"), ("link", "set", "inner", "up"))
            case "other link down":
                self._change(self._outside, ("link", "set", "outer", "down"), ("link", "set", "outer", "up"))
            case _:
                for address in (REFERENCE, OUTER):  # with the first address of a link go all of them
                    where = (f"{address}/24", "dev", "outer")
                    self._change(self._outside, ("addr", "del", *where), ("addr", "add", *where))

    def mend(self) -> None:
        while self._mends:
            network, command = self._mends.pop()
            network.ip(*command)

    def _change(self, network: Network, cut: tuple[str, ...], mend: tuple[str, ...]) -> None:
        network.ip(*cut)
        self._mends.append((network, mend))

    def _join(self, network: Network, device: str, *addresses: str) -> None:
        for address in addresses:
            network.ip("addr", "add", f"{address}/24", "dev", device)
        network.ip("link", "set", device, "up")


@contextmanager
def own_network() -> Iterator[Network]:
    """The calling thread lives in a network of its own meanwhile, in which there is only loopback.

    Raises:
        Unavailable: a tool or the right to do so is missing.
    """
    if shutil.which("ip") is None:
        raise Unavailable("the command ip (iproute2) is missing")
    home = Network()
    if _libc.unshare(NEW_NETWORK) != 0:
        home.close()
        raise Unavailable(f"no network of our own: {os.strerror(ctypes.get_errno())} (it takes the rights of root)")
    network = Network()
    try:
        network.ip("link", "set", "lo", "up")
        yield network
    finally:
        home.enter()
        network.close()
        home.close()


@contextmanager
def uplink() -> Iterator[tuple[Uplink, Network]]:
    """A way out of the network in which the calling thread is meanwhile, and the network to which it leads."""
    with own_network() as outside, own_network() as inside:
        yield Uplink(inside, outside), outside


@contextmanager
def few_ports(count: int) -> Iterator[None]:
    """The network in which we are has so few ports for connections meanwhile."""
    before = PORTS.read_text()
    lowest = int(before.split()[0])
    PORTS.write_text(f"{lowest} {lowest + count - 1}")
    try:
        yield
    finally:
        PORTS.write_text(before)


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "cannot enter the network")
