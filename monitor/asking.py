"""Asks what the config says is to be asked: one prober for each probe, one result for each run."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from monitor.core.model import Instant, Reason, Result, Verdict
from monitor.core.ports import Callbacks, Clock, Prober
from monitor.core.redaction import Redactor
from monitor.probers import Probers
from monitor.probers.settings import ProbeSettings
from monitor.probers.transaction import NobodyListens

Doubt: TypeAlias = Callable[[Result], Awaitable[Result]]

log = logging.getLogger(__name__)


class Asking:
    """Made on the running loop.

    Args:
        hear: takes each result as it comes.
        callbacks: where targets may post; None: nowhere.
        doubt: says what is to be heard instead, where the fault may be ours.
    """

    def __init__(
        self,
        clock: Clock,
        hear: Callable[[Result], None],
        *,
        callbacks: Callbacks | None = None,
        doubt: Doubt | None = None,
    ) -> None:
        self._clock = clock
        self._hear = hear
        self._doubt = doubt
        self._redact = Redactor(())
        self.probers = Probers(clock, lambda text: self._redact(text), callbacks=callbacks)
        self._asked: dict[str, tuple[ProbeSettings, Prober]] = {}

    def replace(self, probes: Mapping[str, ProbeSettings], redact: Redactor) -> None:
        """Ask for these probes from now on, and keep what `redact` knows out of all that is seen."""
        self._redact = redact
        self._asked = {probe: self._asked_as(settings) for probe, settings in probes.items()}

    def _asked_as(self, settings: ProbeSettings) -> tuple[ProbeSettings, Prober]:
        known = self._asked.get(settings.id)
        return known if known and known[0] == settings else (settings, self.probers.prober(settings))

    async def run(self, probe: str) -> None:
        """One run, repeated once if our own loop stood still meanwhile; a bug of ours is no fault of the target."""
        asked = self._asked.get(probe)
        if asked is None:  # removed after its run was due, before it began
            return
        result = await self._judged(probe, asked[1])
        if self._asked.get(probe) is asked:  # else the target was another than the one it has now
            self._hear(result)

    async def look(self, probe: str) -> Result:
        """One run that nobody hears of but who asks for it.

        Raises:
            KeyError: there is no such probe.
            NobodyListens: it awaits a callback, and there is nowhere to post to.
        """
        return await self._judged(probe, self._asked[probe][1])

    async def _judged(self, probe: str, prober: Prober) -> Result:
        result = await self._once(probe, prober)
        if result.reason is Reason.STALL:
            result = await self._once(probe, prober)
        return result if self._doubt is None else await self._doubt(result)

    async def _once(self, probe: str, prober: Prober) -> Result:
        started = self._clock.now()
        try:
            return await prober.run()
        except NobodyListens:
            raise
        except Exception:
            log.exception("the run of %s failed on a bug of ours", probe)
            return _bug(probe, started, self._clock.now())

    async def close(self) -> None:
        await self.probers.close()


def _bug(probe: str, started: Instant, at: Instant) -> Result:
    detail = "a bug of the monitor kept it from asking; its log says more"
    return Result(probe=probe, started=started, at=at, verdict=Verdict.UNKNOWN, reason=Reason.BUG, detail=detail)
