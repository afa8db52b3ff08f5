"""Corrections of what was recorded."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.options import data_option


@click.group()
def amendment() -> None:
    """Amendments: what a time on record really was."""


@amendment.command()
@click.argument("component")
@click.option("--since", metavar="TIME", required=True, help="When it begins.")
@click.option("--until", metavar="TIME", required=True, help="When it is over, at the latest now.")
@click.option(
    "--kind",
    metavar="KIND",
    required=True,
    help="false_alarm: all was well; excluded: it counts neither way; as_recorded: what was recorded holds again.",
)
@click.option("--reason", metavar="TEXT", required=True, help="Why, in one line for everybody to read.")
@data_option
def add(data: Path, **typed: object) -> None:
    """Amend what is on record and print the amendment's id, alone on the last line. The record stays visible.

    TIME is such as 2026-12-01T02:00:00Z, or -2h from now.
    """
    from monitor.clock import DaemonClock
    from monitor.commands.amendments import add_amendment

    sys.exit(add_amendment(data, typed, DaemonClock()))


@amendment.command("list")
@data_option
def list_amendments(data: Path) -> None:
    """List amendments, newest first: of what, by whom, and why."""
    from monitor.commands.amendments import list_amendments

    sys.exit(list_amendments(data))
