"""All that subscribers come to: the keys that let them in, where their wishes are kept, and who tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from exporter.keyring import Keyring
from exporter.origin import Network
from exporter.throttle import Throttle
from exporter.webhooks.alerts import Alerts
from exporter.webhooks.debts import Debts
from exporter.webhooks.guard import Allowance
from exporter.webhooks.roster import Roster
from exporter.webhooks.sending import Sent
from monitor.core.model import EventKind, Instant
from monitor.core.ports import Outbox, Registry
from monitor.core.subscribing import Attempt, Delivery, Subscription


class Dispatcher(Protocol):
    """What subscribers may ask of the dispatcher."""

    def look(self, subscription: str) -> None:
        """See whether there is something to do for a subscription; to be called when it changed."""
        ...

    def hasten(self, subscription: str) -> None:
        """Try what waits soon: what kept it from arriving may be over."""
        ...

    def owed(self, subscription: str) -> int:
        """How many deliveries are owed to it."""
        ...

    async def try_out(self, subscription: Subscription) -> Attempt:
        """Post something to try the endpoint, once.

        Raises:
            Busy: this one is being tried out already, or too many others are.
            OwnTrouble: it could not be sent, and that is not the receiver's fault.
        """
        ...

    async def rehearse(self, subscription: Subscription) -> list[tuple[EventKind, Sent]]:
        """Tell an alert of a pretend incident, of its opening and of its end; errors as of `try_out`."""
        ...

    async def redeliver(self, delivery: Delivery) -> None:
        """Owe it once more."""
        ...

    async def recover(self, subscription: Subscription, since: Instant) -> int:
        """Owe once more all that was given up of what was created at `since` or later; how many that are."""
        ...


@dataclass(slots=True, kw_only=True)
class Subscribing:
    """`allowance` and `trusted_proxies` change with the config."""

    keyring: Keyring
    throttle: Throttle
    registry: Registry
    outbox: Outbox
    roster: Roster
    debts: Debts
    alerts: Alerts
    dispatcher: Dispatcher
    allowance: Allowance = field(default_factory=Allowance)
    trusted_proxies: tuple[Network, ...] = ()
