"""A connection to a host by its name, on watched sockets, for probers that speak for themselves."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

import aiohttp
from aiohappyeyeballs import start_connection
from aiohttp.client_reqrep import ConnectionKey

from monitor.probers.network import Network
from monitor.probers.wire.sockets import dial, watched_hop

HEAD_START = 0.25  # seconds until the next address is tried beside the one before

AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


async def addresses(network: Network, host: str, port: int) -> list[str]:
    """The addresses of a host; those of an address, that alone.

    Raises:
        aiohttp.ClientConnectorDNSError: there is none.
    """
    if _is_address(host):
        return [host]
    try:
        found = await network.resolver.resolve(host, port, socket.AF_UNSPEC)
    except OSError as error:
        raise aiohttp.ClientConnectorDNSError(_key(host, port), error) from error
    return [result["host"] for result in found]


async def dialled(network: Network, host: str, port: int) -> socket.socket:
    """A connected socket, written down in the watched hop; the addresses of the host race for it.

    Raises:
        aiohttp.ClientConnectorError: as aiohttp does.
    """
    found = await addresses(network, host, port)
    with as_aiohttp(host, port):
        connected = await start_connection(
            [_info(address, port) for address in found], happy_eyeballs_delay=HEAD_START, socket_factory=dial
        )
    _tell_which(connected)
    return connected


@contextmanager
def as_aiohttp(host: str, port: int) -> Iterator[None]:
    """What goes wrong with a connection or its handshake inside is raised as aiohttp does: `explain` knows that."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise aiohttp.ClientConnectorCertificateError(_key(host, port), error) from error
    except OSError as error:
        raise aiohttp.ClientConnectorError(_key(host, port), error) from error


def _tell_which(connected: socket.socket) -> None:
    """Send nothing: a watched socket tells when it first sends that it is in use, and a server may speak first."""
    with suppress(OSError):  # whoever reads will see it
        connected.send(b"")
    watched_hop().sent = None


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            socket.inet_pton(family, host)
            return True
    return False


def _info(address: str, port: int) -> AddressInfo:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


def _key(host: str, port: int) -> ConnectionKey:
    return ConnectionKey(host, port, is_ssl=False, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
