"""What badges say, and in which colour."""

from __future__ import annotations

from typing import NamedTuple

from exporter.documents import Document
from exporter.page.templates import COLOURS
from exporter.webhooks.formats.texts import line
from monitor.core.model import ComponentSetup, Status
from monitor.core.uptime import Uptime

FIGURE = COLOURS[Status.MAINTENANCE]  # neither good nor bad
GRADES = ((99.9, Status.OPERATIONAL), (99.0, Status.DEGRADED), (95.0, Status.PARTIAL_OUTAGE))  # percent at least

PERIODS = {"day": "24 hours", "week": "7 days", "month": "30 days"}
NO_DATA = "no data"
LEAST_COVERAGE = 0.01  # of a period; an uptime of less than that would speak of moments as if of all of it
NAME = 100  # characters


class Badge(NamedTuple):
    """Two fields side by side."""

    label: str
    message: str
    color: str  # under the message


def status_badge(component: ComponentSetup, status: Status) -> Badge:
    return Badge(_name(component), status.replace("_", " "), COLOURS[status])


def uptime_badge(component: ComponentSetup, period: str, uptime: Uptime) -> Badge:
    """Of one of the periods, where enough of it was observed."""
    label = f"{_name(component)} uptime {PERIODS[period]}"
    percent, coverage = uptime.percent, uptime.coverage
    if percent is None or coverage is None or coverage < LEAST_COVERAGE:
        return Badge(label, NO_DATA, COLOURS[Status.UNKNOWN])
    grade = next((status for least, status in GRADES if percent >= least), Status.MAJOR_OUTAGE)
    return Badge(label, f"{percent:.2f}%", COLOURS[grade])


def response_time_badge(component: ComponentSetup, microseconds: int | None) -> Badge:
    label = f"{_name(component)} response time"
    if microseconds is None:
        return Badge(label, NO_DATA, COLOURS[Status.UNKNOWN])
    return Badge(label, f"{round(microseconds / 1_000)} ms", FIGURE)


def shield_document(badge: Badge) -> Document:
    """As an endpoint badge of shields.io wants it."""
    return {"schemaVersion": 1, "label": badge.label, "message": badge.message, "color": badge.color}


def _name(component: ComponentSetup) -> str:
    """On one line, without marks that would turn our own words around."""
    return line(component.name, NAME)
