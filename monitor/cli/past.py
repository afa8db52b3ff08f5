"""What was recorded, told again."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import FILE, CalendarMonth, data_option

if TYPE_CHECKING:
    from exporter.reporting.months import Month


@click.command()
@click.option("--config", type=FILE, required=True, help="The config that is to be tried.")
@click.option(
    "--against",
    metavar="FILE",
    default="current",
    show_default=True,
    help="What to compare it with: current for what was recorded, or another config.",
)
@click.option("--since", metavar="TIME", default="30d", show_default=True, help="How far to go back, such as 7d.")
@click.option(
    "--short",
    metavar="TIME",
    default="5m",
    show_default=True,
    help="A shorter incident of the machine's counts as a false alarm.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document.")
@data_option
def replay(config: Path, against: str, since: str, short: str, as_json: bool, data: Path) -> None:
    """Show which incidents another config would have opened, side by side with those of now.

    Judged anew are thresholds, slow_after, resolve_after, dependencies and maintenance. What went on for longer than
    an hour when the time begins is shown as open before. Timeouts are not recorded: they are compared with --against
    FILE alone.
    """
    from monitor.replay.command import Options
    from monitor.replay.command import replay as replayed

    options = Options(
        config=config, against=against, data=data, since=since, short=short, as_json=as_json, environ=os.environ
    )
    sys.exit(replayed(options))


@click.command()
@click.option("--month", type=CalendarMonth(), required=True, help="Which month, such as 2026-11.")
@click.option(
    "--format",
    "told",
    type=click.Choice(["text", "json", "csv", "html"]),
    default="text",
    show_default=True,
    help="How it is told; html is a page to print.",
)
@data_option
@click.option(
    "--config",
    type=FILE,
    envvar="JUSTKALM_CONFIG",
    show_envvar=True,
    help="Says what the page is called and whose months are meant, where no daemon does; else the one last in use.",
)
def report(month: Month, told: str, data: Path, config: Path | None) -> None:
    """Report on a calendar month: uptime, incidents, latency and error budget of each component.

    The month is one of the page's time zone: that of the running daemon or, without one, of --config or of the config
    that was last in use. Where neither is known it is UTC, and the report says so.
    """
    from monitor.reporting import Wish, report_month

    sys.exit(report_month(Wish(month=month, told=told, data=data, config=config, environ=os.environ)))
