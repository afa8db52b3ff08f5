"""The daemon, and what is asked of its config and its targets."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import config_option, data_option, listen_option

if TYPE_CHECKING:
    from monitor.addresses import Address


@click.command()
@config_option
@data_option
@listen_option
def run(config: Path, data: Path, listen: Address) -> None:
    """Run the daemon until SIGTERM or SIGINT; SIGHUP reloads the config, and so does a change of the file."""
    from monitor.signals import leave_quietly

    leave_quietly()  # until the daemon heeds signals itself
    gc.disable()  # until the daemon stands: to walk what stays again and again would put the first result off
    from monitor.daemon import Options
    from monitor.running import run_from_file

    options = Options(config=config, data=data, host=listen.host, port=listen.port, environ=os.environ)
    sys.exit(run_from_file(options))


@click.command()
@config_option
def check(config: Path) -> None:
    """Validate a config: every fault at once, exit code 2; else what it holds."""
    from monitor.commands.checking import check_file

    sys.exit(check_file(config, os.environ))


@click.command()
@click.argument("probe", metavar="COMPONENT[/PROBE]")
@config_option
@data_option
def probe(probe: str, config: Path, data: Path) -> None:
    """Run probes once and print what they saw. Exit code 0: pass or slow; 1: fail; 4: unknown.

    What awaits a callback is run by the daemon on the data directory.
    """
    from monitor.commands.once import probe_once

    sys.exit(probe_once(probe, config, data, os.environ))


@click.command()
@listen_option
def demo(listen: Address) -> None:
    """Watch a pretend JustKalm whose faults are scripted: an incident opens and resolves within 90 seconds."""
    from monitor.demo.telling import run_demo

    sys.exit(run_demo(listen))


@click.command()
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Where the daemon listens.")
def health(url: str) -> None:
    """Ask a daemon whether it lives. Exit code 0: it does; 1: it does not."""
    from monitor.commands.healthcheck import is_alive

    sys.exit(0 if is_alive(url) else 1)
