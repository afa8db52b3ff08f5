"""Maintenance: planned windows becoming known, beginning and ending."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.draft import Draft
from monitor.core.ids import window_event_id
from monitor.core.model import DAY, Duration, Event, EventKind, Instant, Setup, Window


def window(draft: Draft, window_id: str) -> Window:
    return next(window for window in draft.board.setup.windows if window.id == window_id)


KEPT: Duration = DAY  # for so long a window that is over can still matter to what is confirmed late


def carried_over(setup: Setup, before: Setup, at: Instant) -> Setup:
    """The setup, with windows that take effect from now on: none reaches into the past, none is lost from it.

    A window that ran and is in the config no more ends now; one whose end was moved ends then, but not before now.
    """
    known = {window.id: window for window in before.windows}
    wanted = {window.id: window for window in setup.windows}
    windows = [_taken(window, known.get(window.id), at) for window in wanted.values()]
    windows += [
        replace(window, ends=min(window.ends, at))
        for window in known.values()
        if window.id not in wanted and window.starts < at and window.ends > at - KEPT
    ]
    return replace(setup, windows=tuple(window for window in windows if window is not None))


def _taken(window: Window, known: Window | None, at: Instant) -> Window | None:
    if known is None:
        return replace(window, starts=max(window.starts, at)) if window.ends > at else None
    if known.ends <= at:
        return known if window.ends <= at else replace(window, starts=at)
    return replace(window, starts=known.starts, ends=max(window.ends, min(known.ends, at)))


def announce(draft: Draft, before: Setup) -> None:
    """Tell of what the change of setup did: windows that became known, and those that it ended."""
    known = {window.id: window for window in before.windows}
    for now in draft.board.setup.windows:
        if now.id not in known:
            tell(draft, now, EventKind.MAINTENANCE_SCHEDULED)
            if now.starts <= draft.at:
                tell(draft, now, EventKind.MAINTENANCE_STARTED)
        elif known[now.id].ends > draft.at >= now.ends > now.starts:
            tell(draft, now, EventKind.MAINTENANCE_COMPLETED)


def tell(draft: Draft, subject: Window, kind: EventKind) -> None:
    draft.events.append(Event(window_event_id(subject.id, kind), kind, draft.at, subject))
