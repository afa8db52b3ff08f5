"""The commands for incidents, as an operator sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from monitor.commands.control import Refused, ask, listed
from monitor.commands.errands import Exit, done, given, show_list
from monitor.core.model import TROUBLE, IncidentStatus
from monitor.core.redaction import printable
from monitor.terminal import say

INCIDENTS = "/api/v1/incidents"
STATUS = "/api/v1/status"
COLUMNS = ("ID", "STATUS", "IMPACT", "SINCE", "LOOKED AFTER BY", "TITLE")
MACHINE = "machine"

OPTIONS = {
    "title": "--title",
    "components": "--component",
    "message": "--message",
    "impact": "--impact",
    "status": "--status",
}


def list_incidents(data: Path, *, everything: bool) -> Exit:
    """Print a line for each incident that is open, or for each that there ever was, newest first."""

    def show() -> None:
        if everything:
            show_list(COLUMNS, map(_row, listed(data, INCIDENTS, "incidents")), "There was no incident yet.")
        else:
            show_list(COLUMNS, map(_row, _open(data)), "No incident is open.")

    return done(show)


def open_incident(data: Path, typed: Mapping[str, object]) -> Exit:
    """Print the id of a new incident, alone on the last line."""

    def report() -> None:
        opened = ask(data, "POST", INCIDENTS, given(typed))
        say(f"{printable(opened['title'])} is open, for people to look after:\n{opened['id']}")

    return done(report, OPTIONS)


def update_incident(data: Path, incident: str, typed: Mapping[str, object]) -> Exit:
    """Say more of an incident, and print how it stands, and what is still in trouble once it is over."""
    hold = "--hold" if typed.get("hold") else "--release"
    return done(lambda: _write(data, incident, given(typed)), {**OPTIONS, "hold": hold})


def resolve_incident(data: Path, incident: str, typed: Mapping[str, object]) -> Exit:
    """End an incident, with the message if one was typed, and print what of it is still in trouble."""
    fields = {"status": IncidentStatus.RESOLVED, **given(typed)}
    return done(lambda: _write(data, incident, fields), {"message": "--message"})


def explain_incident(data: Path, incident: str, text: str | None, source: TextIO | None) -> Exit:
    """Write the post-mortem of an incident.

    Args:
        source: where the text is read unless it was typed; None where nothing can be read.
    """

    def explain() -> None:
        written = _read(source) if text is None else text
        explained = ask(data, "PATCH", _path(incident), {"postmortem": written})
        say(f"{explained['id']} has its post-mortem: {printable(explained['title'])}")

    return done(explain, {"postmortem": "standard input" if text is None else "--text"})


def _write(data: Path, incident: str, fields: Mapping[str, object]) -> None:
    now = ask(data, "PATCH", _path(incident), fields)
    say(f"{now['id']} is {now['status']}, its impact is {now['impact']}: {printable(now['title'])}")
    if now["status"] == IncidentStatus.RESOLVED:
        _name_troubled(data, now["components"])


def _name_troubled(data: Path, components: list[str]) -> None:
    """Of what people say that it is over, while the machine sees that it is not."""
    for each in ask(data, "GET", STATUS)["components"]:
        if each["id"] in components and each["status"] in TROUBLE:
            still = f"{printable(each['name'])} is still in {each['status']}"
            say(f"{still}: no incident opens for that until it gets worse, or is over and comes back")


def _path(incident: str) -> str:
    return f"{INCIDENTS}/{quote(incident, safe='')}"


def _read(source: TextIO | None) -> str:
    """Raises Refused where nobody has written anything that can be read."""
    if source is None or source.isatty():
        raise Refused("say what was learned with --text, or on standard input, from a file or another program")
    try:
        return source.read()
    except UnicodeDecodeError:
        raise Refused(f"what comes on standard input is not text in {source.encoding}") from None


def _open(data: Path) -> Iterable[Mapping[str, Any]]:
    """Newest first; one whose status changes while we ask is there once."""
    statuses = (status for status in IncidentStatus if status is not IncidentStatus.RESOLVED)
    found = {each["id"]: each for status in statuses for each in listed(data, INCIDENTS, "incidents", status=status)}
    return sorted(found.values(), key=lambda incident: datetime.fromisoformat(incident["created_at"]), reverse=True)


def _row(incident: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        incident["id"],
        incident["status"],
        incident["impact"],
        incident["started_at"],
        _carer(incident),
        incident["title"],
    )


def _carer(incident: Mapping[str, Any]) -> str:
    """Of the people who look after it, the one who wrote last."""
    if not incident["held"]:
        return MACHINE
    people = [update["by"] for update in incident["updates"] if update["by"] != MACHINE]
    return people[-1] if people else str(incident["by"])
