"""References: what should always answer, asked all the time whether our own network works."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from monitor.core.model import SECOND
from monitor.core.wording import spoken
from monitor.doubts.silence import Silence
from monitor.doubts.standing import Reference, Standing

log = logging.getLogger(__name__)

EVERY = 20 * SECOND
WHILE_SILENT = 3 * SECOND  # so that the end of a cut is seen soon
KEPT = SECOND // 2  # for which an answer holds
SETTLES_IN = 15 * SECOND  # after a silence: runs that began in it still come in


class References:
    """What is heard of the references and, by the word of others, of our own network.

    Args:
        ask: whether a reference answers just now.
        now: milliseconds that never step.
    """

    def __init__(self, ask: Callable[[Reference], Awaitable[bool]], now: Callable[[], int]) -> None:
        self._ask = ask
        self._now = now
        self._standings: dict[Reference, Standing] = {}
        self._heard = 0  # when the latest run or look began to which something came back
        self._silence: Silence | None = None
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = -KEPT
        self._changed = asyncio.Event()

    def use(self, named: Sequence[Reference]) -> None:
        """Ask these from now on; those that are new, as soon as may be."""
        self._standings = {reference: self._standings.get(reference) or Standing(reference) for reference in named}
        self._changed.set()

    async def run(self) -> None:
        """Ask them for as long as the daemon lives."""
        while True:
            await self.look(kept=0)
            rest = self._looked_at + (WHILE_SILENT if self.silent else EVERY) - self._now()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), max(rest, 0) / SECOND)

    async def look(self, kept: int = KEPT) -> None:
        """Ask them all, unless that was done just now; whoever comes meanwhile waits for the same answers."""
        if self._looking is None or (self._looking.done() and self._now() - self._looked_at >= kept):
            self._looking = asyncio.create_task(self._look())
        await asyncio.shield(self._looking)

    def hear(self, began: int, ended: int) -> None:
        """Something came back from outside to a run that began and ended then."""
        if self._silence is not None and began > self._silence.since:
            self._end(self._silence, ended)
        self._heard = max(self._heard, began)

    async def tainted(self, began: int) -> bool:
        """Whether a run that began then, and ends now, tells more of our own network than of its target."""
        if self._heard < began:
            await self.look()
        return self._silence is not None and self._silence.taints(began)

    @property
    def silent(self) -> bool:
        """Whether nothing comes back to us now."""
        return self._silence is not None and self._silence.until is None

    @property
    def unsettled(self) -> bool:
        """Whether nothing comes back to us, or did so just now."""
        if self._silence is None or self._silence.until is None:
            return self.silent
        return self._now() - self._silence.until < SETTLES_IN

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        self._changed.clear()
        asked, before = list(self._standings), self._looked_at
        self._looked_at = began = self._now()
        answers = dict(zip(asked, await asyncio.gather(*map(self._ask, asked)), strict=True))
        if any(answers.values()):
            self.hear(began, self._now())
        for reference, answered in answers.items():
            if reference in self._standings:
                self._standings[reference].note(answered, others=self._heard >= before)
        if not any(standing.relied_on for standing in self._standings.values()):
            self._silence = None
        elif self._heard < began:
            self._fall_silent()

    def _fall_silent(self) -> None:
        if not self.silent:
            self._silence = Silence(since=self._heard)
            log.warning(
                "no reference answers, and nothing else does: until something is heard, what targets leave unanswered"
                " cannot be told from a cut of our own network, and is unknown"
            )

    def _end(self, silence: Silence, at: int) -> None:
        if silence.until is None:
            self._silence = replace(silence, until=at)
            log.info("our own network is heard again, after at most %s", spoken(at - silence.since))
