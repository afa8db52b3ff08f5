"""Reports on a month, from a running daemon or else from the directory in which everything is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from exporter.reporting import words
from exporter.reporting.archive import OwnArchive, basis_of
from exporter.reporting.compiling import NoReport, compiled
from exporter.reporting.formats import FORMATS
from exporter.reporting.months import Month
from exporter.sources import Page
from monitor.clock import DaemonClock
from monitor.commands.control import Refused, Unreachable
from monitor.config import ConfigError, load
from monitor.core.reporting import Report
from monitor.reporting.remote import RemoteArchive
from monitor.terminal import complain, say
from storage import Held, Store, Unusable
from storage.opening import DATABASE


class Exit(IntEnum):
    OK = 0
    FAILED = 1
    WRONG_CONFIG = 2
    UNREACHABLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, and where it may be found.

    `config` says what the page is called and in which time zone its months are, where no daemon runs that knows;
    None: as in the config that was last in use.
    """

    month: Month
    told: str  # one of the formats
    data: Path
    config: Path | None
    environ: Mapping[str, str]


def report_month(wish: Wish) -> Exit:
    """Print the report of a month; what keeps it from being made is one sentence on standard error."""
    try:
        report = asyncio.run(_report(wish))
    except ConfigError as error:
        complain(str(error))
        return Exit.WRONG_CONFIG
    except (NoReport, Refused, Unusable) as error:
        complain(str(error))
        return Exit.FAILED
    except (Unreachable, Held) as error:
        complain(str(error))
        return Exit.UNREACHABLE
    if not report.timezone_known:
        complain(f"{words.UNKNOWN_ZONE} Name the config with --config.")
    return Exit.OK if say(FORMATS[wish.told].text(report).removesuffix("\n")) else Exit.FAILED


async def _report(wish: Wish) -> Report:
    archive = RemoteArchive(wish.data)
    try:
        basis = await archive.basis()
    except Unreachable:
        return await _from_directory(wish)
    return await compiled(archive, basis, wish.month)


async def _from_directory(wish: Wish) -> Report:
    """Holding the directory as a daemon would; one that runs and does not answer keeps it from us."""
    configured = _configured(wish)
    if not (wish.data / DATABASE).exists():
        raise NoReport(f"{wish.data} remembers nothing: name the directory of a daemon")
    store, clock = await Store.open(wish.data), DaemonClock()
    try:
        if store.moved_aside is not None:
            raise NoReport(f"the database was corrupt: it is kept as {store.moved_aside}")
        page = configured or await _last_in_use(store)
        board, alive = await store.load(), await store.last_alive()
        basis = await basis_of(store, page or Page("JustKalm"), board.setup.components, clock.now())
        archive = OwnArchive(store, watched_until=alive)
        return await compiled(archive, replace(basis, timezone_known=page is not None), wish.month)
    finally:
        await store.close()


def _configured(wish: Wish) -> Page | None:
    if wish.config is None:
        return None
    page = load(wish.config, wish.environ).page
    return Page(page.name, page.url, page.timezone)


async def _last_in_use(store: Store) -> Page | None:
    remembered = await store.page()
    if remembered is None:
        return None
    name, timezone = remembered
    return Page(name, timezone=timezone)
