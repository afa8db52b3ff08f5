"""What a daemon shows of its components and of itself, from moment to moment."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress

from monitor.core.model import TROUBLE, Status
from tests.daemons import statuses
from tests.torture.running import LOOKS_AGAIN, UNREACHABLE, Running

LOOKS_EVERY = 0.1  # seconds
DEGRADED = re.compile(r'^justkalm_monitor_degraded\{reason="([^"]+)"\} 1$', re.MULTILINE)


class Shown:
    """Watches one daemon. `told` counts how often each reason of being degraded came up anew."""

    def __init__(self, daemon: Running) -> None:
        self.statuses: dict[str, str] = {}
        self.degraded: frozenset[str] = frozenset()
        self.told: Counter[str] = Counter()
        self.troubled: set[str] = set()
        self._daemon = daemon

    async def watch(self) -> None:
        """Until it is cancelled; what the daemon leaves unanswered shows nothing."""
        while True:
            with suppress(*UNREACHABLE):
                await self.look()
            await asyncio.sleep(LOOKS_EVERY)

    async def look(self) -> None:
        """Raises one of UNREACHABLE."""
        self.statuses = statuses(await self._daemon.get("/api/v1/status"))
        self.troubled |= {component for component, status in self.statuses.items() if Status(status) in TROUBLE}
        degraded = frozenset(DEGRADED.findall(await self._daemon.get("/metrics")))
        self.told.update(degraded - self.degraded)
        self.degraded = degraded

    async def until(self, true: Callable[[], bool], within: float | None = None) -> None:
        """While it is watched; raises TimeoutError when it did not come true."""
        async with asyncio.timeout(within or self._daemon.patience):
            while not true():
                await asyncio.sleep(LOOKS_AGAIN)

    def all_well(self, but: Collection[str] = ()) -> bool:
        """Whether every component is operational, and we see all of them."""
        well = [status == Status.OPERATIONAL for component, status in self.statuses.items() if component not in but]
        return bool(well) and all(well) and not self.degraded
