"""A component's ledger: its probes' healths and its maintenance windows, laid over one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from monitor.core.model import (
    TROUBLE,
    Health,
    Instant,
    LedgerRewrite,
    Span,
    Status,
    Stretch,
    Window,
)
from monitor.core.status import status_of

Track = Sequence[Stretch]
Range: TypeAlias = tuple[Instant, Instant]  # starts ≤ t < ends


def laid(tracks: Sequence[Track], maintained: Sequence[Range], since: Instant, until: Instant) -> tuple[Span, ...]:
    """The spans from `since` up to and with the one that holds at `until`, oldest first.

    Args:
        tracks: one for each probe of the component; each reaches back to `since`, or to its probe's beginning.
        maintained: when the component was under maintenance.
    """
    edges = {since}
    edges.update(stretch.since for track in tracks for stretch in track)
    edges.update(edge for stretch in maintained for edge in stretch)
    spans: list[Span] = []
    for edge in sorted(edges):
        if since <= edge <= until:
            _append(spans, Span(edge, _status_at(edge, tracks, maintained)))
    return tuple(spans)


def maintained(tail: Sequence[Span], windows: Sequence[Window], at: Instant) -> list[Range]:
    """When the component was under maintenance: up to `at` what is laid down holds, whatever windows became since."""
    ends = [*(span.since for span in tail[1:]), at]
    past = [
        (span.since, min(end, at)) for span, end in zip(tail, ends, strict=True) if span.status is Status.MAINTENANCE
    ]
    return [*past, (at, at + 1)] if in_window(windows, at) else past


def in_window(windows: Sequence[Window], at: Instant) -> bool:
    return any(window.starts <= at < window.ends for window in windows)


def rewritten(tail: Sequence[Span], spans: Sequence[Span]) -> tuple[Span, ...]:
    """The tail with all that begins at or after the first of `spans` replaced by them."""
    kept = [span for span in tail if span.since < spans[0].since]
    for span in spans:
        _append(kept, span)
    return tuple(kept)


def difference(old: Sequence[Span], new: Sequence[Span]) -> LedgerRewrite | None:
    """What to rewrite so that the old spans become the new ones; None when they are the same."""
    since = diverged(old, new)
    return None if since is None else LedgerRewrite(since, tuple(span for span in new if span.since >= since))


def diverged(old: Sequence[Span] | Track, new: Sequence[Span] | Track) -> Instant | None:
    """The first instant at which the two say different things; None when they never do."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return min((entry.since for entry in (*old[same : same + 1], *new[same : same + 1])), default=None)


def composed(first: LedgerRewrite | None, second: LedgerRewrite) -> LedgerRewrite:
    """Both rewrites as one."""
    if first is None:
        return second
    kept = tuple(span for span in first.spans if span.since < second.since)
    return LedgerRewrite(min(first.since, second.since), kept + second.spans)


def pruned(tail: Sequence[Span], horizon: Instant) -> tuple[Span, ...]:
    """Without the spans that ended at or before the horizon."""
    begun = sum(span.since <= horizon for span in tail)
    return tuple(tail[max(begun - 1, 0) :])


def trouble_since(tail: Sequence[Span]) -> Instant:
    """When the trouble that goes on now began; time in which nobody saw it does not end it."""
    began = tail[-1].since
    for span in reversed(tail):
        if span.status in TROUBLE:
            began = span.since
        elif span.status is not Status.UNKNOWN:
            break
    return began


def _status_at(at: Instant, tracks: Sequence[Track], maintained: Sequence[Range]) -> Status:
    if any(starts <= at < ends for starts, ends in maintained):
        return Status.MAINTENANCE
    return status_of(_health_at(track, at) for track in tracks)


def _health_at(track: Track, at: Instant) -> Health:
    current = Health.UNKNOWN
    for stretch in track:
        if stretch.since > at:
            break
        current = stretch.effective
    return current


def _append(spans: list[Span], span: Span) -> None:
    if not spans or spans[-1].status is not span.status:
        spans.append(span)
