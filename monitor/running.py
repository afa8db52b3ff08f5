"""A daemon as a process: signals, exit codes, and one clear sentence for each thing that keeps it from running."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum

from monitor.addresses import Address
from monitor.checking import loaded, summary
from monitor.config import Config
from monitor.core.redaction import Redactor
from monitor.daemon import Daemon, Options
from monitor.logs import begin_log
from monitor.pipeline import Listener
from storage import Held, Store, Unusable

log = logging.getLogger(__name__)


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
    redact_log = begin_log()

    def keep_secret(redactor: Redactor) -> None:
        redact_log.redact = redactor

    return asyncio.run(run_daemon(options, config, keep_secret=keep_secret))


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
    try:
        store = await Store.open(options.data)
    except (Held, Unusable) as error:
        sys.stderr.write(f"{error}\n")
        return Exit.HELD if isinstance(error, Held) else Exit.FAILED
    if store.moved_aside is not None:
        log.error("the database was corrupt: it is kept as %s, and a new one is begun", store.moved_aside)
    try:
        return await _stand(Daemon(options, store, listeners, keep_secret), options, config, beside)
    finally:
        await store.close()


async def _stand(
    daemon: Daemon, options: Options, config: Config, beside: Callable[[Daemon], Awaitable[None]] | None
) -> Exit:
    try:
        await daemon.start(config)
    except OSError as error:
        sys.stderr.write(f"{_not_listening(Address(options.host, options.port), error)}\n")
        return Exit.FAILED
    log.info("watching %s; listening on http://%s", summary(config), Address(*daemon.address))
    stop = _signals(daemon)
    company = asyncio.ensure_future(beside(daemon)) if beside else None
    try:
        await daemon.run(stop)
    finally:
        if company is not None:
            company.cancel()
        log.info("stopping")
        await daemon.stop()
    return Exit.OK


def _signals(daemon: Daemon) -> asyncio.Event:
    """Heed signals from now on: as the first process of a container we would ignore them otherwise."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)
    return stop


def _not_listening(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{address} is taken by another program: stop it, or choose another address with --listen"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{address} may not be listened on by this user: choose a port above 1023 with --listen"
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    return f"{address} cannot be listened on ({reason}): choose an address of this machine with --listen"
