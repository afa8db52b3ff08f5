"""A process of its own that works on a store: `python -m tests.storage.child ACT DIRECTORY`."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from monitor.core.model import (
    ComponentState,
    Configured,
    Event,
    EventKind,
    Health,
    Incident,
    IncidentStatus,
    LedgerRewrite,
    ProbeState,
    Run,
    Span,
    Status,
    StatusChange,
    Step,
    Stretch,
    Update,
)
from monitor.core.ports import Decided
from storage.errors import Unusable
from storage.store import Store
from tests.builders import incident, result, setup

NOBODY = 65534


def say(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def decided(n: int) -> list[Decided]:
    """A commit that writes the number n into every table that it can."""
    probes = {"api/health": ProbeState(track=(Stretch(0, Health.UP),), fails=Run(n, n))}
    components = {"api": ComponentState(decided=n)}
    ledger = {"api": LedgerRewrite(n, (Span(n, Status.OPERATIONAL),))}
    told = (Event(f"evt_{n}", EventKind.COMPONENT_STATUS_CHANGED, n, _change(n)),)
    step = Step(probes=probes, components=components, ledger=ledger, incidents={"inc_1": _incident(n)}, events=told)
    return [(result(started=n, took=0), step), (result(started=n, took=0), Step())]


def _change(n: int) -> StatusChange:
    return StatusChange("api", Status.OPERATIONAL, Status.DEGRADED, n)


def _incident(n: int) -> Incident:
    updates = tuple(Update(IncidentStatus.INVESTIGATING, str(i), i) for i in range(1, n + 1))
    return incident("inc_1", created_at=0, updates=updates)


async def commit_for_ever(directory: Path) -> None:
    """Say each number once its commit is acknowledged; go on where the last one ended."""
    store = await Store.open(directory)
    n = await store.last_alive() or 0
    if n == 0:
        await store.commit([(Configured(0, setup()), Step(setup=setup()))], alive=0)
    while True:
        n += 1
        await store.commit(decided(n), alive=n)
        say(n)


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


ACTS: Mapping[str, Callable[[Path], Awaitable[None]]] = {
    "commit": commit_for_ever,
    "hold": hold,
    "without-space": open_without_space,
    "without-rights": open_without_rights,
}


async def main(act: str, directory: str) -> None:
    await ACTS[act](Path(directory))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
