"""What reports in by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.options import data_option


@click.group()
def heartbeats() -> None:
    """What reports in by itself, as the running daemon knows it."""


@heartbeats.command("list")
@data_option
def list_heartbeats(data: Path) -> None:
    """List all heartbeats: where each reports in, when it last did, and how it is."""
    from monitor.commands.heartbeats import list_heartbeats

    sys.exit(list_heartbeats(data))
