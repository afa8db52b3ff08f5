"""All that tells subscribers and alerts, put together: who they are, what they are owed, and who sends it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Self

from exporter.keyring import Keyring
from exporter.metrics import Metrics
from exporter.sources import Page
from exporter.subscribing import Subscribing
from exporter.throttle import Throttle
from exporter.webhooks.alerts import Alerts, Channel
from exporter.webhooks.arrears import Arrears
from exporter.webhooks.bookkeeping import IsOpen
from exporter.webhooks.debts import Debts
from exporter.webhooks.dispatcher import Dispatcher
from exporter.webhooks.guard import Allowance
from exporter.webhooks.housekeeping import Housekeeping
from exporter.webhooks.messages import Messages
from exporter.webhooks.roster import Roster
from exporter.webhooks.sending import Sender
from monitor.config import Config
from monitor.core.board import Board
from monitor.core.ports import Clock
from storage import Store

ATTEMPTS_END_WITHIN = 3.0  # seconds that attempts still get when we stop


class Webhooks:
    """Built before the pipeline, which asks `debts`; sends between `start` and `stop`."""

    def __init__(
        self,
        sender: Sender,
        messages: Messages,
        dispatcher: Dispatcher,
        arrears: Arrears,
        housekeeping: Housekeeping,
        subscribing: Subscribing,
    ) -> None:
        self._sender = sender
        self._messages = messages
        self._dispatcher = dispatcher
        self._arrears = arrears
        self.debts = subscribing.debts
        self.housekeeping = housekeeping
        self.subscribing = subscribing

    @classmethod
    async def build(cls, store: Store, clock: Clock, board: Board, metrics: Metrics, version: str) -> Self:
        """From what the store knows of keys, subscriptions and debts."""
        registry, outbox = store.registry, store.outbox
        sender, channels = Sender(version), dict[str, Channel]()
        messages = Messages(outbox, board, channels.get, Page(""))
        roster = Roster(registry, await registry.subscriptions())
        dispatcher = Dispatcher(
            outbox, roster, clock, messages=messages, send=sender.send, is_open=_is_open(board), metrics=metrics
        )
        debts = Debts(roster, await outbox.told_pairs(), wake=dispatcher.wake, look=dispatcher.look)
        subscribing = Subscribing(
            keyring=Keyring(registry, clock, await registry.keys()),
            throttle=Throttle(clock),
            registry=registry,
            outbox=outbox,
            roster=roster,
            debts=debts,
            alerts=Alerts(channels, registry, roster, debts, clock),
            dispatcher=dispatcher,
        )
        arrears = Arrears(outbox, board, messages, debts, dispatcher, clock)
        return cls(sender, messages, dispatcher, arrears, Housekeeping(outbox, debts, clock), subscribing)

    async def use(self, config: Config, redact: Callable[[str], str]) -> None:
        """Whom the config has us tell and lets us tell, and whose word on addresses it trusts.

        Raises:
            StoreRefused: not all of its alerts, or of what they are owed, is written down; to be asked for again.
        """
        allowance = Allowance(http=config.webhooks.allow_http, networks=config.webhooks.networks)
        self._sender.use(allowance, redact)  # first: whoever is told from now on may tell our secrets back
        self._messages.page = Page(config.page.name, config.page.url, config.page.timezone)
        self.subscribing.allowance = allowance
        self.subscribing.trusted_proxies = config.trusted_proxies
        alerts = self.subscribing.alerts
        await alerts.replace(config.alerts)  # last: the store may refuse, and what is owed is told all the same
        self._hasten_alerts()
        for alert in alerts.elsewhere():
            await self._arrears.catch_up(alert)
            alerts.settled(alert)

    def _hasten_alerts(self) -> None:
        """The config may name another place since what waits was tried."""
        for alert in self.subscribing.alerts.subscriptions():
            self._dispatcher.hasten(alert.id)

    async def start(self) -> None:
        await self._dispatcher.start()
        self._hasten_alerts()

    async def stop(self) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._sender.close)
            await self._dispatcher.stop(ATTEMPTS_END_WITHIN)


def _is_open(board: Board) -> IsOpen:
    def is_open(incident: str) -> bool:
        known = board.incidents.get(incident)
        return known is not None and known.open

    return is_open
