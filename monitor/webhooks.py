"""All that tells subscribers, put together: who they are, what they are owed, and who posts it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Self

from exporter.keyring import Keyring
from exporter.metrics import Metrics
from exporter.subscribing import Subscribing
from exporter.throttle import Throttle
from exporter.webhooks.debts import Debts
from exporter.webhooks.dispatcher import Dispatcher
from exporter.webhooks.guard import Allowance
from exporter.webhooks.housekeeping import Housekeeping
from exporter.webhooks.post import Poster
from exporter.webhooks.roster import Roster
from monitor.config import Config
from monitor.core.board import Board
from monitor.core.ports import Clock
from storage import Store

ATTEMPTS_END_WITHIN = 3.0  # seconds that attempts still get when we stop


class Webhooks:
    """Built before the pipeline, which asks `debts`; posts between `start` and `stop`."""

    def __init__(
        self,
        poster: Poster,
        dispatcher: Dispatcher,
        debts: Debts,
        housekeeping: Housekeeping,
        subscribing: Subscribing,
    ) -> None:
        self._poster = poster
        self._dispatcher = dispatcher
        self.debts = debts
        self.housekeeping = housekeeping
        self.subscribing = subscribing

    @classmethod
    async def build(cls, store: Store, clock: Clock, board: Board, metrics: Metrics, version: str) -> Self:
        """From what the store knows of keys, subscriptions and debts."""
        registry, outbox = store.registry, store.outbox
        poster = Poster(Allowance(), version)
        roster = Roster(registry, await registry.subscriptions())
        dispatcher = Dispatcher(
            outbox, roster, clock, post=poster.post, component_of=board.component_setup, metrics=metrics
        )
        debts = Debts(roster, await outbox.told_pairs(), wake=dispatcher.wake, look=dispatcher.look)
        subscribing = Subscribing(
            keyring=Keyring(registry, clock, await registry.keys()),
            throttle=Throttle(clock),
            registry=registry,
            outbox=outbox,
            roster=roster,
            debts=debts,
            dispatcher=dispatcher,
        )
        return cls(poster, dispatcher, debts, Housekeeping(outbox, debts, clock), subscribing)

    def use(self, config: Config) -> None:
        """Whom the config lets us tell, and whose word on addresses it trusts."""
        allowance = Allowance(http=config.webhooks.allow_http, networks=config.webhooks.networks)
        self._poster.allowance = allowance
        self.subscribing.allowance = allowance
        self.subscribing.trusted_proxies = config.trusted_proxies

    async def start(self) -> None:
        await self._dispatcher.start()

    async def stop(self) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._poster.close)
            await self._dispatcher.stop(ATTEMPTS_END_WITHIN)
