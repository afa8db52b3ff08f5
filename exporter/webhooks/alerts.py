"""The alerts of the config, and the subscriptions that stand for them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace

from exporter.webhooks.debts import Debts
from exporter.webhooks.formats import FORMATS, Format
from exporter.webhooks.roster import Roster
from monitor.core.ports import Clock, Registry
from monitor.core.subscribing import Alert, Subscription

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Channel:
    """How an alert is told: two are the same when they lead to the same place in the same format.

    In memory only: the settings hold secrets, which nothing may write down.
    """

    alert: Alert = field(repr=False, compare=False)
    format: Format
    settings: object = field(repr=False)


class Alerts:
    """Keeps the subscriptions as the config wants them.

    Args:
        channels: by the name of the alert; shared with who asks for them.
        formats: what there is to choose from.
    """

    def __init__(
        self,
        channels: MutableMapping[str, Channel],
        registry: Registry,
        roster: Roster,
        debts: Debts,
        clock: Clock,
        *,
        formats: Mapping[str, Format] = FORMATS,
    ) -> None:
        self._channels = channels
        self._registry = registry
        self._roster = roster
        self._debts = debts
        self._clock = clock
        self._formats = formats
        self._elsewhere: set[str] = set()  # names of those that are new or moved
        self._moved: set[str] = set()  # names of those that failed in another place, as far as is written down

    def channel(self, name: str) -> Channel | None:
        return self._channels.get(name)

    def subscription(self, name: str) -> Subscription | None:
        """The one that stands for an alert; None when there is no such alert, or it is not written down yet."""
        return self._roster.get(alert_id(name)) if name in self._channels else None

    def subscriptions(self) -> list[Subscription]:
        """Of all alerts, in the order of the config."""
        found = map(self.subscription, self._channels)
        return [subscription for subscription in found if subscription is not None]

    def elsewhere(self) -> list[Subscription]:
        """Those that are new or lead to another place, until `settled` is told of them.

        After a start that is all of them: nobody remembers where they led before.
        """
        return [each for each in self.subscriptions() if each.alert in self._elsewhere]

    def settled(self, alert: Subscription) -> None:
        """It is owed, where it leads now, what it should be owed."""
        self._elsewhere.discard(alert.alert or "")

    async def replace(self, alerts: Iterable[Alert]) -> None:
        """From now on these are told, and no others.

        Raises:
            StoreRefused: not all of it is written down; to be asked for again.
        """
        before, wanted = dict(self._channels), {alert.name: self._channel(alert) for alert in alerts}
        async with self._roster.changing:
            self._channels.clear()
            self._channels.update(wanted)
            self._elsewhere |= {name for name, channel in wanted.items() if before.get(name) != channel}
            self._moved |= {name for name, channel in wanted.items() if before.get(name, channel) != channel}
            for name, channel in wanted.items():
                await self._put(channel.alert, moved=name in self._moved)
                self._moved.discard(name)
            for gone in [each for each in self._roster if each.alert is not None and each.alert not in wanted]:
                await self._drop(gone)

    def _channel(self, alert: Alert) -> Channel:
        format_ = self._formats[alert.format]
        return Channel(alert, format_, format_.settings(**alert.settings))

    async def _put(self, alert: Alert, *, moved: bool) -> None:
        """What is known of failures stays only while nothing is different."""
        known = self._roster.get(alert_id(alert.name))
        wanted = _subscription(alert, known.created_at if known is not None else self._clock.now())
        if known is not None and not moved and replace(known, failing_since=None) == wanted:
            return
        if known != wanted:
            await self._registry.put_subscription(wanted)
            self._debts.add(wanted)

    async def _drop(self, gone: Subscription) -> None:
        await self._registry.drop_subscription(gone.id)
        self._debts.remove(gone.id)
        log.info("the config has no alert %s any more: what is still owed to it is forgotten", gone.alert)


def alert_id(name: str) -> str:
    """The id of the subscription that stands for an alert."""
    return f"alr_{name}"


def _subscription(alert: Alert, created_at: int) -> Subscription:
    return Subscription(
        id=alert_id(alert.name),
        key="",
        endpoint="",
        secret="",
        alert=alert.name,
        events=alert.events,
        components=alert.components,
        least_impact=alert.least_impact,
        created_at=created_at,
    )
