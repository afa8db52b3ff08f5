"""Whether anything answers at an address: asked of references, when it may be our own network that does not work."""

from __future__ import annotations

import asyncio
import errno

import aiohttp

from monitor.probers.network import Network
from monitor.probers.wire.connecting import dialled
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.sockets import watched


async def answers(network: Network, host: str, port: int, limit: float) -> bool:
    """Whether a connection is taken or refused there within so many seconds: either comes from who is there."""
    hop = Hop(f"tcp://{host}:{port}", host)
    try:
        with watched(hop):
            async with asyncio.timeout(limit):
                connected = await dialled(network, host, port)
    except (OSError, aiohttp.ClientError):
        return errno.ECONNREFUSED in hop.refusals
    connected.close()
    return True
