"""What an alert that is new, or leads to another place, is owed of incidents that were open before."""

from __future__ import annotations

from collections.abc import Iterator

from exporter.webhooks.debts import Debts
from exporter.webhooks.dispatcher import Dispatcher
from exporter.webhooks.lane import UNSETTLED
from exporter.webhooks.messages import Messages
from monitor.core.board import Board
from monitor.core.fanout import fan_out
from monitor.core.ids import entry_kind, incident_event_id
from monitor.core.model import Incident, IncidentStatus
from monitor.core.ports import Clock, Outbox
from monitor.core.subscribing import Delivery, Subscription


class Arrears:
    """Has alerts catch up with the incidents that are open."""

    def __init__(
        self, outbox: Outbox, board: Board, messages: Messages, debts: Debts, dispatcher: Dispatcher, clock: Clock
    ) -> None:
        self._outbox = outbox
        self._board = board
        self._messages = messages
        self._debts = debts
        self._dispatcher = dispatcher
        self._clock = clock

    async def catch_up(self, alert: Subscription) -> None:
        """Owe it what the place before never took and people should still hear.

        A place that forgets what it does not hear again is also owed the latest word on each open incident, as any
        delivery: once it is taken it stands. Others hear of what happens from now on.

        Raises:
            StoreRefused: not all of it is owed; to be asked for again.
        """
        await self._dispatcher.recover(alert, self._clock.now())
        channel = self._messages.channel(alert)
        if channel is None or channel.format.again_after is None:
            return
        for incident in list(self._board.incidents.values()):
            await self._owe_latest(alert, incident)

    async def _owe_latest(self, alert: Subscription, incident: Incident) -> None:
        """Unless something of it is owed or stands already."""
        latest = await self._latest(alert, incident)
        if latest is None:
            return
        history = await self._outbox.since_opening(alert.id, incident.id)
        if any(delivery.state in UNSETTLED for delivery in history):
            return
        known = next((delivery for delivery in history if delivery.id == latest.id), None)
        if known is not None:
            await self._dispatcher.redeliver(known)
        else:
            self._debts.owe(await self._outbox.owe([latest]))

    async def _latest(self, alert: Subscription, incident: Incident) -> Delivery | None:
        """Of the latest event that it would be told of if it had not heard of the incident yet."""
        for event in _events(incident):
            try:
                told = await self._outbox.told(event)
            except KeyError:  # of a time when nobody was told anything
                continue
            for delivery in fan_out(told.event, [alert], frozenset()):
                return delivery
        return None


def _events(incident: Incident) -> Iterator[str]:
    """Ids of the events of an incident since its latest opening, newest first: each update gave one.

    Of an incident that is over there are none.
    """
    for ordinal, update in reversed(list(enumerate(incident.updates))):
        if update.status is IncidentStatus.RESOLVED:
            return
        yield incident_event_id(incident.id, ordinal, entry_kind(incident.updates, ordinal))
