"""The pipeline: decide, write down, show, tell; nobody is told what was not written down before."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence

from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import QUIET, SECOND, Command, Duration, Instant, Observation, Result, Step, Tick
from monitor.core.ports import Clock, Debts, Decided, Memory, StoreRefused
from monitor.core.subscribing import Delivery

log = logging.getLogger(__name__)

HELD_AT_MOST = 10_000  # results that wait while the store refuses writes
BATCH = 500  # observations in one commit
HOLDS = 0.005  # seconds of deciding alone, and then it gives way: many that fail at once take longer in all
GATHERS = 0.05  # seconds that a batch which changes no status may wait for more
TRIES_AGAIN = 1.0  # seconds after the store refused
ALIVE_EVERY: Duration = 30 * SECOND  # how often it is written down that we live, when nothing else is

Listener = Callable[[Sequence[Decided]], None]


class Pipeline:
    """Takes observations in the order in which they are offered.

    Args:
        board: the shown board; it moves only when a commit has succeeded.
        debts: says what is owed for the events of a commit, and hears of it once it is written down.
        listeners: called after each commit with what was decided, when the board already shows it.
        committed: called with the seconds that a commit took and the number of results in it.
        dropped: called with the number of results that found no room while the store took nothing.
    """

    def __init__(
        self,
        board: Board,
        memory: Memory,
        clock: Clock,
        debts: Debts,
        *,
        listeners: Sequence[Listener] = (),
        committed: Callable[[float, int], None] = lambda seconds, results: None,
        dropped: Callable[[int], None] = lambda count: None,
    ) -> None:
        self.board = board
        self.refused: str | None = None  # why the store takes nothing just now
        self._ahead = board.copy()  # what the board becomes once all that was decided is written down
        self._memory = memory
        self._clock = clock
        self._debts = debts
        self._listeners = listeners
        self._committed = committed
        self._dropped = dropped
        self._waiting: deque[Observation] = deque()
        self._something = asyncio.Event()
        self._awaited: dict[int, asyncio.Future[Step]] = {}  # by the id() of an observation that waits
        self._alive: Instant = 0
        self._closing = False

    @property
    def held(self) -> int:
        """How many results wait to be decided."""
        return sum(isinstance(observation, Result) for observation in self._waiting)

    def offer(self, observation: Observation) -> None:
        """Never waits and never fails; what is offered is decided in turn."""
        if self._waiting and isinstance(self._waiting[-1], Tick):
            self._waiting.pop()  # whatever comes later tells the time, too
        self._waiting.append(observation)
        self._make_room()
        self._something.set()

    async def written(self, observation: Observation) -> Step:
        """Offer it, and wait until what it comes to is written down and shown.

        Raises:
            StoreRefused: it is not written down yet; it stays in its turn.
        """
        if self.refused is not None:
            self.offer(observation)
            raise StoreRefused(self.refused)
        return await self._shown(observation)

    async def obeyed(self, command: Command) -> Step:
        """The same for what somebody waits for, who is told if it cannot be done.

        Raises:
            StoreRefused: nothing was changed, and nothing will be.
        """
        if self.refused is not None or self._closing:
            raise StoreRefused(self.refused or "the daemon stops")
        return await self._shown(command)

    async def _shown(self, observation: Observation) -> Step:
        step: asyncio.Future[Step] = asyncio.get_running_loop().create_future()
        self._awaited[id(observation)] = step
        try:
            self.offer(observation)
            return await step
        finally:
            del self._awaited[id(observation)]

    def _refuse(self, observation: Observation, why: str) -> None:
        """Tell whoever waits for it that it is not written down."""
        awaited = self._awaited.get(id(observation))
        if awaited is not None and not awaited.done():
            awaited.set_exception(StoreRefused(why))

    async def run(self) -> None:
        """Until `close`; a commit that fails for another reason than a refusal ends it."""
        while not self._closing or (self._waiting and self.refused is None):
            await self._something.wait()
            if not await self.step() and not self._closing:
                await asyncio.sleep(TRIES_AGAIN)
        if self._waiting and not await self.step():
            log.error("%d results could not be written down and are lost: %s", self.held, self.refused)

    def close(self) -> None:
        """Let `run` end once all that waits is written down, or the store refuses it."""
        self._closing = True
        self._something.set()

    async def step(self) -> bool:
        """One commit of what waits; False when the store refused it."""
        batch = self._take(BATCH)
        decided = await self._decide(batch)
        if not self._closing and all(step is QUIET for _, step in decided):
            await asyncio.sleep(GATHERS)
            decided += await self._decide(self._take(BATCH - len(decided)))
        try:
            owed = await self._write_down(decided)
        except StoreRefused as refusal:
            self._give_back(decided, str(refusal))
            return False
        self._show(decided)
        self._debts.owe(owed)
        return True

    def _take(self, most: int) -> list[Observation]:
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        if not self._waiting:
            self._something.clear()
        return taken

    async def _decide(self, batch: Sequence[Observation]) -> list[Decided]:
        decided: list[Decided] = []
        gives_way = time.perf_counter() + HOLDS
        for observation in batch:
            if time.perf_counter() > gives_way:
                await asyncio.sleep(0)
                gives_way = time.perf_counter() + HOLDS
            step = advance(self._ahead, observation)
            self._ahead.apply(observation, step)
            decided.append((observation, step))
        return decided

    async def _write_down(self, decided: Sequence[Decided]) -> Sequence[Delivery]:
        """Commit it with what is owed for it; returns that as it was recorded."""
        now = self._clock.now()
        quiet = all(isinstance(observation, Tick) and step is QUIET for observation, step in decided)
        if quiet and not self._closing and self.refused is None and now - self._alive < ALIVE_EVERY:
            return ()
        owed = self._debts.owed([event for _, step in decided for event in step.events])
        began = time.perf_counter()
        recorded = await self._memory.commit(decided, now, owed)
        self._committed(time.perf_counter() - began, sum(isinstance(seen, Result) for seen, _ in decided))
        self._alive = now
        return recorded

    def _give_back(self, decided: Sequence[Decided], why: str) -> None:
        """Nothing of it was written: all of it is decided anew when it can be, but for commands."""
        if self.refused is None:
            log.error("%s; results are held in memory until it can be written again", why)
        self.refused = why
        self._ahead = self.board.copy()
        self._waiting.extendleft(observation for observation, _ in reversed(decided))
        for observation in self._waiting:
            self._refuse(observation, why)
        self._waiting = deque(waiting for waiting in self._waiting if not isinstance(waiting, Command))
        self._make_room()
        self._something.set()

    def _show(self, decided: Sequence[Decided]) -> None:
        if self.refused is not None:
            log.info("the store can be written again; %d results still wait", self.held)
            self.refused = None
        for observation, step in decided:
            self.board.apply(observation, step)
            awaited = self._awaited.get(id(observation))
            if awaited is not None and not awaited.done():
                awaited.set_result(step)
        for listener in self._listeners:
            listener(decided)

    def _make_room(self) -> None:
        """Drop the oldest results of too many; the few starts, configs, commands and ticks among them stay."""
        while len(self._waiting) > HELD_AT_MOST:
            oldest = self._oldest(self._is_asked)
            if oldest is None:
                oldest = self._oldest(lambda held: isinstance(held, Result))
            if oldest is None:
                return
            dropped = self._waiting[oldest]
            del self._waiting[oldest]
            self._dropped(1)
            self._refuse(dropped, "too much waits to be written down")

    def _oldest(self, wanted: Callable[[Observation], bool]) -> int | None:
        """The place of the oldest that waits of those."""
        return next((place for place, held in enumerate(self._waiting) if wanted(held)), None)

    def _is_asked(self, held: Observation) -> bool:
        """Whether it is a result for which the next run makes up; a beat that is lost is a beat missed."""
        if not isinstance(held, Result):
            return False
        setup = self._ahead.probe_setup(held.probe)
        return setup is None or setup.grace is None
