"""The command line. Each command imports what it needs when it runs: `health` must cost next to nothing."""

from __future__ import annotations

import click

from monitor.cli.alerts import alerts
from monitor.cli.amendment import amendment
from monitor.cli.heartbeats import heartbeats
from monitor.cli.incident import incident
from monitor.cli.keys import keys
from monitor.cli.maintenance import maintenance
from monitor.cli.past import replay, report
from monitor.cli.watching import check, demo, health, probe, run


@click.group()
@click.version_option(package_name="justkalm-monitor")
def main() -> None:
    """Watches JustKalm, decides what is wrong, and tells."""


COMMANDS = (
    run,
    check,
    probe,
    demo,
    health,
    incident,
    maintenance,
    amendment,
    replay,
    report,
    keys,
    alerts,
    heartbeats,
)

for command in COMMANDS:
    main.add_command(command)
