"""A process of its own that works on a store: `python -m tests.storage.child ACT DIRECTORY [WORD]`."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from monitor.core.model import (
    ComponentState,
    Configured,
    Health,
    Incident,
    IncidentStatus,
    LedgerRewrite,
    ProbeState,
    Span,
    Status,
    Step,
    Streak,
    Stretch,
    Update,
)
from monitor.core.ports import Decided
from storage.connection import Connection
from storage.errors import Unusable
from storage.opening import open_database
from storage.store import Store
from tests.builders import incident, result, setup
from tests.storage.owing import delivery, event, subscription

NOBODY = 65534


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def decided(n: int) -> list[Decided]:
    """A commit that writes the number n into every table that it can."""
    probes = {"api/health": ProbeState(track=(Stretch(0, Health.UP),), fails=Streak(n, n))}
    components = {"api": ComponentState(decided=n)}
    ledger = {"api": LedgerRewrite(n, (Span(n, Status.OPERATIONAL),))}
    told = (event(n),)
    step = Step(probes=probes, components=components, ledger=ledger, incidents={"inc_1": _incident(n)}, events=told)
    return [(result(started=n, took=0), step), (result(started=n, took=0), Step())]


def _incident(n: int) -> Incident:
    updates = tuple(Update(IncidentStatus.INVESTIGATING, str(i), i) for i in range(1, n + 1))
    return incident("inc_1", created_at=0, updates=updates)


async def commit(store: Store, n: int) -> None:
    await store.commit(decided(n), alive=n, deliveries=[delivery(n)])


async def begin(store: Store) -> None:
    """Write down what all commits build on."""
    await store.registry.put_subscription(subscription())
    await store.commit([(Configured(0, setup()), Step(setup=setup()))], alive=0)


async def commit_for_ever(directory: Path) -> None:
    """Say each number once its commit is acknowledged; go on where the last one ended."""
    store = await Store.open(directory)
    n = await store.last_alive() or 0
    if n == 0:
        await begin(store)
    while True:
        n += 1
        await commit(store, n)
        say(n)


async def die_before(directory: Path, statement: str) -> None:
    """Commit once, and die in the second commit when SQLite is about to run such a statement."""
    thread = ThreadPoolExecutor(max_workers=1)
    opened = await asyncio.get_running_loop().run_in_executor(thread, open_database, directory)
    store = Store(Connection(thread, opened))
    await begin(store)
    await commit(store, 1)

    def die(sql: str) -> None:
        if statement in sql:
            os.kill(os.getpid(), signal.SIGKILL)

    thread.submit(opened.db.conn.set_trace_callback, die).result()
    await commit(store, 2)


async def hold(directory: Path) -> None:
    """Keep the directory until standard input ends."""
    store = await Store.open(directory)
    say("held")
    sys.stdin.read()
    await store.close()


async def open_without_space(directory: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    await _say_why_not(directory)


async def open_without_rights(directory: Path) -> None:
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
    await _say_why_not(directory)


async def _say_why_not(directory: Path) -> None:
    try:
        await Store.open(directory)
    except Unusable as error:
        say(error)


ACTS: Mapping[str, Callable[..., Awaitable[None]]] = {
    "commit": commit_for_ever,
    "die-before": die_before,
    "hold": hold,
    "without-space": open_without_space,
    "without-rights": open_without_rights,
}


async def main(act: str, directory: str, *words: str) -> None:
    await ACTS[act](Path(directory), *words)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
