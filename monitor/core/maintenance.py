"""Maintenance: planned windows becoming known, beginning and ending."""

from __future__ import annotations

from collections.abc import Iterator
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
    What was planned at run time stays as it is.
    """
    known = {window.id: window for window in before.windows}
    wanted = {window.id: window for window in setup.windows}
    windows = [_taken(window, known.get(window.id), at) for window in wanted.values()]
    others = [window for window in known.values() if window.id not in wanted and window.ends > at - KEPT]
    windows += [
        window if window.by else replace(window, ends=min(window.ends, at)) for window in others if _stays(window, at)
    ]
    return replace(setup, windows=tuple(window for window in windows if window is not None))


def planned(setup: Setup, window: Window, at: Instant) -> Setup:
    """The setup with a window planned, or changed."""
    known = next((known for known in setup.windows if known.id == window.id), None)
    taken = _taken(window, known, at)
    others = [other for other in setup.windows if other.id != window.id and other.ends > at - KEPT]
    return replace(setup, windows=(*others, *([taken] if taken else [known] if known else [])))


def cancelled(setup: Setup, window_id: str, at: Instant) -> Setup:
    """The setup in which a window never begins; one that runs ends now."""
    windows = (_ended(window, at) if window.id == window_id else window for window in setup.windows)
    return replace(setup, windows=tuple(windows))


def _ended(window: Window, at: Instant) -> Window:
    if window.ends <= at:
        return window
    return replace(window, ends=at) if window.starts < at else replace(window, cancelled=True)


def _stays(window: Window, at: Instant) -> bool:
    return bool(window.by) or window.starts < at


def _taken(window: Window, known: Window | None, at: Instant) -> Window | None:
    if known is None:
        return replace(window, starts=max(window.starts, at)) if window.ends > at else None
    if known.ends <= at:
        return known if window.ends <= at else _revised(replace(window, starts=at), known)
    starts = known.starts if known.starts <= at else max(window.starts, at)
    return _revised(replace(window, starts=starts, ends=max(window.ends, min(known.ends, at))), known)


def _revised(window: Window, known: Window) -> Window:
    """Counted, where it differs from what was known."""
    same = replace(window, changed=known.changed)
    return same if same == known else replace(same, changed=known.changed + 1)


def announce(draft: Draft, before: Setup) -> None:
    """Tell of what the change of setup did to windows."""
    known = {window.id: window for window in before.windows}
    for now in draft.board.setup.windows:
        for kind in _news(now, known.pop(now.id, None), draft.at):
            tell(draft, now, kind)
    for gone in known.values():
        if gone.starts > draft.at and not gone.cancelled:
            tell(draft, replace(gone, cancelled=True), EventKind.MAINTENANCE_COMPLETED)


def _news(now: Window, before: Window | None, at: Instant) -> Iterator[EventKind]:
    if before is None:
        yield EventKind.MAINTENANCE_SCHEDULED
        if now.starts <= at:
            yield EventKind.MAINTENANCE_STARTED
    elif now.cancelled or before.ends > at >= now.ends > now.starts:
        if not before.cancelled:
            yield EventKind.MAINTENANCE_COMPLETED
    elif now.changed > before.changed:
        yield EventKind.MAINTENANCE_SCHEDULED
        if before.starts > at >= now.starts:
            yield EventKind.MAINTENANCE_STARTED


def tell(draft: Draft, subject: Window, kind: EventKind) -> None:
    draft.windows[subject.id] = subject
    draft.events.append(Event(window_event_id(subject.id, kind, _revision(subject, kind)), kind, draft.at, subject))


def _revision(subject: Window, kind: EventKind) -> int:
    """A window may be planned anew, but begins and ends once."""
    return subject.changed if kind is EventKind.MAINTENANCE_SCHEDULED else 0
