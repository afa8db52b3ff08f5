"""Where reports are compiled from: the history of this process, or that of a daemon which hands it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from exporter.sources import Page
from monitor.core.model import ComponentSetup, Instant, Span, Status
from monitor.core.ports import History
from monitor.core.reporting import Past
from monitor.core.sketch import Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What must be known before a report can be begun."""

    title: str
    timezone: str
    timezone_known: bool = True  # or it is UTC, since nobody could say
    at: Instant  # now
    begun: Instant | None  # when the first ledger begins
    components: tuple[ComponentSetup, ...]  # those that are monitored
    removed: tuple[ComponentSetup, ...]  # those that were, as they were last


class Archive(Protocol):
    """What is remembered of components."""

    async def past(self, component: str, since: Instant, until: Instant) -> Past: ...

    async def latencies(self, component: str, since: Instant, until: Instant) -> Distribution:
        """Of the runs that worked."""
        ...


class OwnArchive:
    """An archive over a history that is at hand.

    Args:
        watched_until: nobody watched since then, so all is unknown; None: somebody does.
    """

    def __init__(self, history: History, watched_until: Instant | None = None) -> None:
        self._history = history
        self._watched_until = watched_until

    async def past(self, component: str, since: Instant, until: Instant) -> Past:
        found = await past_of(self._history, component, since, until)
        if self._watched_until is None or self._watched_until >= until:
            return found
        watched = [span for span in found.spans if span.since < self._watched_until]
        return replace(found, spans=(*watched, Span(self._watched_until, Status.UNKNOWN)))

    async def latencies(self, component: str, since: Instant, until: Instant) -> Distribution:
        return (await self._history.latency(component, since, until)).latency


async def past_of(history: History, component: str, since: Instant, until: Instant) -> Past:
    spans = await history.spans(component, since)
    return Past(
        spans=tuple(span for span in spans if span.since < until),
        amendments=tuple(await history.amendments(component, since, until)),
        incidents=tuple(await history.incidents_between(component, since, until)),
    )


async def basis_of(history: History, page: Page, components: tuple[ComponentSetup, ...], at: Instant) -> Basis:
    removed = tuple(await history.removed())
    begun = [since for each in (*components, *removed) if (since := await history.begun(each.id)) is not None]
    return Basis(
        title=page.name,
        timezone=page.timezone,
        at=at,
        begun=min(begun, default=None),
        components=components,
        removed=removed,
    )
