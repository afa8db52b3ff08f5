"""A run on one connection: ended by its deadline, explained when it fails, and said as a finding."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

import aiohttp

from monitor.probers.judging.evidence import shown
from monitor.probers.judging.failures import UNTRUSTED, Failure, explain
from monitor.probers.judging.report import failed
from monitor.probers.requests.exchange import Exchange, seconds_left
from monitor.probers.run import Finding
from monitor.probers.settings import ProbeSettings
from monitor.probers.surroundings import Surroundings
from monitor.probers.wire.certificate import Certificate
from monitor.probers.wire.phases import Hop
from monitor.probers.wire.second_look import SECOND_LOOK
from monitor.probers.wire.sockets import watched
from monitor.probers.wire.trust import UnusableTrust

Look: TypeAlias = Callable[[Hop], Awaitable[Certificate | None]]


class MissedError(Exception):
    """The target answered, but not as expected."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


async def no_look(hop: Hop) -> None:
    """At a target without certificates."""


def nothing() -> None:
    """Of a target that there is nothing more to say of than that it took too long."""


class OneHop:
    """What the runs of one probe share.

    Args:
        look: at the certificate that was not trusted on this hop; what goes wrong then is no matter.
    """

    def __init__(self, settings: ProbeSettings, around: Surroundings, look: Look = no_look) -> None:
        self._timeout = settings.timeout
        self._around = around
        self._look = look

    async def failure(
        self, hop: Hop, asking: Awaitable[None], deadline: int, amiss: Callable[[], Failure | None] = nothing
    ) -> Failure | None:
        """Ask until the deadline. Why it failed; None when it did not.

        Args:
            amiss: called when the deadline came: what is wrong with what was heard until then.
        """
        try:
            async with asyncio.timeout(seconds_left(deadline)):
                with watched(hop):
                    await asking
        except MissedError as missed:
            return missed.failure
        except TimeoutError as error:
            return amiss() or explain(error, hop, self._timeout)
        except (OSError, aiohttp.ClientError) as error:
            return explain(error, hop, self._timeout)
        return None

    async def finding(
        self, failure: Failure | None, hops: Sequence[Hop], deadline: int, seen: Mapping[str, str] | None = None
    ) -> Finding:
        """What it came to.

        Args:
            hops: one for each turn that is over, and the hop itself.
            seen: evidence of a failure beside that of the hop, not yet redacted.
        """
        if failure is None:
            exchange, finding = Exchange(last=hops[-1], hops=hops), Finding()
        else:
            ended = time.monotonic_ns()
            certificate = await self._second_look(failure, hops[-1], deadline)
            exchange = Exchange(last=hops[-1], hops=hops, failure=failure, certificate=certificate, ended=ended)
            finding = self._failed(failure, exchange, seen or {})
        return replace(
            finding,
            phases=exchange.phases,
            ours=exchange.ours,
            http_status=exchange.http_status,
            certificate_expires=exchange.certificate_expires,
        )

    async def _second_look(self, failure: Failure, hop: Hop, deadline: int) -> Certificate | None:
        if failure.reason not in UNTRUSTED:
            return None
        with suppress(OSError, aiohttp.ClientError, MissedError, UnusableTrust):
            async with asyncio.timeout(min(SECOND_LOOK, seconds_left(deadline))):
                with watched(Hop(hop.url, hop.host)):
                    return await self._look(hop)
        return None

    def _failed(self, failure: Failure, exchange: Exchange, seen: Mapping[str, str]) -> Finding:
        finding = failed(failure, exchange, self._around)
        more = {name: shown(text, self._around.redact) for name, text in seen.items() if text}
        return replace(finding, evidence={**finding.evidence, **more})
