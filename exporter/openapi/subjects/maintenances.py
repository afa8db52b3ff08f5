"""Maintenance: windows that are planned one by one, and rules by which they recur."""

from __future__ import annotations

from exporter.fields import LONGEST_LINE
from exporter.openapi.operation import PAGED, Subject, document, in_path, keyed, public, shared
from exporter.openapi.schema import (
    Schema,
    choice,
    flag,
    form,
    given_duration,
    given_instant,
    instant,
    listed,
    maybe,
    record,
    ref,
    text,
)
from monitor.core.model import MaintenanceStatus
from monitor.core.subscribing import Scope

MAINTENANCE_ID = in_path("id", "The id of a window or of a rule.", "mnt_6d2a1b7c9e0f4a35")

# Webhooks bear the same, cut to their length.
WINDOW_FIELDS: dict[str, Schema] = {
    "id": text("Stays the same for good."),
    "title": text(),
    "status": choice(MaintenanceStatus),
    "components": listed(text(), "Ids."),
    "starts": instant(),
    "ends": instant(),
    "stops": flag("Its components cannot be used meanwhile."),
    "recurring": maybe(text("The rule that it comes from.")),
    "by": maybe(text("Who planned it; null for one of the config, or of a rule.")),
}

WINDOW = record("One planned maintenance.", WINDOW_FIELDS)

RULE = record(
    "Maintenance that comes again and again.",
    {
        "id": text("Stays the same for good."),
        "title": text(),
        "components": listed(text(), "Ids."),
        "cron": text("Minute, hour, day of month, month, day of week."),
        "duration": text("Such as 90m."),
        "timezone": text("Of the cron expression (IANA)."),
        "stops": flag("Its components cannot be used meanwhile."),
        "notice": text("How long before its start an occurrence is announced."),
        "by": maybe(text("Who planned it; null for one of the config.")),
        "next": listed(record("", {"starts": instant(), "ends": instant()}), "Its next occurrences."),
    },
)

TITLE = text("One line.", minLength=1, maxLength=LONGEST_LINE)
COMPONENTS = listed(text(), "Ids of those that are affected.", minItems=1)
STOPS = flag("Whether its components cannot be used meanwhile.", default=False)

NEW_WINDOW = form(
    "One window. It ends at a time, or after a duration.",
    ["title", "components"],
    {
        "title": TITLE,
        "components": COMPONENTS,
        "starts": given_instant("Now, unless it is given."),
        "ends": given_instant("At most 31 days after its start."),
        "duration": given_duration("In place of ends: 1m to 31d."),
        "stops": STOPS,
    },
    oneOf=[{"required": ["ends"]}, {"required": ["duration"]}],
)

NEW_RULE = form(
    "A rule by which maintenance recurs.",
    ["title", "components", "cron", "duration", "timezone"],
    {
        "title": TITLE,
        "components": COMPONENTS,
        "cron": text("Minute, hour, day of month, month, day of week.", minLength=1, maxLength=LONGEST_LINE),
        "duration": given_duration("1m to 31d."),
        "timezone": text("Of the cron expression (IANA).", minLength=1, maxLength=LONGEST_LINE),
        "notice": given_duration("How long before its start an occurrence is announced.", default="24h"),
        "stops": STOPS,
    },
)

WINDOW_CHANGE = form(
    "What is to change, at least one of it.",
    [],
    {
        "title": TITLE,
        "components": COMPONENTS,
        "starts": given_instant("Only while it has not begun."),
        "ends": given_instant(),
        "stops": STOPS,
    },
    minProperties=1,
)

NOT_FOUND = "There is no such maintenance."

WINDOW_EXAMPLE = {
    "id": "mnt_6d2a1b7c9e0f4a35",
    "title": "Database upgrade",
    "status": "scheduled",
    "components": ["api", "batch"],
    "starts": "2026-12-03T02:00:00Z",
    "ends": "2026-12-03T03:00:00Z",
    "stops": True,
    "recurring": None,
    "by": "ada",
}
LONGER = {"ends": "2026-12-03T04:00:00Z"}

