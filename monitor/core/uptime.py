"""Uptime of a stretch of ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.core.model import DAY, TROUBLE, Amendment, AmendmentKind, Duration, Instant, Span, Status

WINDOWS: Mapping[str, Duration] = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}

COST_PER_MILLE = {Status.MAJOR_OUTAGE: 1_000, Status.PARTIAL_OUTAGE: 300}  # of the time observed


@dataclass(frozen=True, slots=True)
class Uptime:
    """Times in ms. `lost` is in thousandths of a ms, so that all sums stay exact."""

    window: Duration
    spent: Mapping[Status, Duration]

    @property
    def observed(self) -> Duration:
        return self.planned - self.spent.get(Status.UNKNOWN, 0)

    @property
    def planned(self) -> Duration:
        """The window without maintenance."""
        return self.window - self.spent.get(Status.MAINTENANCE, 0)

    @property
    def lost(self) -> int:
        return sum(cost * self.spent.get(status, 0) for status, cost in COST_PER_MILLE.items())

    @property
    def ratio(self) -> float | None:
        """Between 0 and 1; None when nothing was observed."""
        return 1 - self.lost / (1_000 * self.observed) if self.observed else None

    @property
    def percent(self) -> float | None:
        """Two decimals, rounded down: 100.0 only when nothing at all was lost."""
        if not self.observed:
            return None
        whole = 1_000 * self.observed
        return (10_000 * (whole - self.lost) // whole) / 100

    @property
    def coverage(self) -> float | None:
        """The share of the planned time that was observed; None when all of it was maintenance."""
        return self.observed / self.planned if self.planned else None


def uptime(spans: Sequence[Span], since: Instant, until: Instant) -> Uptime:
    """Uptime between two instants. What lies before the first span counts as unknown.

    Args:
        spans: oldest first; each lasts until the next, the last until `until`.
    """
    spent: dict[Status, Duration] = {}
    for begins, ends, status in _clipped(spans, since, until):
        spent[status] = spent.get(status, 0) + ends - begins
    return Uptime(window=until - since, spent=spent)


def as_amended(spans: Sequence[Span], amendments: Sequence[Amendment], until: Instant) -> list[Span]:
    """The spans as people say they really were; where they say several things, the last holds.

    Args:
        amendments: in the order in which they were made.
        until: where the last span ends.
    """
    edges = {edge for amendment in amendments for edge in (amendment.since, amendment.until)}
    laid: list[Span] = []
    for begins, ends, status in _clipped(spans, spans[0].since if spans else until, until):
        cuts = sorted({begins, *(edge for edge in edges if begins < edge < ends)})
        laid += [Span(cut, _amended(status, _kind_at(amendments, cut))) for cut in cuts]
    return laid


def _kind_at(amendments: Sequence[Amendment], at: Instant) -> AmendmentKind:
    said = (amendment.kind for amendment in reversed(amendments) if amendment.since <= at < amendment.until)
    return next(said, AmendmentKind.RECORDED)


def _amended(status: Status, kind: AmendmentKind) -> Status:
    if kind is AmendmentKind.EXCLUDED:
        return Status.MAINTENANCE
    return Status.OPERATIONAL if kind is AmendmentKind.FALSE_ALARM and status in TROUBLE else status


def _clipped(spans: Sequence[Span], since: Instant, until: Instant) -> Iterable[tuple[Instant, Instant, Status]]:
    edges = [span.since for span in spans] + [until]
    known_from = min(edges[0], until)
    if known_from > since:
        yield since, known_from, Status.UNKNOWN
    for span, ends in zip(spans, edges[1:], strict=True):
        begins, ends = max(span.since, since), min(ends, until)
        if begins < ends:
            yield begins, ends, span.status
