"""A daemon as a process: signals, exit codes, and one clear sentence for each thing that keeps it from running."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from enum import IntEnum
from pathlib import Path

from monitor import descriptors
from monitor.addresses import Address
from monitor.commands.checking import loaded, summary
from monitor.config import Config
from monitor.core.redaction import Redactor
from monitor.daemon import Daemon, NotListening, Options
from monitor.logs import begin_log
from monitor.pipeline import Listener
from monitor.terminal import complain
from storage import Held, NotNow, Store, Unusable

log = logging.getLogger(__name__)

TRIES_AGAIN = 1.0  # seconds after the store could not be opened, as after it refused a commit


class Exit(IntEnum):
    OK = 0
    FAILED = 1
    WRONG_CONFIG = 2
    HELD = 3


def run_from_file(options: Options) -> Exit:
    """Run the daemon that the config file describes, until a signal ends it."""
    config = loaded(options.config, options.environ)
    if config is None:
        return Exit.WRONG_CONFIG
    written, formatter = begin_log()

    def keep_secret(redactor: Redactor) -> None:
        formatter.redact = redactor

    descriptors.use_all()
    try:
        return asyncio.run(run_daemon(options, config, keep_secret=keep_secret))
    finally:
        written.end()


async def run_daemon(
    options: Options,
    config: Config,
    *,
    listeners: Sequence[Listener] = (),
    keep_secret: Callable[[Redactor], None] = lambda redactor: None,
    beside: Callable[[Daemon], Awaitable[None]] | None = None,
) -> Exit:
    """Run a daemon until a signal ends it.

    Args:
        beside: runs as long as the daemon does, once it listens.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        store = await _opened(options.data, stop)
    except (Held, Unusable) as error:
        complain(str(error))
        return Exit.HELD if isinstance(error, Held) else Exit.FAILED
    if store is None:
        return Exit.OK
    if store.moved_aside is not None:
        log.error("the database was corrupt: it is kept as %s, and a new one is begun", store.moved_aside)
    try:
        return await _stand(Daemon(options, store, listeners, keep_secret), config, stop, beside)
    finally:
        await store.close()


async def _opened(directory: Path, stop: asyncio.Event) -> Store | None:
    """The store, as soon as its disk lets us; None when we are to stop before.

    Raises:
        Held, Unusable: waiting would not help.
    """
    said = ""
    while not stop.is_set():
        try:
            return await Store.open(directory)
        except NotNow as trouble:
            if str(trouble) != said:
                log.error("%s; the monitor waits for it", trouble)  # noqa: TRY400
            said = str(trouble)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TRIES_AGAIN)
    return None


async def _stand(
    daemon: Daemon, config: Config, stop: asyncio.Event, beside: Callable[[Daemon], Awaitable[None]] | None
) -> Exit:
    company = None
    try:
        await daemon.start(config)
        log.info("watching %s; listening on http://%s", summary(config), Address(*daemon.address))
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, daemon.reload)
        company = asyncio.ensure_future(beside(daemon)) if beside else None
        await daemon.run(stop)
    except NotListening as error:
        complain(str(error))
        return Exit.FAILED
    finally:
        if company is not None:
            company.cancel()
        await daemon.stop()
    return Exit.OK
