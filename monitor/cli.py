"""The command line. Each command imports what it needs when it runs: `health` must cost next to nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.addresses import Address, parse_address

if TYPE_CHECKING:
    from exporter.months import Month

FILE = click.Path(dir_okay=False, path_type=Path)
DIRECTORY = click.Path(file_okay=False, path_type=Path)


class ListenAddress(click.ParamType[Address, str]):
    """HOST:PORT, with an IPv6 host in brackets."""

    name = "HOST:PORT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        try:
            return parse_address(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class CalendarMonth(click.ParamType["Month", str]):
    """YYYY-MM."""

    name = "YYYY-MM"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        from exporter.months import parse_month

        try:
            return parse_month(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


config_option = click.option(
    "--config",
    type=FILE,
    envvar="JUSTKALM_CONFIG",
    default="probes.yaml",
    show_default=True,
    show_envvar=True,
    help="What to watch.",
)
data_option = click.option(
    "--data",
    type=DIRECTORY,
    envvar="JUSTKALM_DATA",
    default="data",
    show_default="./data",
    show_envvar=True,
    help="The directory in which everything is remembered.",
)
listen_option = click.option(
    "--listen",
    type=ListenAddress(),
    envvar="JUSTKALM_LISTEN",
    default="127.0.0.1:8080",
    show_default=True,
    show_envvar=True,
    help="Where to serve the page, the API and the metrics.",
)


@click.group()
@click.version_option(package_name="justkalm-monitor")
def main() -> None:
    """Watches JustKalm, decides what is wrong, and tells."""


@main.command()
@config_option
@data_option
@listen_option
def run(config: Path, data: Path, listen: Address) -> None:
    """Run the daemon until SIGTERM or SIGINT; SIGHUP reloads the config, and so does a change of the file."""
    from monitor.signals import leave_quietly

    leave_quietly()  # until the daemon heeds signals itself
    from monitor.daemon import Options
    from monitor.running import run_from_file

    options = Options(config=config, data=data, host=listen.host, port=listen.port, environ=os.environ)
    sys.exit(run_from_file(options))


@main.command()
@config_option
def check(config: Path) -> None:
    """Validate a config: every fault at once, exit code 2; else what it holds."""
    from monitor.checking import check_file

    sys.exit(check_file(config, os.environ))


@main.command()
@click.argument("probe", metavar="COMPONENT[/PROBE]")
@config_option
@data_option
def probe(probe: str, config: Path, data: Path) -> None:
    """Run probes once and print what they saw. Exit code 0: pass or slow; 1: fail; 4: unknown.

    What awaits a callback is run by the daemon on the data directory.
    """
    from monitor.once import probe_once

    sys.exit(probe_once(probe, config, data, os.environ))


@main.command()
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
    "--short", metavar="TIME", default="5m", show_default=True, help="A shorter incident counts as a false alarm."
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


@main.command()
@listen_option
def demo(listen: Address) -> None:
    """Watch a pretend JustKalm whose faults are scripted: an incident opens and resolves within 90 seconds."""
    from monitor.demo.telling import run_demo

    sys.exit(run_demo(listen))


@main.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Where the daemon listens.")
def health(url: str) -> None:
    """Ask a daemon whether it lives. Exit code 0: it does; 1: it does not."""
    from monitor.healthcheck import is_alive

    sys.exit(0 if is_alive(url) else 1)


@main.command()
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
    help="What the page is called, for when no daemon runs that knows.",
)
def report(month: Month, told: str, data: Path, config: Path | None) -> None:
    """Report on a calendar month: uptime, incidents, latency and error budget of each component."""
    from monitor.reporting import Wish, report_month

    sys.exit(report_month(Wish(month=month, told=told, data=data, config=config, environ=os.environ)))


@main.group()
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
    from monitor.keys import create_key

    sys.exit(create_key(data, name, scopes, test=test, expires=expires))


@keys.command("list")
@data_option
def list_all(data: Path) -> None:
    """List all keys, with the ends of their texts."""
    from monitor.keys import list_keys

    sys.exit(list_keys(data))


@keys.command()
@click.argument("key", metavar="ID")
@data_option
def revoke(key: str, data: Path) -> None:
    """Make a key worthless, for good; its subscriptions receive nothing any more."""
    from monitor.keys import revoke_key

    sys.exit(revoke_key(data, key))


@main.group()
def alerts() -> None:
    """Alerts of the config, as the running daemon tells them."""


@alerts.command("list")
@data_option
def list_alerts(data: Path) -> None:
    """List all alerts: what they are told of, since when they fail, and how much they are owed."""
    from monitor.alerts import list_alerts

    sys.exit(list_alerts(data))


@alerts.command("test")
@click.argument("alert", metavar="NAME")
@data_option
def test_alert(alert: str, data: Path) -> None:
    """Tell an alert of a pretend incident that opens and ends. Exit code 0: it took both; 1: it did not."""
    from monitor.alerts import test_alert

    sys.exit(test_alert(data, alert))


@alerts.command("deliveries")
@click.argument("alert", metavar="NAME")
@data_option
def list_deliveries(alert: str, data: Path) -> None:
    """List what an alert was told and is still owed, newest first, with the latest answer."""
    from monitor.alerts import list_deliveries

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
    from monitor.alerts import redeliver

    sys.exit(redeliver(data, alert, since))


@main.group()
def heartbeats() -> None:
    """What reports in by itself, as the running daemon knows it."""


@heartbeats.command("list")
@data_option
def list_heartbeats(data: Path) -> None:
    """List all heartbeats: where each reports in, when it last did, and how it is."""
    from monitor.heartbeats import list_heartbeats

    sys.exit(list_heartbeats(data))
