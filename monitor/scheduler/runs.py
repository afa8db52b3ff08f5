"""The runs that are going, at most one of each probe."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

CANCEL_LIMIT = 2.5  # seconds a cancelled run may take to clean up before it is left to itself

logger = logging.getLogger("monitor.scheduler")


class Runs:
    """Starts runs and outlives whatever they raise.

    Args:
        run: one run of a probe.
        late: is told how many seconds after its due time each run started.
        ended: is told of each probe whose run has ended, in whatever way.
    """

    def __init__(
        self,
        run: Callable[[str], Awaitable[None]],
        late: Callable[[float], None],
        ended: Callable[[str], None],
    ) -> None:
        self._run = run
        self._late = late
        self._ended = ended
        self._going: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def __contains__(self, probe: str) -> bool:
        return probe in self._going

    def start(self, probe: str, due: float) -> None:
        """Start a run that was due at this time of the loop, unless one of its probe is going."""
        if self._closed or probe in self._going:
            return
        task = asyncio.get_running_loop().create_task(self._once(probe, due), name=f"run {probe}")
        task.add_done_callback(partial(self._end, probe))
        self._going[probe] = task

    async def finish(self, limit: float) -> None:
        """Start no more, and wait for those that go on; after `limit` seconds they are cancelled."""
        self._closed = True
        going = set(self._going.values())
        if going:
            _, going = await asyncio.wait(going, timeout=limit)
        if going:
            await _give_up(going, limit)

    async def _once(self, probe: str, due: float) -> None:
        self._late(max(0.0, asyncio.get_running_loop().time() - due))
        await self._run(probe)

    def _end(self, probe: str, task: asyncio.Task[None]) -> None:
        del self._going[probe]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("the run of %s raised", probe, exc_info=error)
        self._ended(probe)


async def _give_up(going: Collection[asyncio.Task[None]], limit: float) -> None:
    runs, were = ("1 run", "was") if len(going) == 1 else (f"{len(going)} runs", "were")
    logger.warning("%s did not end within %g s and %s given up", runs, limit, were)
    for task in going:
        task.cancel()
    await asyncio.wait(going, timeout=CANCEL_LIMIT)
