"""Notices of every occasion, as the core words them, and texts that mean harm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from exporter.webhooks.formats.message import Notice
from exporter.webhooks.rehearsal import rehearsal
from monitor.core.ids import incident_event_id, status_event_id, window_event_id
from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    ComponentState,
    Event,
    EventKind,
    Impact,
    Incident,
    IncidentStatus,
    Instant,
    Status,
    StatusChange,
    Update,
    Window,
)
from tests.builders import NOON, component_setup, incident
from tests.exporter.webhooks.formats.people import BY_PEOPLE, Desk, Told

AUTH_DOWN = (
    "Authentication is down since 11:59:20 UTC. "
    "Check token (connect): POST https://auth.example/oauth/token: connection refused by 192.0.2.7:443."
)
CAUSE = "The cause is identified: every failed check of Authentication says that it refuses connections."
API_TOO = (
    "API is affected too. API is down since 12:00:45 UTC. Check health (assertion): HTTP 503 instead of 2xx. "
    "Check quote (assertion): HTTP 503 instead of 200."
)
PASSING = "Authentication and API pass all checks again. Resolved once stable for 2 min."
STAYED_WELL = "All checks stayed well. The trouble lasted 6 min 10 s, until 12:05:30 UTC."
AGAIN = AUTH_DOWN.replace("Authentication is", "Reopened: Authentication is").replace("11:59:20", "12:09:50")
API_SLOW = "API is slower than it should be since 11:55:10 UTC. Check health: 2.4 s, more than 1 s."
API_DOWN = "API is down since 12:03:20 UTC. Check health (headers): no answer within 10 s."
MERGED_INTO = "Merged into Authentication outage (inc_0123456789abcdef)."

COMPONENTS = (
    component_setup("auth"),
    replace(component_setup("api", depends_on=("auth",)), description="Core valuation API"),
    component_setup("batch", name="Batch Processing"),
)


def notice(event: Event, **changes: object) -> Notice:
    """It is said a moment after it happened."""
    defaults: dict[str, object] = {
        "sequence": 7,
        "at": event.at + 200,
        "page": "JustKalm",
        "url": "https://status.example",
        "components": {component.id: component for component in COMPONENTS},
        "states": being(),
    }
    return Notice(event=event, **(defaults | changes))  # type: ignore[arg-type]


def being(statuses: Mapping[str, Status] | None = None) -> Mapping[str, ComponentState]:
    """How the components are, which are well where nothing else is said."""
    well = dict.fromkeys((component.id for component in COMPONENTS), Status.OPERATIONAL)
    return {component: ComponentState(status=status) for component, status in {**well, **(statuses or {})}.items()}


def of_incident(subject: Incident) -> Notice:
    """That its latest update was made."""
    ordinal = len(subject.updates) - 1
    kind = EventKind.INCIDENT_RESOLVED if not subject.open else EventKind.INCIDENT_UPDATED
    kind = kind if ordinal else EventKind.INCIDENT_CREATED
    at = subject.updates[-1].timestamp
    well = not subject.open and subject.merged_into is None
    states = being({} if well else subject.worst)
    return notice(Event(incident_event_id(subject.id, ordinal, kind), kind, at, subject), states=states)


def of_people(told: Told) -> Notice:
    """That somebody did what they do."""
    subject = told.event.subject
    worst = subject.worst if isinstance(subject, Incident) and subject.open else {}
    return notice(told.event, before=told.before, states=being(worst))


def of_postmortem(text: str) -> Notice:
    """That ada wrote it of what is over."""
    return of_people(Desk().learned(text))


def of_change(change: StatusChange, at: Instant = NOON) -> Notice:
    """That it was decided."""
    event = status_event_id(change.component, change.status, at)
    return notice(
        Event(event, EventKind.COMPONENT_STATUS_CHANGED, at, change), states=being({change.component: change.status})
    )


def of_window(window: Window, kind: EventKind, at: Instant) -> Notice:
    event = Event(window_event_id(window.id, kind), kind, at, window)
    under_way = window.components if kind is EventKind.MAINTENANCE_STARTED else ()
    return notice(event, states=being(dict.fromkeys(under_way, Status.MAINTENANCE)))


def entered(before: Incident, status: IncidentStatus, message: str, at: Instant, **changes: object) -> Incident:
    """The incident with one more update."""
    updates = (*before.updates, Update(status, message, at))
    return replace(before, status=status, updates=updates, **changes)  # type: ignore[arg-type]


# ── one incident from its beginning to its end, through a reopening ──────────────────────────────────

CREATED = incident(
    component="auth",
    title="Authentication outage",
    started_at=NOON - 40 * SECOND,
    updates=(Update(IncidentStatus.INVESTIGATING, AUTH_DOWN, NOON),),
)
IDENTIFIED = entered(CREATED, IncidentStatus.IDENTIFIED, CAUSE, NOON)
UPDATED = entered(IDENTIFIED, IncidentStatus.IDENTIFIED, API_TOO, NOON + MINUTE, components=("auth", "api"))
RELIEVED = entered(UPDATED, IncidentStatus.MONITORING, PASSING, NOON + 5 * MINUTE)
RESOLVED = entered(
    RELIEVED,
    IncidentStatus.RESOLVED,
    STAYED_WELL,
    NOON + 8 * MINUTE,
    resolved_at=NOON + 8 * MINUTE,
    ended_at=NOON + 5 * MINUTE + 30 * SECOND,
)
REOPENED = entered(
    RESOLVED,
    IncidentStatus.INVESTIGATING,
    AGAIN,
    NOON + 10 * MINUTE,
    resolved_at=None,
    ended_at=None,
    reopened=1,
)

# ── another that began as less ───────────────────────────────────────────────────────────────────────

MINOR = incident(
    "inc_fedcba9876543210",
    title="Elevated API latency",
    impact=Impact.MINOR,
    created_at=NOON - 3 * MINUTE,
    started_at=NOON - 5 * MINUTE + 10 * SECOND,
    worst={"api": Status.DEGRADED},
    updates=(Update(IncidentStatus.INVESTIGATING, API_SLOW, NOON - 3 * MINUTE),),
)
ESCALATED = entered(
    MINOR,
    IncidentStatus.INVESTIGATING,
    API_DOWN,
    NOON + 4 * MINUTE,
    title="API outage",
    impact=Impact.CRITICAL,
    worst={"api": Status.MAJOR_OUTAGE},
)
# … and turns out to be one with the first.
MERGED = entered(
    ESCALATED,
    IncidentStatus.RESOLVED,
    MERGED_INTO,
    NOON + 4 * MINUTE + 30 * SECOND,
    resolved_at=NOON + 4 * MINUTE + 30 * SECOND,
    ended_at=NOON + 4 * MINUTE + 30 * SECOND,
    merged_into=CREATED.id,
)
TEST, TEST_OVER = rehearsal("night", "api", Impact.MINOR, NOON)

WINDOW = Window(
    id="mnt_0123456789abcdef", title="Database upgrade", components=("api", "batch"), starts=NOON, ends=NOON + HOUR
)
CHANGE = StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON - 40 * SECOND)

OCCASIONS: Mapping[str, Notice] = {
    "created": of_incident(CREATED),
    "identified": of_incident(IDENTIFIED),
    "updated": of_incident(UPDATED),
    "monitoring": of_incident(RELIEVED),
    "resolved": of_incident(RESOLVED),
    "reopened": of_incident(REOPENED),
    "minor": of_incident(MINOR),
    "escalated": of_incident(ESCALATED),
    "merged": of_incident(MERGED),
    "test": notice(TEST.event, sequence=TEST.sequence),
    "maintenance_scheduled": of_window(WINDOW, EventKind.MAINTENANCE_SCHEDULED, NOON - 3 * 24 * HOUR),
    "maintenance_started": of_window(WINDOW, EventKind.MAINTENANCE_STARTED, NOON),
    "maintenance_completed": of_window(WINDOW, EventKind.MAINTENANCE_COMPLETED, NOON + HOUR),
    "status_changed": of_change(CHANGE),
    **{name: of_people(told) for name, told in BY_PEOPLE.items()},
}

# ── texts that mean harm ─────────────────────────────────────────────────────────────────────────────

HOSTILE: Mapping[str, str] = {
    "slack_mentions": "<!channel> <!here> <!everyone> <@U0123ABCD> <#C0123ABCD> <!subteam^S0123ABCD>",
    "mentions": "@everyone @here <@123456789012345678> <@&123456789012345678> <at>Everyone</at>",
    "slack_link": "<https://evil.example|Sign in again> &lt;!channel&gt; &amp;",
    "markdown": "*bold* **bolder** _leaning_ ~~gone~~ ||hidden|| `code` ```fence``` \\* <u>under</u>",
    "links": "[Sign in again](https://evil.example) ![](https://evil.example/pixel.png) <https://evil.example>",
    "blocks": "# Heading\n> quote\n- item\n1. first\n-# small\n>>> all the rest\n---",
    "emoji": ":fire: <:kalm:123456789012345678> <t:1796126400:R> </run:123456789012345678>",
    "html": "<script>alert(1)</script><b>bold</b><img src=https://evil.example/pixel.png>&#64;everyone",
    "lines": "one\ntwo\r\nthree\rBcc: all@evil.example\u2028four\u2029five\vsix\fseven\x85eight",
    "turned": "\u202eegatuo oN\u202c \u2067inside\u2069 \u200fout\u200e \u061c",
    "broken": "half \ud83d a pair \udd25, a NUL \x00, an escape \x1b[31m and a bell \x07",
    "template": "${SECRET} {{SECRET}} {0} %s {{DATE(2026-12-01T12:00:00Z, SHORT)}}",
    "long": "x" * 10_000,
    "long_escaped": "&<*>" * 2_500,
    "long_astral": "🔥" * 10_000,
    "long_lines": "line\n" * 2_000,
    "empty": "",
    "blank": " \n\t\u200b ",
}


def saying(text: str) -> Mapping[str, Notice]:
    """A notice of each sort of subject that says the text wherever a person or a target could."""
    components = {each.id: replace(each, name=text, description=text) for each in COMPONENTS}
    updates = tuple(
        Update(status, text, NOON) for status in (IncidentStatus.IDENTIFIED, IncidentStatus.INVESTIGATING)
    )
    notices = {
        "incident": of_incident(replace(UPDATED, title=text, status=IncidentStatus.INVESTIGATING, updates=updates)),
        "resolved": of_incident(replace(RESOLVED, title=text, updates=(*updates, updates[0]))),
        "status_changed": of_change(CHANGE),
        "maintenance": of_window(replace(WINDOW, title=text), EventKind.MAINTENANCE_STARTED, NOON),
        **{name: written(BY_PEOPLE[name], text) for name in ("updated_by_hand", "postmortem", "maintenance_stops")},
    }
    return {subject: replace(said, components=components, page=text) for subject, said in notices.items()}


def written(told: Told, text: str) -> Notice:
    """That somebody of that name did what people do, with that text wherever they may write."""
    subject, postmortem = told.event.subject, text if told is BY_PEOPLE["postmortem"] else ""
    match subject:
        case Incident() as incident:
            updates = tuple(replace(update, message=text, by=text) for update in incident.updates)
            subject = replace(incident, title=text, by=text, updates=updates, postmortem=postmortem)
        case Window() as window:
            subject = replace(window, title=text, by=text)
    return of_people(Told(replace(told.event, subject=subject), told.before))


# All of them by name, for what is true whatever is said.
EVERY: Mapping[str, Notice] = {
    **OCCASIONS,
    **{f"{name}-{of}": said for name, text in HOSTILE.items() for of, said in saying(text).items()},
}
