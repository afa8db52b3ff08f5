"""Maintenance: planned windows becoming known, beginning and ending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.core.draft import Draft
from monitor.core.ids import window_event_id
from monitor.core.model import DAY, Duration, Event, EventKind, Instant, MaintenanceStatus, Setup, Window


def window(draft: Draft, window_id: str) -> Window:
    return next(window for window in draft.board.setup.windows if window.id == window_id)


KEPT: Duration = DAY  # for so long a window that is over stays known, and is not planned anew


def carried_over(setup: Setup, before: Setup, at: Instant) -> Setup:
    """The setup, with windows that take effect from now on: none reaches into the past, none is lost from it.

    A window that is in the config no more is cancelled or, where it runs, ends now; it may come back. One whose end
    was moved ends then, but not before now. What was planned at run time stays as it is.
    """
    known = {window.id: window for window in before.windows}
    wanted = {window.id for window in setup.windows}
    taken = [_taken(window, known.get(window.id), at) for window in setup.windows]
    others = [window for window in known.values() if window.id not in wanted and window.ends > at - KEPT]
    left = [window if window.by else _ended(window, at) for window in others]
    return replace(setup, windows=tuple(window for window in (*taken, *left) if window is not None))


def planned(setup: Setup, window: Window, at: Instant) -> Setup:
    """The setup with a window planned, or changed; what is over or cancelled stays so, unless its rule was gone."""
    known = next((known for known in setup.windows if known.id == window.id), None)
    if known is not None and not known.orphaned and (known.cancelled or known.ends <= at):
        return setup
    taken = _taken(window, known, at)
    others = [other for other in setup.windows if other.id != window.id and other.ends > at - KEPT]
    return replace(setup, windows=(*others, *([taken] if taken else [])))


def cancelled(setup: Setup, window_id: str, at: Instant, *, orphaned: bool) -> Setup:
    """The setup in which a window never begins; one that runs ends now."""
    ended = (_ended(window, at, orphaned=orphaned) if window.id == window_id else window for window in setup.windows)
    return replace(setup, windows=tuple(ended))


def _ended(window: Window, at: Instant, *, orphaned: bool = False) -> Window:
    if window.cancelled or window.ends <= at:
        return window
    begun = window.starts <= at
    ended = replace(window, ends=at if begun else window.ends, cancelled=not begun, orphaned=orphaned)
    return _revised(ended, window, at)


def _taken(window: Window, known: Window | None, at: Instant) -> Window | None:
    """The window as it takes effect from now on; where it cannot, the one that is known, if any."""
    if known is not None and _runs(known, at):
        return _revised(replace(window, starts=known.starts, ends=max(window.ends, at)), known, at)
    fresh = replace(window, starts=max(window.starts, at))
    if fresh.ends <= fresh.starts:
        return known
    return replace(fresh, known=at, revised=at) if known is None else _revised(fresh, known, at)


def _runs(window: Window, at: Instant) -> bool:
    return window.status(at) is MaintenanceStatus.IN_PROGRESS


def _revised(window: Window, known: Window, at: Instant) -> Window:
    """Counted, where it differs from what was known."""
    same = replace(window, changed=known.changed, known=known.known, revised=known.revised)
    return same if same == known else replace(same, changed=known.changed + 1, revised=at)


def announce(draft: Draft, before: Setup) -> None:
    """Tell of what the change of setup did to windows."""
    known = {window.id: window for window in before.windows}
    for now in draft.board.setup.windows:
        for kind in _news(now, known.get(now.id), draft.at):
            tell(draft, now, kind)


def _news(now: Window, before: Window | None, at: Instant) -> Iterator[EventKind]:
    if before is not None and (now.cancelled or now.ends <= at < before.ends):
        if not before.cancelled:
            yield EventKind.MAINTENANCE_COMPLETED
    elif before is None or now.changed > before.changed:
        yield EventKind.MAINTENANCE_SCHEDULED
        if _runs(now, at) and not (before is not None and _runs(before, at)):
            yield EventKind.MAINTENANCE_STARTED


def tell(draft: Draft, subject: Window, kind: EventKind) -> None:
    draft.windows[subject.id] = subject
    draft.events.append(Event(window_event_id(subject.id, kind, subject.changed), kind, draft.at, subject))
