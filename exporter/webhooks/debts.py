"""Who is owed what: events fanned out over the subscriptions that want to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set

from exporter.webhooks.roster import Roster
from monitor.core.fanout import fan_out
from monitor.core.model import Event
from monitor.core.subscribing import Delivery, Subscription


class Debts:
    """Implements the port of the same name.

    Args:
        told: pairs of subscription and incident of which the subscriber was told.
        wake: is given what is owed once it is written down.
        look: is given the id of a subscription that is gone.
    """

    def __init__(
        self,
        roster: Roster,
        told: Iterable[tuple[str, str]],
        *,
        wake: Callable[[Sequence[Delivery]], None],
        look: Callable[[str], None],
    ) -> None:
        self._roster = roster
        self._told = set(told)
        self._wake = wake
        self._look = look

    # ── port ─────────────────────────────────────────────────────────────────────────────────────────

    def owed(self, events: Sequence[Event]) -> list[Delivery]:
        """What the events make us owe, in their order. Nothing is remembered of it: the commit may be refused."""
        if not events:
            return []
        told, deliveries = set(self._told), list[Delivery]()
        for event in events:
            new = fan_out(event, self._roster, told)
            told |= _pairs(new)
            deliveries += new
        return deliveries

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        """These are written down now."""
        if deliveries:
            self._told |= _pairs(deliveries)
            self._wake(deliveries)

    # ── subscriptions: after the registry has written, with `changing` of the roster held ────────────────

    def add(self, subscription: Subscription) -> None:
        self._roster.put(subscription)

    def remove(self, subscription: str) -> None:
        self._roster.drop(subscription)
        self.forget({pair for pair in self._told if pair[0] == subscription})
        self._look(subscription)

    # ── memory ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def told(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._told)

    def forget(self, pairs: Set[tuple[str, str]]) -> None:
        """Of these incidents nothing more will be told."""
        self._told -= pairs


def _pairs(deliveries: Iterable[Delivery]) -> set[tuple[str, str]]:
    return {(delivery.subscription, delivery.incident) for delivery in deliveries if delivery.incident}
