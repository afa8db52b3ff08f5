"""What is sent of an event: our own signed body to who subscribed, and to an alert what its format makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from exporter.sources import Page
from exporter.webhooks import signature
from exporter.webhooks.alerts import Channel
from exporter.webhooks.bodies import Bodies
from exporter.webhooks.formats.message import Message, Notice
from exporter.webhooks.rehearsal import rehearsal
from monitor.core.board import Board
from monitor.core.ids import entry_kind, incident_event_id
from monitor.core.model import ComponentState, Event, EventKind, Impact, Incident, Instant
from monitor.core.ports import Outbox
from monitor.core.subscribing import Subscription, Told

ChannelOf: TypeAlias = Callable[[str], Channel | None]

UNHEARD = ComponentState()


class Messages:
    """Makes the messages. `page` changes with the config.

    Args:
        channel_of: the channel of an alert by its name; None when the config names no such alert.
    """

    def __init__(self, outbox: Outbox, board: Board, channel_of: ChannelOf, page: Page) -> None:
        self.page = page
        self._outbox = outbox
        self._board = board
        self._channel_of = channel_of
        self._bodies = Bodies(outbox, board.component_setup)

    def channel(self, subscription: Subscription) -> Channel | None:
        """Of the alert that a subscription stands for."""
        return None if subscription.alert is None else self._channel_of(subscription.alert)

    async def of(self, subscription: Subscription, event: str, now: Instant) -> Message | None:
        """What to send of an event, by its id; None when there is nothing to say of it.

        Raises:
            KeyError: there is no such event.
        """
        if subscription.alert is None:
            return signed(subscription, event, await self._bodies.of(event), now)
        channel = self.channel(subscription)
        if channel is None:
            return None
        told = await self._outbox.told(event)
        return self._spoken(channel, told, now, before=await self._before(told.event))

    async def _before(self, event: Event) -> Incident | None:
        """The incident of an event as its update before that left it; None where there was none."""
        incident = event.subject
        if not isinstance(incident, Incident) or len(incident.updates) < 2:
            return None
        ordinal = len(incident.updates) - 2
        kind = entry_kind(incident.updates, ordinal)
        try:
            told = await self._outbox.told(incident_event_id(incident.id, ordinal, kind))
        except KeyError:  # of a time when nobody was told anything
            return None
        return told.event.subject if isinstance(told.event.subject, Incident) else None

    def _spoken(self, channel: Channel, told: Told, now: Instant, before: Incident | None = None) -> Message | None:
        """What an alert's format makes of an event; None when it has nothing to say of it."""
        return channel.format.message(channel.settings, self._notice(told, now, before))

    def rehearsal(self, subscription: Subscription, now: Instant) -> list[tuple[EventKind, Message]]:
        """What would be sent to an alert of a pretend incident: of its opening, and of its end."""
        channel = self.channel(subscription)
        if channel is None:
            return []
        watched = [component.id for component in self._board.setup.components]
        component = next(iter([*subscription.components, *watched]), "test")
        impact = subscription.least_impact or Impact.MINOR
        pretended = rehearsal(channel.alert.name, component, impact, now)
        said = [(told.event.kind, self._spoken(channel, told, now)) for told in pretended]
        return [(kind, message) for kind, message in said if message is not None]

    def _notice(self, told: Told, now: Instant, before: Incident | None) -> Notice:
        components = self._board.setup.components
        return Notice(
            event=told.event,
            sequence=told.sequence,
            at=now,
            page=self.page.name,
            url=self.page.url.rstrip("/"),
            components={component.id: component for component in components},
            states={component.id: self._board.components.get(component.id, UNHEARD) for component in components},
            before=before,
        )


def signed(subscription: Subscription, message_id: str, body: bytes, now: Instant) -> Message:
    """A body as who subscribed gets it."""
    headers = signature.headers(message_id, now, body, subscription.secrets(now))
    return Message("POST", subscription.endpoint, headers, body)
