"""The commands for amendments, as an operator sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.commands.control import ask, listed
from monitor.commands.errands import Exit, done, given, show_list, told_absolutely
from monitor.core.ports import Clock
from monitor.terminal import say

AMENDMENTS = "/api/v1/amendments"
COLUMNS = ("ID", "COMPONENT", "SINCE", "UNTIL", "KIND", "BY", "WRITTEN", "REASON")

OPTIONS = {
    "component": "COMPONENT",
    "since": "--since",
    "until": "--until",
    "kind": "--kind",
    "reason": "--reason",
}


def add_amendment(data: Path, typed: Mapping[str, object], clock: Clock) -> Exit:
    """Print the id of a new amendment, alone on the last line."""

    def add() -> None:
        made = ask(data, "POST", AMENDMENTS, told_absolutely(given(typed), clock, "since", "until"))
        say(f"{made['component']}, {made['since']} to {made['until']}, is amended as {made['kind']}:\n{made['id']}")

    return done(add, OPTIONS)


def list_amendments(data: Path) -> Exit:
    """Print a line for each amendment, newest first."""

    def show() -> None:
        show_list(COLUMNS, map(_row, listed(data, AMENDMENTS, "amendments")), "Nothing was amended yet.")

    return done(show)


def _row(amendment: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        amendment["id"],
        amendment["component"],
        amendment["since"],
        amendment["until"],
        amendment["kind"],
        amendment["by"],
        amendment["created_at"],
        amendment["reason"],
    )
