"""Deliveries: what became of what a subscription was owed, and how to have it again."""

from __future__ import annotations

from exporter.openapi.operation import PAGED, Subject, document, in_path, keyed
from exporter.openapi.schema import choice, form, given_instant, instant, listed, maybe, record, ref, text, whole
from exporter.openapi.subjects.subscriptions import SUBSCRIPTION_ID, UNKNOWN
from monitor.core.model import EventKind
from monitor.core.subscribing import DeliveryState, Scope

DELIVERY_ID = in_path("delivery", "The delivery's id.", "dlv_3f9e0a7c5b1d2846")
DISABLED = "The subscription is disabled."

ATTEMPT = record(
    "One post.",
    {
        "at": instant(),
        "status": maybe(whole("Of the answer; null when none came.", minimum=100, maximum=999)),
        "duration_ms": whole(minimum=0),
        "excerpt": text("Of the answer, or what kept it from coming."),
    },
)

DELIVERY = record(
    "One event that is, or was, owed to a subscription.",
    {
        "id": text(),
        "event": text("The webhook-id of each attempt."),
        "type": choice(EventKind),
        "incident": maybe(text("Its id, where it is of one.")),
        "state": choice(DeliveryState),
        "created_at": instant(),
        "due_at": maybe(instant("When it is tried next.")),
        "attempts": listed(ref("Attempt"), "Oldest first."),
    },
)

OPERATIONS = {
    ("POST", "/api/v1/subscriptions/{id}/test"): keyed(
        Scope.SUBSCRIPTIONS,
        "try_out",
        "Try the endpoint",
        {200: ("What it answered, whatever that was.", document("Attempt"))},
        parameters=[SUBSCRIPTION_ID],
        wrong={404: UNKNOWN},
    ),
    ("GET", "/api/v1/subscriptions/{id}/deliveries"): keyed(
        Scope.SUBSCRIPTIONS,
        "list_deliveries",
        "Deliveries, newest first, with their attempts",
        {200: ("A page of them.", document("Deliveries"))},
        parameters=[SUBSCRIPTION_ID, *PAGED],
        wrong={404: UNKNOWN, 422: "A parameter is wrong."},
    ),
    ("POST", "/api/v1/subscriptions/{id}/deliveries/{delivery}/redeliver"): keyed(
        Scope.SUBSCRIPTIONS,
        "redeliver",
        "Deliver once more",
        {202: ("It is owed again.", document("Redelivered"))},
        parameters=[SUBSCRIPTION_ID, DELIVERY_ID],
        wrong={404: "There is no such delivery of this subscription.", 409: DISABLED},
    ),
    ("POST", "/api/v1/subscriptions/{id}/recover"): keyed(
        Scope.SUBSCRIPTIONS,
        "recover",
        "Deliver once more all that was given up",
        {202: ("It is owed again.", document("Recovered"))},
        parameters=[SUBSCRIPTION_ID],
        takes="Recovery",
        wrong={404: UNKNOWN, 409: DISABLED, 422: "A field is wrong."},
    ),
}

ATTEMPT_EXAMPLE = {"at": "2026-12-01T12:00:00.420Z", "status": 204, "duration_ms": 38, "excerpt": ""}
EXAMPLE = {
    "id": "dlv_3f9e0a7c5b1d2846",
    "event": "evt_9c1d5e7f3a2b4068",
    "type": "incident.created",
    "incident": "inc_5c6ffbdd40d9556b",
    "state": "delivered",
    "created_at": "2026-12-01T12:00:00Z",
    "due_at": None,
    "attempts": [ATTEMPT_EXAMPLE],
}

SUBJECT = Subject(
    name="Deliveries",
    says="An event is posted until it is taken, for five days; each arrives at least once, under one webhook-id.",
    operations=OPERATIONS,
    schemas={
        "Deliveries": record(
            "",
            {
                "deliveries": listed(ref("Delivery"), "Newest first."),
                "next_cursor": text("Continues the list; absent at its end."),
            },
            optional=["next_cursor"],
        ),
        "Delivery": DELIVERY,
        "Attempt": ATTEMPT,
        "Redelivered": record("", {"id": text("The delivery's.")}),
        "Recovered": record("", {"recovered": whole("How many deliveries are owed again.", minimum=0)}),
        "Recovery": form("", ["since"], {"since": given_instant("What was created before stays as it is.")}),
    },
    examples={
        "Deliveries": {"deliveries": [EXAMPLE]},
        "Attempt": ATTEMPT_EXAMPLE,
        "Redelivered": {"id": "dlv_3f9e0a7c5b1d2846"},
        "Recovered": {"recovered": 3},
        "Recovery": {"since": "2026-12-01T00:00:00Z"},
    },
)
