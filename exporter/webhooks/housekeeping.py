"""What is forgotten once an hour: deliveries long settled, and whom we told of incidents long over."""

from __future__ import annotations

import asyncio
import logging

from exporter.webhooks.debts import Debts
from monitor.core.model import DAY, Duration
from monitor.core.ports import Clock, Outbox, StoreRefused

log = logging.getLogger(__name__)

KEPT: Duration = 14 * DAY
EVERY = 3600.0  # seconds


class Housekeeping:
    """Keeps what was delivered, superseded or given up for two weeks."""

    def __init__(self, outbox: Outbox, debts: Debts, clock: Clock) -> None:
        self._outbox = outbox
        self._debts = debts
        self._clock = clock

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(EVERY)

    async def step(self) -> None:
        """Forget what there is to forget; what the store refuses has time until the next time."""
        try:
            await self._outbox.forget_settled(self._clock.now() - KEPT)
        except StoreRefused as refusal:
            log.warning("deliveries of long ago are not forgotten: %s", refusal)
        known = self._debts.told  # asked before the store is: what is told meanwhile stays
        self._debts.forget(known - await self._outbox.told_pairs())
