"""Subscriptions: who wants to be told of what, and where."""

from __future__ import annotations

from exporter.openapi.operation import NOTHING, Subject, document, in_path, keyed, shared
from exporter.openapi.schema import (
    Schema,
    choice,
    flag,
    form,
    given_duration,
    instant,
    listed,
    maybe,
    record,
    ref,
    text,
)
from monitor.core.fanout import PATTERNS
from monitor.core.model import Impact
from monitor.core.subscribing import Scope

SUBSCRIPTION_ID = in_path("id", "The subscription's id.", "sub_b4c1e2a97f3d5068")
UNKNOWN = "There is no such subscription of this key."

SUBSCRIPTION_FIELDS: dict[str, Schema] = {
    "id": text(),
    "endpoint": text("The URL that is posted to.", format="uri"),
    "events": listed(choice(PATTERNS)),
    "created_at": instant(),
    "components": listed(text(), "Ids of those that matter; none: all."),
    "least_impact": maybe(choice(Impact, "Of incidents that matter; null: any.")),
    "test": flag("Made with a test key: it receives only what is sent to try it."),
    "enabled": flag(),
    "disabled_at": maybe(instant()),
    "disabled_because": text(),
    "failing_since": maybe(instant("Nothing but failures since then.")),
    "previous_secret_until": maybe(instant("Until then, the secret before signs too.")),
}
SECRET = {"secret": text("What its messages are signed with. Shown here alone.", pattern="^whsec_")}

WISH: dict[str, Schema] = {
    "endpoint": text("An https URL.", format="uri"),
    "events": listed(choice(PATTERNS), "A * stands for all of a sort.", minItems=1),
    "components": listed(text(), "Ids of those that matter; none: all."),
    "least_impact": maybe(choice(Impact, "Of incidents that matter; null: any.")),
}

EXAMPLE = {
    "id": "sub_b4c1e2a97f3d5068",
    "endpoint": "https://your-app.example/webhooks/status",
    "events": ["incident.*", "component.status_changed"],
    "created_at": "2026-12-01T12:00:00Z",
    "components": [],
    "least_impact": None,
    "test": False,
    "enabled": True,
    "disabled_at": None,
    "disabled_because": "",
    "failing_since": None,
    "previous_secret_until": None,
}
SECRET_EXAMPLE = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

FEWER = {"least_impact": "major"}
ROTATED = EXAMPLE | {
    "previous_secret_until": "2026-12-02T15:00:00Z",
    "secret": "whsec_B9h4OHBkes6h+5/372rB1R4Sf+KwVVstc9kOG11nMx0=",
}

OPERATIONS = {
    ("POST", "/api/v1/subscriptions"): keyed(
        Scope.SUBSCRIPTIONS,
        "subscribe",
        "Subscribe to events",
        {201: ("It is subscribed; the secret is shown this once.", document("NewlySubscribed"))},
        parameters=[shared("IdempotencyKey")],
        takes="NewSubscription",
        wrong={409: "The key has as many subscriptions as it may have.", 422: "A field is wrong."},
    ),
    ("GET", "/api/v1/subscriptions"): keyed(
        Scope.SUBSCRIPTIONS,
        "list_subscriptions",
        "All subscriptions of the key",
        {200: ("Oldest first.", document("Subscriptions"))},
    ),
    ("GET", "/api/v1/subscriptions/{id}"): keyed(
        Scope.SUBSCRIPTIONS,
        "get_subscription",
        "One subscription",
        {200: ("As it is now.", document("Subscription"))},
        parameters=[SUBSCRIPTION_ID],
        wrong={404: UNKNOWN},
    ),
    ("PATCH", "/api/v1/subscriptions/{id}"): keyed(
        Scope.SUBSCRIPTIONS,
        "change_subscription",
        "Change a subscription, or enable it again",
        {200: ("As it is now.", document("Subscription", EXAMPLE | FEWER))},
        parameters=[SUBSCRIPTION_ID],
        takes="SubscriptionChange",
        must=False,
        wrong={404: UNKNOWN, 409: "Its key was revoked.", 422: "A field is wrong."},
    ),
    ("DELETE", "/api/v1/subscriptions/{id}"): keyed(
        Scope.SUBSCRIPTIONS,
        "unsubscribe",
        "End a subscription",
        {204: ("It is gone, with all that was owed to it.", NOTHING)},
        parameters=[SUBSCRIPTION_ID],
        wrong={404: UNKNOWN},
    ),
    ("POST", "/api/v1/subscriptions/{id}/rotate-secret"): keyed(
        Scope.SUBSCRIPTIONS,
        "rotate_secret",
        "Sign with a new secret",
        {200: ("With the new secret, which is shown this once.", document("NewlySubscribed", ROTATED))},
        says="The secret before signs beside it for a grace period, so that receivers may change over.",
        parameters=[SUBSCRIPTION_ID, shared("IdempotencyKey")],
        takes="Rotation",
        must=False,
        wrong={404: UNKNOWN, 422: "A field is wrong."},
    ),
}

SUBJECT = Subject(
    name="Subscriptions",
    says="Who wants to be told of what. A key sees its own alone; what they receive stands under Webhooks.",
    operations=OPERATIONS,
    schemas={
        "Subscriptions": record("", {"subscriptions": listed(ref("Subscription"))}),
        "Subscription": record("A wish to be told.", SUBSCRIPTION_FIELDS),
        "NewlySubscribed": record("A subscription with its secret.", SUBSCRIPTION_FIELDS | SECRET),
        "NewSubscription": form("A wish to be told.", ["endpoint", "events"], WISH),
        "SubscriptionChange": form("What is to change.", [], WISH | {"enabled": flag("Only true.", const=True)}),
        "Rotation": form("", [], {"grace": given_duration("At most 30d.", default="1d")}),
    },
    examples={
        "Subscriptions": {"subscriptions": [EXAMPLE]},
        "Subscription": EXAMPLE,
        "NewlySubscribed": EXAMPLE | {"secret": SECRET_EXAMPLE},
        "NewSubscription": {
            "endpoint": "https://your-app.example/webhooks/status",
            "events": ["incident.*", "component.status_changed"],
        },
        "SubscriptionChange": FEWER,
        "Rotation": {"grace": "24h"},
    },
)
