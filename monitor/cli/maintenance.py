"""Planned maintenance."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.options import data_option


@click.group()
def maintenance() -> None:
    """Maintenance: plan it, change it, call it off."""


@maintenance.command()
@click.option("--title", metavar="TEXT", required=True, help="What is done, in one line.")
@click.option(
    "--component",
    "components",
    metavar="ID",
    required=True,
    multiple=True,
    help="What it is done to. May be given again.",
)
@click.option("--starts", metavar="TIME", show_default="now", help="When it begins.")
@click.option("--ends", metavar="TIME", help="When it is over.")
@click.option("--for", "duration", metavar="DURATION", help="How long it lasts, in place of --ends.")
@click.option("--cron", metavar="EXPR", help='When it begins, again and again: "0 3 * * sun" is Sundays at three.')
@click.option("--timezone", metavar="ZONE", help="By whose clocks --cron is read, such as Europe/Berlin.")
@click.option("--notice", metavar="DURATION", show_default="24h", help="How long before one begins it is told of.")
@click.option("--stops", is_flag=True, help="The components cannot be used meanwhile.")
@data_option
def schedule(data: Path, **typed: object) -> None:
    """Plan maintenance and print its id, alone on the last line.

    Once: [--starts TIME] and either --ends TIME or --for DURATION. Again and again: --cron EXPR --for DURATION
    --timezone ZONE [--notice DURATION].

    TIME is such as 2026-12-01T02:00:00Z, or +30m from now; DURATION is such as 90s, 5m, 1h or 7d.
    """
    from monitor.clock import DaemonClock
    from monitor.commands.maintenance import schedule_maintenance

    _check_form({name for name, value in typed.items() if value is not None})
    sys.exit(schedule_maintenance(data, typed, DaemonClock()))


@maintenance.command("list")
@data_option
def list_maintenance(data: Path) -> None:
    """List maintenance: what runs and is to come, what recurs and when next, and the last five that are over."""
    from monitor.commands.maintenance import list_maintenance

    sys.exit(list_maintenance(data))


@maintenance.command()
@click.argument("maintenance_id", metavar="ID")
@data_option
def cancel(maintenance_id: str, data: Path) -> None:
    """Cancel maintenance; what runs ends now.

    ID is that of one time, or that of a rule by which it recurs, for all of them.
    """
    from monitor.commands.maintenance import cancel_maintenance

    sys.exit(cancel_maintenance(data, maintenance_id))


@maintenance.command()
@click.argument("maintenance_id", metavar="ID")
@click.option("--title", metavar="TEXT", help="What is done, in one line.")
@click.option(
    "--component",
    "components",
    metavar="ID",
    multiple=True,
    help="What it is done to, in place of all before. May be given again.",
)
@click.option("--starts", metavar="TIME", help="When it begins, unless it has begun.")
@click.option("--ends", metavar="TIME", help="When it is over.")
@click.option("--stops/--no-stops", default=None, help="Whether the components cannot be used meanwhile.")
@data_option
def change(maintenance_id: str, data: Path, **typed: object) -> None:
    """Change maintenance that is not over. At least one option is needed.

    ID is that of one time: a rule by which it recurs is cancelled, and another planned.

    TIME is such as 2026-12-01T02:00:00Z, or +30m from now.
    """
    from monitor.clock import DaemonClock
    from monitor.commands.errands import given
    from monitor.commands.maintenance import change_maintenance

    if not given(typed):
        raise click.UsageError("Say what there is to change, such as --ends.")
    sys.exit(change_maintenance(data, maintenance_id, typed, DaemonClock()))


def _check_form(typed: set[str]) -> None:
    """Raises UsageError for options that do not go together: maintenance is once, or again and again."""
    if "cron" in typed:
        if typed & {"starts", "ends"}:
            raise click.UsageError("Give --cron with --for, or --starts and --ends: it is one form or the other.")
        return
    for option in ("timezone", "notice"):
        if option in typed:
            raise click.UsageError(f"--{option} goes with --cron.")
    if {"ends", "duration"} <= typed:
        raise click.UsageError("Give one of --ends and --for, not both.")
    if not typed & {"ends", "duration"}:
        raise click.UsageError("Say --ends or --for.")
