"""Sockets that listen before there is a server to answer: whoever comes early waits instead of being turned away."""

from __future__ import annotations

import asyncio
import socket


async def listening(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of the host, each on any free port if it is 0.

    Raises:
        OSError: with its errno, when an address is taken or not ours.
        UnicodeError: the host is no name at all.
    """
    loop = asyncio.get_running_loop()
    found = dict.fromkeys(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE))
    spoken = [info for info in found if _is_spoken(info[0])] or found
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, address in spoken:
            sockets.append(socket.create_server(address, family=family))
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets


def _is_spoken(family: int) -> bool:
    """Whether our kernel has this family of addresses: IPv6 may be switched off."""
    try:
        socket.socket(family).close()
    except OSError:
        return False
    return True
