"""What several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.addresses import Address, parse_address

if TYPE_CHECKING:
    from exporter.reporting.months import Month

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
        from exporter.reporting.months import parse_month

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
