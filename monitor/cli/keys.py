"""Keys for the API."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.options import data_option


@click.group()
def keys() -> None:
    """Keys with which others may use the API; given and taken by the running daemon."""


@keys.command()
@click.option("--name", required=True, help="Whose key it is, or what it is for.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    help="What it may do: subscriptions, incidents, or admin for both. May be given again.",
)
@click.option(
    "--expires",
    metavar="TIME",
    help="How long it is valid, such as 90d; for ever unless given. Its subscriptions outlive it.",
)
@click.option("--test", is_flag=True, help="Subscriptions made with it receive only what is sent to try them.")
@data_option
def create(name: str, scopes: tuple[str, ...], expires: str | None, test: bool, data: Path) -> None:
    """Make a key and print it, alone on the last line."""
    from monitor.commands.keys import create_key

    sys.exit(create_key(data, name, scopes, test=test, expires=expires))


@keys.command("list")
@data_option
def list_all(data: Path) -> None:
    """List all keys, with the ends of their texts."""
    from monitor.commands.keys import list_keys

    sys.exit(list_keys(data))


@keys.command()
@click.argument("key", metavar="ID")
@data_option
def revoke(key: str, data: Path) -> None:
    """Make a key worthless, for good; its subscriptions receive nothing any more."""
    from monitor.commands.keys import revoke_key

    sys.exit(revoke_key(data, key))
