"""What the wings owe each other, as protocols: nobody imports a wing to use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from monitor.core.model import Incident, IncidentStatus, Instant, Observation, Result, Span, Step

Decided: TypeAlias = tuple[Observation, Step]
Cursor: TypeAlias = tuple[Instant, str]  # (created_at, id) of the last incident seen


class StoreRefused(Exception):
    """The store cannot write just now (disk full, locked); nothing of the commit was written."""


class Prober(Protocol):
    """Asks one target."""

    async def run(self) -> Result:
        """One run. Trouble of the target is in the result; an exception is a bug of ours."""
        ...


class Clock(Protocol):
    def now(self) -> Instant: ...


class Memory(Protocol):
    """Where the pipeline writes down what was decided."""

    async def commit(self, decided: Sequence[Decided], alive: Instant) -> None:
        """All of it in one transaction, in this order, and that we were alive then.

        Raises:
            StoreRefused: nothing was written; the same commit may be tried again.
        """
        ...


class History(Protocol):
    """What readers ask of the past."""

    async def spans(self, component: str, since: Instant) -> list[Span]:
        """The spans that touch the time from `since` on, oldest first; the first may begin before it."""
        ...

    async def latencies(self, component: str, since: Instant, limit: int | None = None) -> list[int]:
        """Latencies in µs of runs with verdict pass or slow that started at `since` or later, newest first."""
        ...

    async def incident(self, incident: str) -> Incident | None: ...

    async def incidents(
        self,
        *,
        limit: int,
        before: Cursor | None = None,
        status: IncidentStatus | None = None,
        component: str | None = None,
    ) -> list[Incident]:
        """Newest first, in the order of (created_at, id)."""
        ...
