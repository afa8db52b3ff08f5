"""The commands for maintenance, as an operator sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.commands.control import ask, listed
from monitor.commands.errands import Exit, done, given, show_list, table, told_absolutely
from monitor.core.model import MaintenanceStatus
from monitor.core.ports import Clock
from monitor.core.redaction import printable
from monitor.terminal import say

MAINTENANCES = "/api/v1/maintenances"
COLUMNS = ("ID", "STATUS", "STARTS", "ENDS", "STOPS", "PLANNED BY", "COMPONENTS", "TITLE")
OVER = (MaintenanceStatus.COMPLETED, MaintenanceStatus.CANCELLED)
SHOWN = 5  # of those that are over
RULE_ENDS = "recurs no more: what runs by it ends now, and what was to come is cancelled"
ENDS = {MaintenanceStatus.CANCELLED: "is cancelled before it began", MaintenanceStatus.COMPLETED: "ran, and ends now"}

OPTIONS = {
    "title": "--title",
    "components": "--component",
    "starts": "--starts",
    "ends": "--ends",
    "duration": "--for",
    "cron": "--cron",
    "timezone": "--timezone",
    "notice": "--notice",
    "stops": "--stops",
}


def schedule_maintenance(data: Path, typed: Mapping[str, object], clock: Clock) -> Exit:
    """Print the id of what is planned from now on, alone on the last line."""

    def schedule() -> None:
        planned = ask(data, "POST", MAINTENANCES, _fields(typed, clock))
        say(f"{_begins(planned)}:\n{planned['id']}")

    ends = "--for" if "duration" in given(typed) else "--ends"
    return done(schedule, {**OPTIONS, "ends": ends})


def list_maintenance(data: Path) -> Exit:
    """Print what runs and is to come, soonest first, what recurs, and the last that are over."""

    def show() -> None:
        windows = list(listed(data, MAINTENANCES, "maintenances"))
        over = [window for window in windows if window["status"] in OVER]
        ahead = [window for window in reversed(windows) if window["status"] not in OVER]
        say("Running and to come")
        show_list(COLUMNS, map(_row, ahead), "No maintenance runs, and none is to come.")
        say("\nRecurring")
        _show_rules(ask(data, "GET", MAINTENANCES)["recurring"])
        say("\nOver")
        show_list(COLUMNS, map(_row, over[:SHOWN]), "No maintenance is over yet.")

    return done(show)


def cancel_maintenance(data: Path, maintenance: str) -> Exit:
    """Have it take place no more, and print what that came to."""

    def cancel() -> None:
        path = _path(maintenance)
        recurs = "cron" in ask(data, "GET", path)  # a rule is nowhere to be seen once it is cancelled
        ask(data, "DELETE", path)
        end = RULE_ENDS if recurs else ENDS[ask(data, "GET", path)["status"]]
        say(f"{maintenance} {end}")

    return done(cancel)


def change_maintenance(data: Path, maintenance: str, typed: Mapping[str, object], clock: Clock) -> Exit:
    """Print when it is from now on."""
    stops = "--stops" if typed.get("stops") else "--no-stops"

    def change() -> None:
        changed = ask(data, "PATCH", _path(maintenance), _fields(typed, clock))
        say(f"{changed['id']}: {_told(changed)}")

    return done(change, {**OPTIONS, "stops": stops})


def _fields(typed: Mapping[str, object], clock: Clock) -> dict[str, object]:
    return told_absolutely(given(typed), clock, "starts", "ends")


def _path(maintenance: str) -> str:
    return f"{MAINTENANCES}/{quote(maintenance, safe='')}"


def _begins(planned: Mapping[str, Any]) -> str:
    """As `_told`, of what is planned just now."""
    if planned.get("status") == MaintenanceStatus.IN_PROGRESS:
        return f"{printable(planned['title'])} begins now and lasts to {planned['ends']}"
    return _told(planned)


def _told(planned: Mapping[str, Any]) -> str:
    title = printable(planned["title"])
    if "cron" in planned:
        return f"{title} recurs, next at {planned['next'][0]['starts']}"
    return f"{title} lasts from {planned['starts']} to {planned['ends']}"


def _row(window: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        window["id"],
        window["status"],
        window["starts"],
        window["ends"],
        "yes" if window["stops"] else "no",
        window["by"] or window["recurring"] or "config",
        ",".join(window["components"]),
        window["title"],
    )


def _show_rules(rules: list[Mapping[str, Any]]) -> None:
    for rule in rules:
        say(printable(_rule(rule)))
        _show_occurrences(rule["next"], ZoneInfo(rule["timezone"]))
    if not rules:
        say("No maintenance recurs.")


def _rule(rule: Mapping[str, Any]) -> str:
    stops = ", which cannot be used meanwhile" if rule["stops"] else ""
    return (
        f"{rule['id']}: {rule['title']} of {', '.join(rule['components'])}{stops}: {rule['cron']} for "
        f"{rule['duration']} in {rule['timezone']}, told of {rule['notice']} before, "
        f"planned by {rule['by'] or 'config'}"
    )


def _show_occurrences(occurrences: list[Mapping[str, str]], zone: ZoneInfo) -> None:
    """By the clocks of the time zone, and in UTC where they differ."""
    times = [(each["starts"], each["ends"]) for each in occurrences]
    differ = any(_there(time, zone).utcoffset() for both in times for time in both)
    clocks = (zone, UTC) if differ else (zone,)
    columns = ("STARTS", "ENDS", "STARTS IN UTC", "ENDS IN UTC")[: 2 * len(clocks)]
    rows = [[_shown(time, clock) for clock in clocks for time in both] for both in times]
    for line in table(columns, rows):
        say(f"  {line}")


def _shown(time: str, clock: tzinfo) -> str:
    """Sun 2026-12-06 03:00 CET."""
    return f"{_there(time, clock):%a %Y-%m-%d %H:%M %Z}"


def _there(time: str, clock: tzinfo) -> datetime:
    return datetime.fromisoformat(time).astimezone(clock)
