"""A connection to a host by its name, on watched sockets, for probers that speak for themselves."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

import aiohttp
from aiohappyeyeballs import start_connection
from aiohttp.client_reqrep import ConnectionKey

from monitor.probers.network import Network
from monitor.probers.wire.sockets import WatchedSocket, dial

HEAD_START = 0.25  # seconds until the next address is tried beside the one before

AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


async def addresses(network: Network, host: str, port: int) -> list[str]:
    """The addresses of a host; those of an address, that alone.

    Raises:
        aiohttp.ClientConnectorDNSError: there is none.
    """
    if is_address(host):
        return [host]
    try:
        found = await network.resolver.resolve(host, port, socket.AF_UNSPEC)
    except OSError as error:
        raise aiohttp.ClientConnectorDNSError(_key(host, port), error) from error
    return [result["host"] for result in found]


async def addressed(network: Network, host: str, port: int) -> list[AddressInfo]:
    """The addresses of a host, as they are dialled.

    Raises:
        aiohttp.ClientConnectorError: as aiohttp does.
    """
    found = await addresses(network, host, port)
    with as_aiohttp(host, port):
        return [_info(address, port) for address in found]


async def first_of(found: list[AddressInfo], host: str, port: int) -> WatchedSocket:
    """A connected socket, written down in the watched hop; the addresses race for it.

    Raises:
        aiohttp.ClientConnectorError: as aiohttp does.
    """
    with as_aiohttp(host, port):
        return await (_dialled_alone(found[0]) if len(found) == 1 else _raced(found))


async def dialled(network: Network, host: str, port: int) -> WatchedSocket:
    """As `first_of` all addresses of the host."""
    return await first_of(await addressed(network, host, port), host, port)


async def _dialled_alone(address: AddressInfo) -> WatchedSocket:
    connecting = dial(address)
    try:
        await _connect(connecting, address)
    except BaseException:
        connecting.close()
        raise
    connecting.use()
    return connecting


async def _connect(connecting: WatchedSocket, address: AddressInfo) -> None:
    connecting.setblocking(False)
    with suppress(BlockingIOError):
        connecting.connect(address[4])
    await _writable(connecting)
    error = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))


async def _writable(connecting: socket.socket) -> None:
    loop, number = asyncio.get_running_loop(), connecting.fileno()
    writable = loop.create_future()
    loop.add_writer(number, _settle, writable)
    try:
        await writable
    finally:
        loop.remove_writer(number)


def _settle(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():  # given up in this very turn of the loop
        waiter.set_result(None)


async def _raced(addresses: list[AddressInfo]) -> WatchedSocket:
    connected = await start_connection(addresses, happy_eyeballs_delay=HEAD_START, socket_factory=dial)
    assert isinstance(connected, WatchedSocket)
    connected.use()
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


def is_address(host: str) -> bool:
    """As it is written for certain, and not only as some understand it."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            socket.inet_pton(family, host.partition("%")[0])  # without the zone of a local address
            return True
    return False


def _info(address: str, port: int) -> AddressInfo:
    if ":" in address:
        scope = _scope(address.partition("%")[2])
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, scope)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


def _scope(zone: str) -> int:
    """The number of the interface that an address is local to; 0 for one that names none."""
    if not zone or zone.isdecimal():
        return int(zone or 0)
    try:
        return socket.if_nametoindex(zone)
    except OSError as error:
        raise OSError(errno.ENODEV, f"no interface {zone}") from error


def _key(host: str, port: int) -> ConnectionKey:
    return ConnectionKey(host, port, is_ssl=False, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
