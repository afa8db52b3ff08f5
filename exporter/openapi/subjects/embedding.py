"""What other places take in: feeds, a calendar, badges, and the widget."""

from __future__ import annotations

from exporter.badges.badge import PERIODS
from exporter.badges.handlers import SHOWN
from exporter.openapi.operation import Subject, document, in_path, in_query, plain, public
from exporter.openapi.schema import choice, record, text, whole
from exporter.page.templates import COLOURS
from monitor.core.model import Status

BADGE = [
    in_path("component", "The component's id.", "api"),
    in_query("show", "What it says.", choice(SHOWN, default="status")),
    in_query(
        "period",
        "Of an uptime, which is said where at least a hundredth of it was observed.",
        choice(PERIODS, default="month"),
    ),
]
WRONG = {404: "There is no such component.", 422: "A parameter is wrong."}

FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>urn:uuid:0b7e0b0c-5d3c-5b0e-9a52-4c1f6f3a7a10</id>
<title>JustKalm incidents</title>
<updated>2026-12-01T12:02:00Z</updated>
<author><name>JustKalm</name></author>
</feed>
"""
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//JustKalm//justkalm-monitor//EN
X-WR-CALNAME:JustKalm maintenance
BEGIN:VEVENT
SUMMARY:Database upgrade
DTSTART:20261203T020000Z
DTEND:20261203T030000Z
DTSTAMP:20261201T120000Z
UID:mnt_6d2a1b7c9e0f4a35@status.justkalm.com
SEQUENCE:0
CREATED:20261201T120000Z
DESCRIPTION:Affects API\\, Batch Processing. They cannot be used meanwhile.
LAST-MODIFIED:20261201T120000Z
STATUS:CONFIRMED
TRANSP:TRANSPARENT
URL:https://status.justkalm.com/#mnt_6d2a1b7c9e0f4a35
END:VEVENT
END:VCALENDAR
"""

OPERATIONS = {
    ("GET", "/feed.atom"): public("get_feed", "Incidents as an Atom feed", plain("application/atom+xml", FEED)),
    ("GET", "/maintenance.ics"): public(
        "get_calendar", "Maintenance as an iCalendar", plain("text/calendar", CALENDAR)
    ),
    ("GET", "/badges/{component}.svg"): public(
        "get_badge", "A badge as a picture", plain("image/svg+xml"), parameters=BADGE, wrong=WRONG
    ),
    ("GET", "/badges/{component}.json"): public(
        "get_shield", "A badge as an endpoint of shields.io", document("Shield"), parameters=BADGE, wrong=WRONG
    ),
    ("GET", "/widget.js"): public(
        "get_widget",
        "The custom element justkalm-status",
        plain("text/javascript"),
        says='`<script src="/widget.js" async></script><justkalm-status component="api"></justkalm-status>`',
    ),
}

SUBJECT = Subject(
    name="Embedding",
    says="For feed readers, calendars, and pages of other sites.",
    operations=OPERATIONS,
    schemas={
        "Shield": record(
            "As an endpoint badge of shields.io wants it.",
            {"schemaVersion": whole(const=1), "label": text(), "message": text(), "color": text()},
        )
    },
    examples={
        "Shield": {"schemaVersion": 1, "label": "API", "message": "operational", "color": COLOURS[Status.OPERATIONAL]}
    },
)
