"""Amendments: what people say that stretches of the ledger really were."""

from __future__ import annotations

from exporter.amendments import LONGEST_REASON
from exporter.openapi.operation import PAGED, Subject, document, keyed, public, shared
from exporter.openapi.schema import Schema, choice, form, given_instant, instant, listed, record, ref, text
from monitor.core.model import AmendmentKind
from monitor.core.subscribing import Scope

AMENDMENT_FIELDS: dict[str, Schema] = {
    "id": text(),
    "component": text("Its id."),
    "since": instant(),
    "until": instant(),
    "kind": choice(AmendmentKind, "All was well, it does not count, or what was recorded holds again."),
    "reason": text(),
    "by": text("Who says so."),
    "created_at": instant(),
}

NEW_AMENDMENT = form(
    "A stretch of at most 366 days that is over.",
    ["component", "since", "until", "kind", "reason"],
    {
        "component": text("Its id."),
        "since": given_instant(),
        "until": given_instant("After since, and not in the future."),
        "kind": choice(AmendmentKind),
        "reason": text("One line.", minLength=1, maxLength=LONGEST_REASON),
    },
)

OPERATIONS = {
    ("GET", "/api/v1/amendments"): public(
        "list_amendments",
        "Amendments, newest first",
        document("Amendments"),
        parameters=PAGED,
        wrong={422: "A parameter is wrong."},
    ),
    ("POST", "/api/v1/amendments"): keyed(
        Scope.INCIDENTS,
        "amend",
        "Amend the ledger",
        {201: ("It is amended.", document("Amendment"))},
        says="Nothing is deleted: to take an amendment back, amend the same stretch with `as_recorded`.",
        parameters=[shared("IdempotencyKey")],
        takes="NewAmendment",
        wrong={409: "Nothing can be amended of that component any more.", 422: "A field is wrong."},
    ),
}

STRETCH = {
    "component": "api",
    "since": "2026-12-01T11:40:00Z",
    "until": "2026-12-01T12:00:00Z",
    "kind": "false_alarm",
    "reason": "It was our own network.",
}
EXAMPLE = {"id": "amd_88d1a4f0c3b7e256", **STRETCH, "by": "ada", "created_at": "2026-12-01T14:00:00Z"}

SUBJECT = Subject(
    name="Amendments",
    says="Corrections of the record, made by people and signed with their names.",
    operations=OPERATIONS,
    schemas={
        "Amendments": record(
            "",
            {
                "amendments": listed(ref("Amendment"), "Newest first."),
                "next_cursor": text("Continues the list; absent at its end."),
            },
            optional=["next_cursor"],
        ),
        "Amendment": record(
            "What a person says of a stretch of a component's ledger. It changes uptime, not what was recorded.",
            AMENDMENT_FIELDS,
        ),
        "NewAmendment": NEW_AMENDMENT,
    },
    examples={"Amendments": {"amendments": [EXAMPLE]}, "Amendment": EXAMPLE, "NewAmendment": STRETCH},
)
