"""Ask targets: one file per kind of probe, and the one table that names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeAlias

from aiohttp.abc import AbstractResolver

from monitor.core.ports import Callbacks, Clock, Prober
from monitor.probers.dates import Dates
from monitor.probers.dns import DnsInquiry
from monitor.probers.grpc_health import GrpcInquiry
from monitor.probers.http import HttpInquiry
from monitor.probers.icmp import IcmpInquiry
from monitor.probers.network import Network
from monitor.probers.references import answers
from monitor.probers.run import Inquiry, Run
from monitor.probers.settings import (
    DnsTarget,
    GrpcTarget,
    HttpTarget,
    IcmpTarget,
    ProbeSettings,
    TcpTarget,
    TlsTarget,
    Transaction,
    WebsocketTarget,
)
from monitor.probers.surroundings import Surroundings
from monitor.probers.tcp import TcpInquiry
from monitor.probers.tls import TlsInquiry
from monitor.probers.transaction import TransactionInquiry
from monitor.probers.websocket import WebsocketInquiry

# By what is asked; each takes a probe's settings with a target of that kind.
Kind: TypeAlias = Callable[[ProbeSettings, Surroundings], Inquiry]
PROBERS: Mapping[type[Any], Kind] = {
    HttpTarget: HttpInquiry,
    Transaction: TransactionInquiry,
    TcpTarget: TcpInquiry,
    TlsTarget: TlsInquiry,
    DnsTarget: DnsInquiry,
    WebsocketTarget: WebsocketInquiry,
    GrpcTarget: GrpcInquiry,
    IcmpTarget: IcmpInquiry,
}


class Probers:
    """Builds probers that share one network; made on the running loop.

    Args:
        clock: says when runs begin and end.
        redact: takes secrets out of a text.
        callbacks: where targets may post; None: nowhere.
        cafile: authorities to trust instead of the system's (which SSL_CERT_FILE may name).
        resolver: resolves names instead of aiodns; closed with the probers.
    """

    def __init__(
        self,
        clock: Clock,
        redact: Callable[[str], str],
        *,
        callbacks: Callbacks | None = None,
        cafile: str | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._network = Network(cafile=cafile, resolver=resolver)
        self._around = Surroundings(network=self._network, clock=clock, redact=redact, callbacks=callbacks)

    def prober(self, settings: ProbeSettings) -> Prober:
        """The prober of a probe; regular expressions and JSONPaths are compiled here.

        Raises:
            UnusableTrust: a file that the probe needs for TLS cannot be used.
        """
        inquiry = PROBERS[type(settings.target)](settings, self._around)
        return Run(settings, inquiry, self._around.clock, self._network.stalls)

    async def answers(self, host: str, port: int, limit: float = 2.0) -> bool:
        """Whether something answers there within so many seconds, be it with a refusal."""
        return await answers(self._network, host, port, limit)

    @property
    def dates(self) -> Dates:
        """What the clocks of targets say of ours."""
        return self._network.dates

    async def close(self) -> None:
        await self._network.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
