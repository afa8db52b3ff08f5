"""The TLS prober: a handshake, and nothing after it."""

from __future__ import annotations

import asyncio
from functools import partial
from ssl import SSLObject
from typing import cast

from monitor.core.model import Reason
from monitor.probers.dialogues.one_hop import MissedError, OneHop
from monitor.probers.judging.failures import Failure
from monitor.probers.run import Finding
from monitor.probers.settings import ProbeSettings, TlsTarget
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.connecting import as_aiohttp, dialled
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.second_look import unverified

VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")  # as OpenSSL names them, oldest first


class TlsInquiry:
    """Each run is one connection, closed as soon as both sides have finished their handshake."""

    def __init__(self, settings: ProbeSettings, around: Surroundings) -> None:
        assert isinstance(settings.target, TlsTarget)
        self._target = settings.target
        self._name = settings.target.server_name or settings.target.host
        self._network = around.network
        self._route = around.network.route(settings.target.trust, http=False)
        self._one_hop = OneHop(settings, around, partial(unverified, self._route))

    async def find(self, deadline: int) -> Finding:
        hop, seen = Hop(f"tls://{self._target.host}:{self._target.port}", self._name), dict[str, str]()
        failure = await self._one_hop.failure(hop, self._shake_hands(seen), deadline)
        return await self._one_hop.finding(failure, [hop], deadline, seen)

    async def _shake_hands(self, seen: dict[str, str]) -> None:
        """`seen` is told what was agreed on."""
        host, port = self._target.host, self._target.port
        connected = await dialled(self._network, host, port)
        with as_aiohttp(host, port):
            transport, _ = await asyncio.get_running_loop().create_connection(
                asyncio.Protocol, sock=connected, ssl=self._route.context(), server_hostname=self._name
            )
        secured = cast(SSLObject, transport.get_extra_info("ssl_object"))
        transport.close()
        version, (cipher, _, _) = secured.version() or "", secured.cipher() or ("", "", 0)
        seen.update(version=version, cipher=cipher)
        self._judge(version)

    def _judge(self, version: str) -> None:
        """A server agrees on the newest version that both sides know, so what is older is all that it has."""
        wanted = self._target.minimum_version
        if wanted is not None and VERSIONS.index(version) < VERSIONS.index(f"TLSv{wanted}"):
            detail = f"the server agreed on {_spoken(version)}, at least TLS {wanted} is wanted"
            raise MissedError(Failure(Reason.TLS, detail, phase="tls"))


def _spoken(version: str) -> str:
    return version.replace("v", " ")
