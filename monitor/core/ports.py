"""What the wings owe each other, as protocols: nobody imports a wing to use it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from monitor.core.model import (
    Amendment,
    ComponentSetup,
    Duration,
    Event,
    Incident,
    IncidentStatus,
    Instant,
    Observation,
    Result,
    Span,
    Step,
    Window,
)
from monitor.core.recurring import Rule
from monitor.core.sketch import Sketch, Slot
from monitor.core.subscribing import Answered, Attempt, Delivery, Key, Subscription, Told

Decided: TypeAlias = tuple[Observation, Step]
Cursor: TypeAlias = tuple[Instant, str]  # the instant that a list is ordered by, and the id, of the last one seen


class StoreRefused(Exception):
    """The store cannot write just now (disk full, locked); nothing of the commit was written."""


class Prober(Protocol):
    """Asks one target."""

    async def run(self) -> Result:
        """One run. Trouble of the target is in the result; an exception is a bug of ours."""
        ...


class Callback(Protocol):
    """One URL at which one post is awaited."""

    @property
    def url(self) -> str: ...

    async def arrival(self) -> int:
        """When the post arrived, in monotonic ns; waits until it has."""
        ...


class Callbacks(Protocol):
    """Where targets may post to us."""

    def awaited(self) -> AbstractContextManager[Callback]:
        """A URL that nobody knew before; posts to it are heard until the context ends."""
        ...


class Clock(Protocol):
    def now(self) -> Instant: ...


class Memory(Protocol):
    """Where the pipeline writes down what was decided."""

    async def commit(
        self, decided: Sequence[Decided], alive: Instant, deliveries: Sequence[Delivery] = ()
    ) -> Sequence[Delivery]:
        """All of it in one transaction, in this order, what is owed for it, and that we were alive then.

        Returns:
            The deliveries as they were recorded, with their sequence; one that was owed before is left out.

        Raises:
            StoreRefused: nothing was written; the same commit may be tried again.
        """
        ...


class History(Protocol):
    """What readers ask of the past."""

    async def spans(self, component: str, since: Instant) -> list[Span]:
        """The spans that touch the time from `since` on, oldest first; the first may begin before it."""
        ...

    async def begun(self, component: str) -> Instant | None:
        """When the component's ledger begins; None when it has none."""
        ...

    async def removed(self) -> list[ComponentSetup]:
        """The components that were watched once and are no more, as they were last."""
        ...

    async def amendments(self, component: str, since: Instant, until: Instant) -> list[Amendment]:
        """Those that touch the time since ≤ t < until, in the order in which they were made."""
        ...

    async def latencies(self, component: str, since: Instant, limit: int | None = None) -> list[int]:
        """Latencies in µs of runs with verdict pass or slow that started at `since` or later, newest first."""
        ...

    async def latency(self, component: str, since: Instant, until: Instant) -> Sketch:
        """Of the timed runs with verdict pass or slow that started at since ≤ t < until."""
        ...

    async def latency_slots(self, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
        """The slots of so many ms from since ≤ t < until on in which such a run started, oldest first."""
        ...

    async def incident(self, incident: str) -> Incident | None: ...

    async def incidents(
        self,
        *,
        limit: int,
        before: Cursor | None = None,
        status: IncidentStatus | None = None,
        component: str | None = None,
    ) -> list[Incident]:
        """Newest first, in the order of (created_at, id)."""
        ...

    async def incidents_between(self, component: str, since: Instant, until: Instant) -> list[Incident]:
        """Those of the component whose trouble touches the time since ≤ t < until, oldest first."""
        ...

    async def newest_event(self) -> int:
        """The sequence of the newest event; 0 when there is none."""
        ...

    async def events(self, after: int, limit: int) -> list[Told]:
        """At most so many that were recorded after that sequence, in their order."""
        ...

    async def maintenance(self, window: str) -> Window | None: ...

    async def maintenances(self, *, limit: int, before: Cursor | None = None) -> list[Window]:
        """All that ever became known, as they are now, latest first, in the order of (starts, id)."""
        ...

    async def all_amendments(self, *, limit: int, before: Cursor | None = None) -> list[Amendment]:
        """Of all components, newest first, in the order of (at, id)."""
        ...


class Rules(Protocol):
    """Where recurring maintenance is kept that was planned at run time. Each call is one commit.

    Raises:
        StoreRefused: nothing was written.
    """

    async def rules(self) -> list[Rule]:
        """In the order in which they were planned."""
        ...

    async def put_rule(self, rule: Rule) -> None: ...

    async def drop_rule(self, rule: str) -> None: ...


class Calendar(Protocol):
    """Recurring maintenance, as the daemon plans its occurrences."""

    def rules(self) -> Sequence[Rule]:
        """Those of the config first, then those that were planned at run time."""
        ...

    def check_cron(self, cron: str) -> None:
        """Raises ValueError, with a sentence that says what is wrong."""
        ...

    def check_timezone(self, name: str) -> None:
        """Raises ValueError, with a sentence that says what is wrong."""
        ...

    def check_pace(self, rule: Rule) -> None:
        """Raises ValueError when its occurrences come so often that too many are known at a time."""
        ...

    def coming(self, rule: Rule, most: int) -> list[Window]:
        """The next of its occurrences that begin from now on."""
        ...

    async def plan(self, rule: Rule) -> None:
        """Plan its occurrences from now on.

        Raises:
            StoreRefused: nothing was changed.
        """
        ...

    async def cancel(self, rule: str) -> None:
        """It has no occurrences any more: one that runs ends, those to come are cancelled, as soon as may be.

        Raises:
            StoreRefused: nothing was changed.
        """
        ...


class Debts(Protocol):
    """Who is owed what. The pipeline asks before a commit and reports after it."""

    def owed(self, events: Sequence[Event]) -> list[Delivery]:
        """What the events make us owe, in their order."""
        ...

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        """These are written down now."""
        ...


class Registry(Protocol):
    """Where keys and subscriptions are kept. Each call is one commit.

    Raises:
        StoreRefused: nothing was written.
    """

    async def keys(self) -> list[Key]: ...

    async def put_key(self, key: Key) -> None: ...

    async def subscriptions(self) -> list[Subscription]: ...

    async def put_subscription(
        self, subscription: Subscription, answered: tuple[str, str, Answered] | None = None
    ) -> None:
        """Write it as it is now, and with it what was answered: (id of the key, Idempotency-Key, answer)."""
        ...

    async def drop_subscription(self, subscription: str) -> None:
        """Forget it and all its deliveries."""
        ...

    async def put_answer(self, key: str, idempotency_key: str, answered: Answered) -> None:
        """Write down what was answered to a request of that key."""
        ...

    async def answered(self, key: str, idempotency_key: str) -> Answered | None: ...

    async def forget_answers(self, before: Instant) -> None: ...


class Tokens(Protocol):
    """Where the tokens of heartbeats are kept that we made ourselves.

    Raises:
        StoreRefused: nothing was written.
    """

    async def heartbeat_tokens(self) -> dict[str, str]:
        """By probe."""
        ...

    async def put_heartbeat_token(self, probe: str, token: str) -> None: ...


class Outbox(Protocol):
    """What is owed, and what was tried. Each call is one commit.

    Raises:
        StoreRefused: nothing was written.
    """

    async def unsettled(self) -> list[Delivery]:
        """All that is owed, and all that stands, in the order of their events."""
        ...

    async def told(self, event: str) -> Told:
        """An event by its id. Raises KeyError when there is none."""
        ...

    async def told_pairs(self) -> set[tuple[str, str]]:
        """Pairs of subscription and incident that have a delivery, for incidents that are not over for good."""
        ...

    async def owe(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Write down what is owed for events of before.

        Returns:
            The deliveries as they were recorded, with their sequence; one that was owed before is left out, as is
            one whose subscription is gone.
        """
        ...

    async def since_opening(self, subscription: str, incident: str) -> list[Delivery]:
        """All of an incident to a subscription since its latest opening, in the order of their events."""
        ...

    async def was_attempted(self, subscription: str, incident: str) -> bool:
        """Whether any delivery of the incident to the subscription was ever attempted."""
        ...

    async def put_deliveries(self, deliveries: Sequence[Delivery], attempt: Attempt | None = None) -> None:
        """Write deliveries as they are now, and the attempt that made them so."""
        ...

    async def delivery(self, delivery: str) -> Delivery | None: ...

    async def deliveries(
        self, subscription: str, *, limit: int, before: Cursor | None = None
    ) -> list[tuple[Delivery, list[Attempt]]]:
        """Newest first in the order of (created_at, id), each with its attempts, oldest first."""
        ...

    async def dead_since(self, subscription: str, since: Instant) -> list[Delivery]:
        """Dead ones created at `since` or later, in the order of their events."""
        ...

    async def forget_settled(self, before: Instant) -> None:
        """Forget settled deliveries that were created before an instant, with their attempts."""
        ...
