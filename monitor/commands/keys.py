"""The commands for keys, as an operator sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from monitor.commands.control import Refused, Unreachable, ask
from monitor.commands.errands import Exit, done, show_table
from monitor.terminal import say

COLUMNS = ("ID", "NAME", "KEY", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "REVOKED")

OPTIONS = {"name": "--name", "scopes": "--scope", "test": "--test", "expires_in": "--expires"}


def create_key(data: Path, name: str, scopes: Sequence[str], *, test: bool, expires: str | None) -> Exit:
    """Print a new key, alone on the last line."""
    wish: dict[str, object] = {"name": name, "scopes": list(scopes), "test": test}
    if expires is not None:
        wish["expires_in"] = expires

    def create() -> None:
        key = ask(data, "POST", "/keys", wish)
        if not say(f"{key['id']} is shown this once, so keep it safe:\n{key['key']}"):
            raise Refused(_taken_back(data, key["id"]))

    return done(create, OPTIONS)


def _taken_back(data: Path, key: str) -> str:
    """What became of a key that nobody could read."""
    try:
        ask(data, "DELETE", f"/keys/{key}")
    except (Refused, Unreachable) as error:
        return f"{key} could not be printed, and not be revoked either: revoke it yourself ({error})"
    return f"{key} could not be printed, so it was revoked: create another where the output can be read"


def list_keys(data: Path) -> Exit:
    """Print a line for each key, oldest first."""

    def show() -> None:
        show_table(COLUMNS, map(_row, ask(data, "GET", "/keys")["keys"]))

    return done(show)


def revoke_key(data: Path, key: str) -> Exit:
    """Make a key worthless."""

    def revoke() -> None:
        ask(data, "DELETE", f"/keys/{quote(key, safe='')}")
        say(f"{key} is revoked")

    return done(revoke)


def _row(key: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        key["id"],
        key["name"],
        f"{key['prefix']}…{key['last_four']}",
        ",".join(key["scopes"]),
        key["created_at"],
        key["expires_at"] or "never",
        key["last_used_at"] or "never",
        key["revoked_at"] or "no",
    )
