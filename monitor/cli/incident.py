"""Incidents, as people write in them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.options import data_option

message_option = click.option("--message", metavar="TEXT", help="What there is to say of it, for everybody to read.")


@click.group()
def incident() -> None:
    """Incidents: open one, say more of it, end it."""


@incident.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@data_option
def list_incidents(everything: bool, data: Path) -> None:
    """List open incidents, newest first: how bad, since when, and who looks after them."""
    from monitor.commands.incidents import list_incidents

    sys.exit(list_incidents(data, everything=everything))


@incident.command("open")
@click.option("--title", metavar="TEXT", required=True, help="What it is called, in one line.")
@click.option(
    "--component",
    "components",
    metavar="ID",
    required=True,
    multiple=True,
    help="What is in trouble. May be given again.",
)
@click.option("--message", metavar="TEXT", required=True, help="What is known of it, for everybody to read.")
@click.option(
    "--impact",
    metavar="IMPACT",
    show_default="as grave as what is seen of the components, at least minor",
    help="none, minor, major or critical.",
)
@click.option(
    "--status", metavar="STATUS", show_default="investigating", help="investigating, identified or monitoring."
)
@data_option
def open_incident(data: Path, **typed: object) -> None:
    """Open an incident and print its id, alone on the last line. People open it, so people end it."""
    from monitor.commands.incidents import open_incident

    sys.exit(open_incident(data, typed))


@incident.command()
@click.argument("incident_id", metavar="ID")
@message_option
@click.option("--status", metavar="STATUS", help="investigating, identified, monitoring or resolved.")
@click.option("--title", metavar="TEXT", help="What it is called from now on, in one line.")
@click.option("--impact", metavar="IMPACT", help="none, minor, major or critical.")
@click.option(
    "--hold/--release",
    "hold",
    default=None,
    help="Whether people look after it from now on, or it ends by itself once all is well.",
)
@data_option
def update(incident_id: str, data: Path, **typed: object) -> None:
    """Say more of an open incident. At least one option is needed.

    What people give a status, people look after from then on, unless they --release it.
    """
    from monitor.commands.errands import given
    from monitor.commands.incidents import update_incident

    if not given(typed):
        raise click.UsageError("Say what there is to update, such as --message.")
    sys.exit(update_incident(data, incident_id, typed))


@incident.command()
@click.argument("incident_id", metavar="ID")
@message_option
@data_option
def resolve(incident_id: str, data: Path, **typed: object) -> None:
    """End an incident. It is not opened again; what comes later is another.

    A component of it that is still in trouble is named.
    """
    from monitor.commands.incidents import resolve_incident

    sys.exit(resolve_incident(data, incident_id, typed))


@incident.command()
@click.argument("incident_id", metavar="ID")
@click.option("--text", metavar="TEXT", help="What was learned; read from standard input unless given.")
@data_option
def postmortem(incident_id: str, text: str | None, data: Path) -> None:
    """Write what was learned of a past incident.

    Written again, it is the post-mortem from then on; the timeline keeps what was written before.
    """
    from monitor.commands.incidents import explain_incident

    sys.exit(explain_incident(data, incident_id, text, sys.stdin))