RULE_EXAMPLE = {
    "id": "rule_0b54c7d2e8a91f36",
    "title": "Weekly compaction",
    "components": ["batch"],
    "cron": "0 3 * * sun",
    "duration": "1h",
    "timezone": "Europe/Berlin",
    "stops": False,
    "notice": "1d",
    "by": None,
    "next": [{"starts": "2026-12-06T02:00:00Z", "ends": "2026-12-06T03:00:00Z"}],
}

OPERATIONS = {
    ("GET", "/api/v1/maintenances"): public(
        "list_maintenances",
        "Windows, the latest start first, and all rules",
        document("Maintenances"),
        parameters=PAGED,
        wrong={403: "Nothing recurs here.", 422: "A parameter is wrong."},
    ),
    ("POST", "/api/v1/maintenances"): keyed(
        Scope.INCIDENTS,
        "plan_maintenance",
        "Plan a window, or a rule",
        {201: ("It is planned.", document("Maintenance"))},
        says="With a cron expression it is a rule, else one window.",
        parameters=[shared("IdempotencyKey")],
        takes="NewMaintenance",
        wrong={409: "That rule is planned already.", 422: "A field is wrong."},
    ),
    ("GET", "/api/v1/maintenances/{id}"): public(
        "get_maintenance",
        "One window, or one rule",
        document("Maintenance"),
        parameters=[MAINTENANCE_ID],
        wrong={403: "Nothing recurs here.", 404: NOT_FOUND},
    ),
    ("PATCH", "/api/v1/maintenances/{id}"): keyed(
        Scope.INCIDENTS,
        "change_maintenance",
        "Change a window",
        {200: ("As it is now.", document("Window", WINDOW_EXAMPLE | LONGER))},
        parameters=[MAINTENANCE_ID],
        takes="WindowChange",
        wrong={
            404: NOT_FOUND,
            409: "It stands in the config, is a rule, or has changed meanwhile.",
            422: "A field is wrong, or the window is over or cancelled.",
        },
    ),
    ("DELETE", "/api/v1/maintenances/{id}"): keyed(
        Scope.INCIDENTS,
        "cancel_maintenance",
        "Cancel a window, or a rule",
        {204: ("A window never begins, or ends now; a rule has no occurrences any more.", {})},
        parameters=[MAINTENANCE_ID],
        wrong={
            404: NOT_FOUND,
            409: "It stands in the config, or has changed meanwhile.",
            422: "It is over, or cancelled.",
        },
    ),
}

SUBJECT = Subject(
    name="Maintenance",
    says="What is planned. While a window runs, its components open no incident, and the time is outside uptime.",
    operations=OPERATIONS,
    schemas={
        "Maintenances": record(
            "",
            {
                "maintenances": listed(ref("Window"), "The latest start first."),
                "recurring": listed(ref("Rule")),
                "next_cursor": text("Continues the windows; absent at their end."),
            },
            optional=["next_cursor"],
        ),
        "Maintenance": {"anyOf": [ref("Window"), ref("Rule")]},
        "Window": WINDOW,
        "Rule": RULE,
        "NewMaintenance": {"anyOf": [ref("NewWindow"), ref("NewRule")]},
        "NewWindow": NEW_WINDOW,
        "NewRule": NEW_RULE,
        "WindowChange": WINDOW_CHANGE,
    },
    examples={
        "Maintenances": {"maintenances": [WINDOW_EXAMPLE], "recurring": [RULE_EXAMPLE]},
        "Maintenance": WINDOW_EXAMPLE,
        "Window": WINDOW_EXAMPLE,
        "Rule": RULE_EXAMPLE,
        "NewMaintenance": {
            "title": "Database upgrade",
            "components": ["api", "batch"],
            "starts": "2026-12-03T02:00:00Z",
            "duration": "1h",
            "stops": True,
        },
        "WindowChange": LONGER,
    },
)
