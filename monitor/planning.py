"""The planner: each occurrence of recurring maintenance becomes known once, in time, and goes when its rule goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

from monitor import recurrence
from monitor.core.board import Board
from monitor.core.ids import recurs
from monitor.core.model import (
    MINUTE,
    SECOND,
    Cancelled,
    Command,
    Instant,
    MaintenanceStatus,
    Planned,
    Setup,
    Step,
    Window,
)
from monitor.core.ports import Clock, Rules, StoreRefused
from monitor.core.recurring import Rule

Order: TypeAlias = Planned | Cancelled

LOOKS_EVERY = MINUTE  # at least, so that a clock that was set does no harm
TRIES_AGAIN = 5.0  # seconds after the store refused


def orders(rules: Sequence[Rule], components: Collection[str], known: Sequence[Window], at: Instant) -> list[Order]:
    """What is to be planned and cancelled at an instant, when these windows are known.

    What is new comes first: components in maintenance stay so when a rule takes the place of another.
    """
    ids, kept = {window.id for window in known if not window.orphaned}, {rule.id for rule in rules}
    noticed = (window for rule in rules for window in _noticed(rule, components, at))
    orphans = (window for window in _lasting(known, at) if _is_orphan(window, kept))
    return [
        *(Planned(at=at, window=window) for window in noticed if window.id not in ids),
        *(Cancelled(at=at, window=window.id, orphaned=True) for window in orphans),
    ]


def next_look(rules: Sequence[Rule], at: Instant) -> Instant:
    """When the next occurrence becomes known, or a minute later at most."""
    nexts = (window.starts - rule.notice for rule in rules for window in recurrence.coming(rule, at + rule.notice, 1))
    return min([at + LOOKS_EVERY, *nexts])


def _is_orphan(window: Window, kept: Collection[str]) -> bool:
    """Whether it came of a rule that is gone."""
    return recurs(window.by) and window.by not in kept


def _noticed(rule: Rule, components: Collection[str], at: Instant) -> Iterator[Window]:
    """The occurrences that may be known at an instant, with those of their components that are watched."""
    watched = tuple(component for component in rule.components if component in components)
    if watched:
        for window in recurrence.occurrences(rule, at, at + rule.notice + 1):
            yield replace(window, components=watched)


def _lasting(windows: Sequence[Window], at: Instant) -> Iterator[Window]:
    """Those that run, or will."""
    lasts = (MaintenanceStatus.SCHEDULED, MaintenanceStatus.IN_PROGRESS)
    return (window for window in windows if window.status(at) in lasts)


class Planner:
    """The calendar of the daemon.

    Args:
        remembered: the window of an id, if it ever became known; the board forgets those that are long over.
        kept: where rules are kept that were planned at run time.
        known: those that are kept there now.
        obey: has a command decided and written down; raises StoreRefused.
    """

    def __init__(
        self,
        board: Board,
        clock: Clock,
        remembered: Callable[[str], Awaitable[Window | None]],
        kept: Rules,
        known: Sequence[Rule],
        obey: Callable[[Command], Awaitable[Step]],
    ) -> None:
        self._board = board
        self._clock = clock
        self._remembered = remembered
        self._kept = kept
        self._obey = obey
        self._configured: tuple[Rule, ...] = ()
        self._at_run_time = {rule.id: rule for rule in known}
        self._components: frozenset[str] = frozenset()
        self._turn = asyncio.Lock()  # what one look finds unknown, nobody else may plan or cancel meanwhile
        self._changed = asyncio.Event()

    def use(self, rules: Sequence[Rule], setup: Setup) -> None:
        """Go by these rules of the config, and by the components of its setup."""
        self._configured = tuple(rules)
        self._components = frozenset(component.id for component in setup.components)
        self._changed.set()

    # ── as the calendar ──────────────────────────────────────────────────────────────────────────────

    def rules(self) -> Sequence[Rule]:
        configured = {rule.id for rule in self._configured}
        return *self._configured, *(rule for rule in self._at_run_time.values() if rule.id not in configured)

    def check_cron(self, cron: str) -> None:
        recurrence.check_cron(cron)

    def check_timezone(self, name: str) -> None:
        recurrence.check_timezone(name)

    def check_pace(self, rule: Rule) -> None:
        recurrence.check_pace(rule)

    def coming(self, rule: Rule, most: int) -> list[Window]:
        """As they were changed, and without those that were cancelled."""
        now = self._clock.now()
        known = {window.id: window for window in self._board.setup.windows if window.by == rule.id}
        expected = {window.id: window for window in recurrence.coming(rule, now, most + len(known))} | known
        later = (window for window in expected.values() if window.starts > now and not window.cancelled)
        return sorted(later, key=lambda window: window.starts)[:most]

    async def plan(self, rule: Rule) -> None:
        async with self._turn:
            await self._kept.put_rule(rule)
            self._at_run_time[rule.id] = rule
        self._changed.set()
        with suppress(StoreRefused):  # the rule stands; its occurrences become known when they can
            await self.look()

    async def cancel(self, rule: str) -> None:
        async with self._turn:
            await self._kept.drop_rule(rule)
            self._at_run_time.pop(rule, None)
        self._changed.set()
        with suppress(StoreRefused):  # the rule is gone; its occurrences go when they can
            await self.look()

    # ── as time passes ───────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Plan what becomes known for as long as the daemon lives."""
        while True:
            self._changed.clear()
            rest = await self.step()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), rest)

    async def step(self) -> float:
        """One look. Returns the seconds until the next is due."""
        try:
            again = await self.look()
        except StoreRefused:
            return TRIES_AGAIN
        return max(again - self._clock.now(), 0) / SECOND

    async def look(self) -> Instant:
        """Plan and cancel what is to be now. Returns when to look again.

        Raises:
            StoreRefused: not all of it is written down; the next look does the rest.
        """
        async with self._turn:
            now = self._clock.now()
            await self._give(await self.due(now))
            return next_look(self.rules(), now)

    async def due(self, at: Instant) -> list[Order]:
        """What is to be planned and cancelled by then."""
        found = orders(self.rules(), self._components, self._board.setup.windows, at)
        return [order for order in found if await self._stands(order)]

    async def _stands(self, order: Order) -> bool:
        """Whether it is news: what was known once, and is over or cancelled, is never planned anew.

        But for what went with its rule, when that is back.
        """
        if isinstance(order, Cancelled):
            return True
        known = await self._remembered(order.window.id)
        return known is None or known.orphaned

    async def _give(self, commands: Sequence[Command]) -> None:
        """All at once, so that they are written down together."""
        await asyncio.gather(*map(self._obey, commands))
