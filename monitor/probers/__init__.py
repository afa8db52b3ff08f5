"""Ask targets: one file per kind of probe, and the one table that names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self

from aiohttp.abc import AbstractResolver

from monitor.core.ports import Clock, Prober
from monitor.probers.http import HttpProber
from monitor.probers.network import Network
from monitor.probers.settings import ProbeSettings

PROBERS: Mapping[str, type[HttpProber]] = {
    "http": HttpProber,
}


class Probers:
    """Builds probers that share one network; made on the running loop.

    Args:
        clock: says when runs begin and end.
        redact: takes secrets out of a text.
        cafile: authorities to trust instead of the system's (which SSL_CERT_FILE may name).
        resolver: resolves names instead of aiodns; closed with the probers.
    """

    def __init__(
        self,
        clock: Clock,
        redact: Callable[[str], str],
        *,
        cafile: str | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._clock = clock
        self._redact = redact
        self._network = Network(cafile=cafile, resolver=resolver)

    def prober(self, settings: ProbeSettings, kind: str = "http") -> Prober:
        """The prober of a probe; regular expressions and JSONPaths are compiled here."""
        return PROBERS[kind](settings, self._clock, self._redact, self._network)

    async def close(self) -> None:
        await self._network.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
