"""Alerts of the config."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.options import data_option


@click.group()
def alerts() -> None:
    """Alerts of the config, as the running daemon tells them."""


@alerts.command("list")
@data_option
def list_alerts(data: Path) -> None:
    """List all alerts: what they are told of, since when they fail, and how much they are owed."""
    from monitor.commands.alerts import list_alerts

    sys.exit(list_alerts(data))


@alerts.command("test")
@click.argument("alert", metavar="NAME")
@data_option
def test_alert(alert: str, data: Path) -> None:
    """Tell an alert of a pretend incident that opens and ends. Exit code 0: it took both; 1: it did not."""
    from monitor.commands.alerts import test_alert

    sys.exit(test_alert(data, alert))


@alerts.command("deliveries")
@click.argument("alert", metavar="NAME")
@data_option
def list_deliveries(alert: str, data: Path) -> None:
    """List what an alert was told and is still owed, newest first, with the latest answer."""
    from monitor.commands.alerts import list_deliveries

    sys.exit(list_deliveries(data, alert))


@alerts.command()
@click.argument("alert", metavar="NAME")
@click.option(
    "--since",
    metavar="TIME",
    default="24h",
    show_default=True,
    help="How far back, but for incidents that are open: those are told however old they are.",
)
@data_option
def redeliver(alert: str, since: str, data: Path) -> None:
    """Tell an alert again what it did not take before, as with a wrong key."""
    from monitor.commands.alerts import redeliver

    sys.exit(redeliver(data, alert, since))
