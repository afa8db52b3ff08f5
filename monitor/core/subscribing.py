"""The nouns of who wants to know: keys, subscriptions, and what is owed to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.core.model import Event, EventKind, Impact, Instant


class Scope(StrEnum):
    """What a key may do."""

    SUBSCRIPTIONS = "subscriptions"
    INCIDENTS = "incidents"
    ADMIN = "admin"  # whatever the others may


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as it is kept: its text is shown once and never stored."""

    id: str  # "key_…"
    name: str
    digest: str  # SHA-256 of the text, in hex
    prefix: str  # "jk_live_" or "jk_test_"
    last_four: str
    scopes: tuple[Scope, ...]
    created_at: Instant
    expires_at: Instant | None = None
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None

    @property
    def test(self) -> bool:
        """Whether subscriptions made with it receive only what is sent to try them."""
        return self.prefix == "jk_test_"

    def allows(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def valid(self, at: Instant) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who wants to know what, and where to tell them."""

    id: str  # "sub_…"
    key: str  # id of the key that made it, and alone sees it; empty for an alert
    endpoint: str  # empty for an alert: where it goes is the config's secret
    events: tuple[str, ...]  # kinds, "incident.*" or "*"
    components: tuple[str, ...] = ()  # none: all
    least_impact: Impact | None = None  # of incidents; None: any
    secret: str  # "whsec_…"; empty for an alert
    previous_secret: str | None = None  # signs too, until `previous_until`
    previous_until: Instant | None = None
    created_at: Instant
    test: bool = False  # made with a test key: receives only what is sent to try it
    alert: str | None = None  # the alert of the config that it stands for
    failing_since: Instant | None = None  # nothing but failures since then
    disabled_at: Instant | None = None  # failed for too long, wanted no more, or its key was revoked
    disabled_because: str = ""

    @property
    def enabled(self) -> bool:
        return self.disabled_at is None

    def secrets(self, at: Instant) -> tuple[str, ...]:
        """Those that sign at an instant, the current one first."""
        old = self.previous_secret
        return (self.secret, old) if old and at < (self.previous_until or 0) else (self.secret,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Whom the config wants told, in the format of the place where they look."""

    name: str
    format: str
    settings: Mapping[str, object] = field(repr=False)  # as the format takes them; they hold secrets
    events: tuple[str, ...]  # as of a subscription
    components: tuple[str, ...] = ()
    least_impact: Impact | None = None


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    STANDING = "standing"  # delivered, and said again while it holds, to who forgets what is not
    SUPERSEDED = "superseded"  # the end of its incident says it all
    DEAD = "dead"  # tried for as long as we try


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event owed to one subscription."""

    id: str  # "dlv_…", from event and subscription
    event: str  # the event's id, which is the webhook-id of every attempt
    kind: EventKind
    incident: str | None  # deliveries of one incident go out in their order
    subscription: str
    created_at: Instant
    due: Instant
    state: DeliveryState = DeliveryState.PENDING
    sequence: int = 0  # the event's place in the order of all events; 0 until it is recorded
    attempts: int = 0
    first_attempt_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One POST."""

    delivery: str
    at: Instant
    status: int | None  # None: no answer came
    duration_ms: int
    excerpt: str  # of the answer, or what kept it from coming; redacted


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it was recorded; `sequence` only grows."""

    sequence: int
    event: Event


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a request with an Idempotency-Key, to be answered again to the same request."""

    request: str  # digest of the request: method, path and body
    status: int
    body: str
    at: Instant
