"""Which endpoints may be told: judged as written when one is named, and as dialled on every connection.

A name is never resolved to judge it: what it means may change before it is dialled.
"""

from __future__ import annotations

import errno
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from aiohttp import AddrInfoType, SocketFactoryType
from yarl import URL

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

LONGEST_ENDPOINT = 2048  # characters

GLOBAL_UNICAST = IPv6Network("2000::/3")  # of IPv6, all that is routed is in here

REFUSED: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by the customers of a provider
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's own
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; metadata of Oracle's cloud
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocol assignments, Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")  # parsers differ over what these mean
_NAME = re.compile(r"(?=.{1,254}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_BRACKETED = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*")  # without a zone, which means something on one machine only
_ENDS_IN_A_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")  # no name does, so it is meant as an address


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the config allows beyond https to public addresses."""

    http: bool = False
    networks: tuple[Network, ...] = ()


class RefusedEndpoint(ValueError):
    """The endpoint may not be told; the text says why, as a sentence for who named it."""


class RefusedAddress(OSError):
    """The address that was to be dialled is refused. Says nothing of which it was, nor what answers there."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the endpoint's address is not allowed")


def check_endpoint(url: str, allowance: Allowance) -> None:
    """Judge an endpoint by how it is written.

    Raises:
        RefusedEndpoint: with a sentence that says what is wrong with it.
    """
    endpoint = _parsed(url)
    if endpoint.scheme != "https" and not (endpoint.scheme == "http" and allowance.http):
        raise RefusedEndpoint("The endpoint must begin with https://.")
    if endpoint.raw_user is not None or endpoint.raw_password is not None:
        raise RefusedEndpoint("The endpoint must not contain a user or a password.")
    if "#" in url:
        raise RefusedEndpoint("The endpoint must not contain a fragment.")
    if endpoint.explicit_port == 0:
        raise RefusedEndpoint("The endpoint's port must be between 1 and 65535.")
    if not endpoint.raw_host:
        raise RefusedEndpoint("The endpoint must contain a host.")
    address = _literal(endpoint.raw_host)
    if address is not None and refuses(address, allowance):
        raise RefusedEndpoint("The endpoint's address is not allowed.")


def refuses(address: Address, allowance: Allowance) -> bool:
    """Whether an address may not be dialled. One of IPv4 mapped into IPv6 is judged as the IPv4 it is."""
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in network for network in allowance.networks):
        return False
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return True
    return any(address in network for network in REFUSED)


def guarded_socket(allowance: Allowance) -> SocketFactoryType:
    """The factory that aiohttp asks for one socket per address it is about to dial.

    The factory raises RefusedAddress in place of making a socket.
    """

    def guarded(address_info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, peer = address_info
        if _dials_refused(str(peer[0]), allowance):
            raise RefusedAddress
        return socket.socket(family, kind, protocol)

    return guarded


def _dials_refused(host: str, allowance: Allowance) -> bool:
    try:
        return refuses(ip_address(host), allowance)
    except ValueError:  # not an address as we know them, so the kernel or libc would decide what it means
        return True


def _parsed(url: str) -> URL:
    """As the client will read it, so that both mean the same host."""
    if len(url) > LONGEST_ENDPOINT:
        raise RefusedEndpoint(f"The endpoint must not be longer than {LONGEST_ENDPOINT} characters.")
    if _NOT_IN_A_URL.search(url):
        raise RefusedEndpoint("The endpoint must not contain spaces, control characters or backslashes.")
    try:
        return URL(url)
    except (ValueError, IndexError) as error:  # yarl trips over "//[]@"
        raise RefusedEndpoint("The endpoint is not a valid URL.") from error


def _literal(host: str) -> Address | None:
    """The address a host is written as; None for a name."""
    if not _NAME.fullmatch(host) and not _BRACKETED.fullmatch(host):
        raise RefusedEndpoint("The endpoint's host is neither a valid name nor an address.")
    plain = host.removesuffix(".")
    if ":" not in plain and not _ENDS_IN_A_NUMBER.fullmatch(plain):
        return None
    try:
        return ip_address(plain)
    except ValueError as error:
        raise RefusedEndpoint("The endpoint's address must be written in its plain form.") from error
