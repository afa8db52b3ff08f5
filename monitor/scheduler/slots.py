"""APScheduler's part: one job for all probes of an interval whose phases lie in the same second.

A job for each probe would cost half a millisecond of CPU a firing; a slot's job only arms the loop's timers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.core.model import SECOND, Duration
from monitor.core.ports import Clock
from monitor.scheduler.entry import Entry
from monitor.scheduler.trigger import DaemonTime, GridTrigger

LEAD: Duration = 100  # a slot fires this long before its first probe could be due, so that none is late by it
HORIZON: Duration = LEAD + SECOND  # a probe due later than this will be armed by a later firing of its slot

# Late is better than never, once is enough, and a slot's firing is over at once.
JOB = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


class Slot:
    """The probes that are armed together."""

    def __init__(self, fired: Callable[[Iterable[Entry]], None]) -> None:
        self.entries: dict[str, Entry] = {}
        self._fired = fired

    async def fire(self) -> None:  # a coroutine function: APScheduler runs anything else in a thread
        self._fired(self.entries.values())


class Slots:
    """All slots in use.

    Args:
        fired: is told the entries of a slot when some of them may soon be due, or are past it.
    """

    def __init__(self, clock: Clock, fired: Callable[[Iterable[Entry]], None]) -> None:
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # else it logs two lines for each firing
        self._zone = DaemonTime(clock)
        self._fired = fired
        self._slots: dict[str, Slot] = {}
        self._jobs = AsyncIOScheduler(timezone=self._zone, job_defaults=JOB)

    def start(self) -> None:
        self._jobs.start()

    async def shut_down(self) -> None:
        self._jobs.shutdown(wait=False)
        await asyncio.sleep(0)  # APScheduler puts it off to the loop's next turn

    def add(self, entry: Entry) -> None:
        key = _key(entry)
        if key not in self._slots:
            slot = self._slots[key] = Slot(self._fired)
            self._jobs.add_job(slot.fire, self._trigger(entry), id=key)
        self._slots[key].entries[entry.probe] = entry

    def remove(self, entry: Entry) -> None:
        key = _key(entry)
        del self._slots[key].entries[entry.probe]
        if not self._slots[key].entries:
            del self._slots[key]
            self._jobs.remove_job(key)

    def anchor(self) -> None:
        """Reckon all next firings from the clock as it stands now."""
        now = datetime.now(self._zone)
        for job in self._jobs.get_jobs():
            job.modify(next_run_time=job.trigger.get_next_fire_time(None, now))

    def _trigger(self, entry: Entry) -> GridTrigger:
        first = entry.phase - entry.phase % SECOND
        return GridTrigger(self._zone, (first - LEAD) % entry.interval, entry.interval)


def _key(entry: Entry) -> str:
    return f"{entry.interval}/{entry.phase // SECOND}"
