"""Probes with dull defaults, asked the way the daemon does."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.core.model import MINUTE, SECOND, Duration, Instant, Result, Verdict
from monitor.core.ports import Callbacks
from monitor.probers import Probers
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings

SECRET = "hunter2"


class WallClock:
    def now(self) -> Instant:
        return time.time_ns() // 1_000_000


def redact(text: str) -> str:
    return text.replace(SECRET, "•••")


def settings(
    url: str,
    *,
    expect: Expect | None = None,
    timeout: Duration = 2 * SECOND,
    slow_after: Duration = MINUTE,
    **target: object,
) -> ProbeSettings:
    return ProbeSettings(
        id="api/health",
        target=HttpTarget(url=url, **target),  # type: ignore[arg-type]
        expect=expect or Expect(),
        timeout=timeout,
        slow_after=slow_after,
    )


def probers(
    *, cafile: Path | None = None, resolver: AbstractResolver | None = None, callbacks: Callbacks | None = None
) -> Probers:
    file = str(cafile) if cafile else None
    return Probers(WallClock(), redact, callbacks=callbacks, cafile=file, resolver=resolver)


async def ask(
    probe: ProbeSettings, *, cafile: Path | None = None, resolver: AbstractResolver | None = None
) -> Result:
    """One run, which must end by its deadline and a second."""
    async with probers(cafile=cafile, resolver=resolver) as shared, asyncio.timeout(probe.timeout / SECOND + 1):
        return await shared.prober(probe).run()


async def ask_beside(probe: ProbeSettings, healthy: str) -> Result:
    """One run, which must end by its deadline and a second, and leave another probe's run beside it alone."""
    async with probers() as shared, asyncio.timeout(probe.timeout / SECOND + 1):
        result, beside = await asyncio.gather(
            shared.prober(probe).run(), shared.prober(settings(healthy, timeout=probe.timeout)).run()
        )
    assert beside.verdict is Verdict.PASS, beside
    return result


@dataclass
class Names(AbstractResolver):
    """Knows some names. A name with no address does not exist; one with None is never answered."""

    addresses: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    error: OSError = field(default_factory=lambda: OSError(None, "Domain name not found"))

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        known = self.addresses.get(host, ())
        if known is None:
            await asyncio.Event().wait()
        if not known:
            raise self.error
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in known
        ]

    async def close(self) -> None:
        pass
