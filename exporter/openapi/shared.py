"""What endpoints share: parameters, headers, problems, and the key."""

from __future__ import annotations

from exporter.idempotency import HEADER
from exporter.openapi.operation import Described, in_query, problem
from exporter.openapi.schema import Schema, listed, record, text, whole
from exporter.paging import DEFAULT, MOST

PARAMETERS: dict[str, Described] = {
    "Limit": in_query("limit", "How many entries at most.", whole(minimum=1, maximum=MOST, default=DEFAULT)),
    "Cursor": in_query(
        "cursor", "The next_cursor of the answer before; without it, the list begins.", text(minLength=1)
    ),
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of an answer that the caller has: 304 says that it is as good as new.",
        "schema": text(),
    },
    "IdempotencyKey": {
        "name": HEADER,
        "in": "header",
        "description": "A name that the caller gives this request. Sent again within a day, the same request is not "
        "done again, and gets the same answer; another one under the same name gets 422.",
        "schema": text(pattern="^[!-~]{1,255}$"),
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The id of the last event that was heard; what was missed comes first then.",
        "schema": text(),
    },
}

HEADERS: dict[str, Described] = {
    "ETag": {"description": "Over the bytes of the answer.", "required": True, "schema": text()},
    "Cache": {"description": "For how many seconds it may be shown again unasked.", "schema": text()},
    "RetryAfter": {"description": "Seconds after which to try again.", "schema": text(pattern="^[0-9]+$")},
    "Challenge": {"description": "What is wrong with the key.", "required": True, "schema": text()},
}

_RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
_CHALLENGE = {"WWW-Authenticate": {"$ref": "#/components/headers/Challenge"}}

RESPONSES: dict[str, Described] = {
    "NotModified": {
        "description": "The caller has it already.",
        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
    },
    "BadRequest": problem("The body is broken, or no JSON object."),
    "Unauthorized": problem("There is no key, or it is not known, expired or revoked.", _CHALLENGE),
    "Forbidden": problem("The key may not do this."),
    "TooSlow": problem("The body did not come in time."),
    "TooLarge": problem("The body is too large."),
    "TooMany": problem("Too many bad keys came from that address, or the same is being done already.", _RETRY_AFTER),
    "OurFault": problem("Something went wrong on our side."),
    "Unavailable": problem("The store takes no writes just now; nothing was changed.", _RETRY_AFTER),
}

SCHEMAS: dict[str, Schema] = {
    "Problem": record(
        "What went wrong (RFC 9457).",
        {
            "type": text(),
            "title": text("What the status is called."),
            "status": whole("The HTTP status."),
            "detail": text("A sentence for whoever called."),
            "errors": listed(
                record("", {"field": text("The field or parameter."), "detail": text("What is allowed.")}),
                "Each that is wrong, with 422.",
            ),
        },
        optional=["errors"],
    )
}

EXAMPLES: dict[str, object] = {
    "Problem": {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "limit: must be a whole number from 1 to 100.",
        "errors": [{"field": "limit", "detail": "must be a whole number from 1 to 100."}],
    }
}

SECURITY: dict[str, Described] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "jk_live_…",
        "description": "A key, made by `justkalm-monitor keys create`. Its scopes say what it may do: "
        "`subscriptions` makes, sees and changes its own subscriptions; `incidents` writes incidents, maintenance "
        "and amendments; `admin` whatever the others may. One that begins with `jk_test_` makes subscriptions that "
        "receive only what is sent to try them, and writes nothing that everybody reads.",
    }
}
