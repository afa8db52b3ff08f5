"""Which probe runs when: the grid, rechecks, and what is owed after a start, a stall or a jump."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from monitor.core.model import MINUTE, SECOND, Duration, Instant
from monitor.core.ports import Clock
from monitor.scheduler.entry import Entry
from monitor.scheduler.pace import Pace
from monitor.scheduler.runs import Runs
from monitor.scheduler.slots import HORIZON, Slots

WATCH_EVERY = 1.0  # seconds
JUMP: Duration = SECOND  # clock and loop part by more than this only when one of them jumped
OVERDUE = 1.0  # seconds; what is later than that is not alone, and takes its turn


class Scheduler:
    """Runs each probe on its grid. All verbs belong to the loop's thread; `start` is first, `stop` final.

    Instants and durations are of the daemon's clock, waiting is done on the loop's. The two tick alike; they
    part when the machine was asleep or the daemon's clock was set.

    Args:
        run: one run of a probe.
        late: is told how many seconds after its due time each run started.
    """

    def __init__(self, run: Callable[[str], Awaitable[None]], clock: Clock, *, late: Callable[[float], None]) -> None:
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._runs = Runs(run, late, self._ended)
        self._pace = Pace(self._runs.start)
        self._slots = Slots(clock, self._fired)
        self._apart: Duration = 0  # clock minus loop

    def start(self) -> None:
        self._apart = self._compare()
        self._slots.start()

    async def stop(self, limit: float) -> None:
        """Start nothing more; runs that still go on after `limit` seconds are cancelled."""
        for entry in list(self._entries.values()):
            self._remove(entry)
        await self._runs.finish(limit)
        await self._slots.shut_down()

    # ── what runs ────────────────────────────────────────────────────────────────────────────────────

    def replace(self, plan: Mapping[str, Duration], last: Mapping[str, Instant]) -> None:
        """Run these probes from now on, and no others. What stays as it was keeps its grid and its run.

        Args:
            plan: the interval of each probe.
            last: when the newest result of each probe started. A probe that comes or changes runs at once
                (in its turn) if it has none, or one older than its interval.
        """
        for entry in list(self._entries.values()):
            if plan.get(entry.probe) != entry.interval:
                self._remove(entry)
        now = self._clock.now()
        for probe, interval in plan.items():
            if probe not in self._entries:
                self._add(Entry.on_grid(probe, interval, now))
                if probe not in last or now - last[probe] > interval:
                    self._pace.ask(probe)

    def recheck(self, probe: str, at: Instant) -> None:
        """Run the probe once at `at`, or as soon after as no run of it goes on; its grid rests until then."""
        entry = self._entries.get(probe)
        if entry is None:
            return
        entry.drop_recheck()
        self._pace.drop(probe)
        # Should the clock have been set back since `at` was reckoned, the probe must not wait for hours.
        wait = min(max(at - self._clock.now(), 0), max(entry.interval, MINUTE))
        loop = asyncio.get_running_loop()
        due = loop.time() + wait / SECOND
        entry.recheck = loop.call_at(due, self._recheck, entry, due)

    def _add(self, entry: Entry) -> None:
        self._entries[entry.probe] = entry
        self._slots.add(entry)
        self._arm(entry, self._clock.now())  # its slot may have fired already

    def _remove(self, entry: Entry) -> None:
        entry.disarm()
        entry.drop_recheck()
        self._pace.drop(entry.probe)
        self._slots.remove(entry)
        del self._entries[entry.probe]

    # ── when it is time ──────────────────────────────────────────────────────────────────────────────

    def _fired(self, entries: Iterable[Entry]) -> None:
        self.follow_clock()  # before a point that was slept through is taken for a late one
        now = self._clock.now()
        for entry in entries:
            self._arm(entry, now)

    def _arm(self, entry: Entry, now: Instant) -> None:
        if entry.armed is None and entry.due - now < HORIZON:
            loop = asyncio.get_running_loop()
            due = loop.time() + (entry.due - now) / SECOND
            entry.armed = loop.call_at(due, self._meet, entry, due)

    def _meet(self, entry: Entry, due: float) -> None:
        """A grid point of the entry has come, or is past already."""
        now = max(self._clock.now(), entry.due)  # timers may be a hair early
        entry.move_on(now)
        self._arm(entry, now)  # its interval may be shorter than the horizon
        if entry.recheck is not None:
            return
        if asyncio.get_running_loop().time() - due > OVERDUE:
            self._pace.ask(entry.probe, due)
        else:
            self._pace.drop(entry.probe)
            self._runs.start(entry.probe, due)

    def _recheck(self, entry: Entry, due: float) -> None:
        if entry.probe not in self._runs:  # else its end takes this up
            entry.drop_recheck()
            self._runs.start(entry.probe, due)

    def _ended(self, probe: str) -> None:
        entry = self._entries.get(probe)
        now = asyncio.get_running_loop().time()
        if entry is not None and entry.recheck is not None and entry.recheck.when() <= now:
            self._recheck(entry, now)

    # ── when the clock jumps ─────────────────────────────────────────────────────────────────────────

    async def watch(self) -> None:
        """Follow the clock for as long as the daemon lives."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            self.follow_clock()

    def follow_clock(self) -> bool:
        """If the clock jumped, move all grids to where it stands now. Returns whether it did.

        However many points were jumped over, they come to one run of a probe, in its turn, in place of a point that
        would come soon after. Rechecks keep the distance they had.
        """
        apart = self._compare()
        if abs(apart - self._apart) <= JUMP:
            return False
        jumped, self._apart = apart - self._apart, apart
        now = self._clock.now()
        for entry in self._entries.values():
            if entry.recheck is None and entry.is_left_behind(now, jumped):
                self._pace.ask(entry.probe)
                entry.move_on(now + entry.interval // 2)
            else:
                entry.move_on(now)
            self._arm(entry, now)
        self._slots.anchor()
        return True

    def _compare(self) -> Duration:
        return self._clock.now() - int(asyncio.get_running_loop().time() * SECOND)
