"""Where a request came from: the peer, or the one for whom proxies that we trust speak."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

HOUSEHOLD = 64  # bits of an IPv6 address that one caller cannot change at will


def origin(peer: str, forwarded_for: Iterable[str], trusted: Iterable[Network]) -> str:
    """The address to hold responsible, an IPv6 one as its /64.

    Args:
        peer: the address of the other end of the connection; empty where it has none.
        forwarded_for: the values of X-Forwarded-For, in the order in which they came.
        trusted: networks of the proxies that are believed.
    """
    proxies = tuple(trusted)
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
    found = _address(peer)
    # Each proxy adds its own peer on the right, and what is left of an untrusted one may be invented.
    while hops and found is not None and _is_in(found, proxies):
        before = _address(hops.pop())
        if before is None:
            break
        found = before
    return _household(found) if found is not None else peer


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _household(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), HOUSEHOLD), strict=False))
    return str(address)


def _address(text: str) -> Address | None:
    """One hop, which some proxies write with a port. One of IPv4 mapped into IPv6 is the IPv4 it is."""
    bare = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
