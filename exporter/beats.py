"""Beats: what reports in by itself, such as a nightly job, says at a secret URL that it is well."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping

from monitor.core.model import Duration, Instant, Phases, Reason, Result, Verdict
from monitor.core.ports import Clock
from monitor.core.redaction import printable

MOST_SAID = 200  # characters of a body that are kept
PATIENCE = 10.0  # seconds until a beat must be written down
MICROSECONDS = 1_000  # in the milliseconds of an instant


class Beats:
    """Takes beats for the probes whose tokens it knows.

    Args:
        take: has a result decided, and comes back once it is written down. Raises StoreRefused when that must wait.
        redact: takes secrets out of a text.
    """

    def __init__(
        self, clock: Clock, take: Callable[[Result], Awaitable[object]], redact: Callable[[str], str]
    ) -> None:
        self._clock = clock
        self._take = take
        self._redact = redact
        self.tokens: Mapping[str, str] = {}  # by probe
        self._probes: dict[bytes, str] = {}  # by the digest of its token, so that no comparison tells how near one is
        self._begun: dict[str, Instant] = {}

    def use(self, tokens: Mapping[str, str]) -> None:
        """Know these tokens from now on: probe → token."""
        self.tokens = dict(tokens)
        self._probes = {_digest(token): probe for probe, token in tokens.items()}
        self._begun = {probe: at for probe, at in self._begun.items() if probe in tokens}

    def probe(self, token: str) -> str | None:
        """The probe of a token; None when nobody has it."""
        return self._probes.get(_digest(token))

    def begin(self, probe: str) -> None:
        """Something begins, of which the next beat is the end."""
        self._begun[probe] = self._clock.now()

    async def end(self, probe: str, fault: str | None, said: bytes) -> None:
        """Take a beat; None as its fault: all went well.

        Raises:
            TimeoutError, StoreRefused: it came, but it is not written down yet.
        """
        now, begun = self._clock.now(), self._begun.pop(probe, None)
        shown = printable(self._redact(said.decode(errors="replace"))[:MOST_SAID]).strip()
        beat = beat_result(probe, now, fault=fault, lasted=None if begun is None else now - begun, said=shown)
        async with asyncio.timeout(PATIENCE):
            await self._take(beat)


def beat_result(probe: str, at: Instant, *, fault: str | None, lasted: Duration | None, said: str) -> Result:
    """A beat as the result of a run: when it came is when it was, and how long the work took is its latency."""
    failed = fault is not None
    return Result(
        probe=probe,
        started=at,
        at=at,
        verdict=Verdict.FAIL if failed else Verdict.PASS,
        reason=Reason.HEARTBEAT_FAILED if failed else None,
        phases=Phases(processing=None if lasted is None else max(lasted, 0) * MICROSECONDS),
        detail=fault or "",
        evidence={"said": said} if failed and said else {},
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
