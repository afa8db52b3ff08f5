"""The command for heartbeats, as an operator sees them."""

from __future__ import annotations

from pathlib import Path

from monitor.commands.control import ask
from monitor.commands.errands import Exit, done, show_table

COLUMNS = ("HEARTBEAT", "HEALTH", "LAST BEAT", "REPORTS IN AT")


def list_heartbeats(data: Path) -> Exit:
    """Print a line for each heartbeat, in the order of the config; who may read it may beat."""

    def show() -> None:
        listed = ask(data, "GET", "/heartbeats")["heartbeats"]
        show_table(COLUMNS, [(it["id"], it["health"], it["last_beat"] or "never", it["url"]) for it in listed])

    return done(show)
