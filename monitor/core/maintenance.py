"""Maintenance: planned windows becoming known, beginning and ending."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.draft import Draft
from monitor.core.ids import window_event_id
from monitor.core.model import Event, EventKind, Instant, Setup, Window


def window(draft: Draft, window_id: str) -> Window:
    return next(window for window in draft.board.setup.windows if window.id == window_id)


def known_from(setup: Setup, before: Setup, at: Instant) -> Setup:
    """The setup with windows that take effect when they become known: none reaches into the past."""
    known = {window.id: window for window in before.windows}
    windows = tuple(
        known.get(window.id, replace(window, starts=max(window.starts, at)))
        for window in setup.windows
        if window.ends > at or window.id in known
    )
    return replace(setup, windows=windows)


def announce(draft: Draft, before: Setup) -> None:
    """Tell of windows that the setup before did not have."""
    known = {window.id for window in before.windows}
    for fresh in draft.board.setup.windows:
        if fresh.id not in known:
            tell(draft, fresh, EventKind.MAINTENANCE_SCHEDULED)
            if fresh.starts <= draft.at:
                tell(draft, fresh, EventKind.MAINTENANCE_STARTED)


def tell(draft: Draft, subject: Window, kind: EventKind) -> None:
    draft.events.append(Event(window_event_id(subject.id, kind), kind, draft.at, subject))
