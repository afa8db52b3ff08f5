"""Runs keepers, and says afterwards what is wrong with what they leave."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from monitor.core.model import Instant
from storage.opening import DATABASE
from storage.store import Store
from tests.torture.soundness import corruption

FULL = "FULL"
REFUSED = "refused: "


@dataclass(frozen=True, slots=True)
class Kept:
    """What a keeper said until it ended. `acknowledged` is the last number; `errors` tells why it broke off."""

    code: int
    acknowledged: int
    refusals: Sequence[str]
    errors: str


async def kept(
    directory: Path, commits: int, *, life: int = sys.maxsize, synchronous: str = FULL, wrapper: Sequence[str] = ()
) -> Kept:
    """Let a keeper work until it ends; it is killed when this is cancelled."""
    arguments = (str(directory), str(commits), str(life), synchronous)
    process = await asyncio.create_subprocess_exec(
        *wrapper,
        *(sys.executable, "-m", "tests.torture.keeper", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    except BaseException:
        process.terminate()  # strace hands on no SIGKILL; ended by SIGTERM, it ends what it traces
        await process.wait()
        raise
    lines = output.decode().splitlines()
    numbers = [int(line) for line in lines if line.isdecimal()]
    refusals = [line.removeprefix(REFUSED) for line in lines if line.startswith(REFUSED)]
    assert process.returncode is not None
    return Kept(process.returncode, numbers[-1] if numbers else 0, refusals, errors.decode())


async def wrong(directory: Path, acknowledged: int) -> list[str]:
    """What is wrong with what a keeper left that had acknowledged so many commits and may have been in one more."""
    try:
        numbers = await _numbers(directory)
    except Exception as error:
        return [f"it cannot be read: {error!r}"]
    with closing(sqlite3.connect(directory / DATABASE)) as database:
        if broken := corruption(database):
            return broken
    sentences = [f"it was moved aside as {path.name}" for path in directory.glob(f"{DATABASE}.corrupt-*")]
    if len(set(numbers)) > 1:
        sentences.append(f"a commit is there by halves: {numbers}")
    if not acknowledged <= max(numbers) <= acknowledged + 1:
        sentences.append(f"{acknowledged} commits were acknowledged, and {max(numbers)} are there")
    return sentences


async def _numbers(directory: Path) -> list[Instant]:
    """The number that each table ends with; all the same when all is well."""
    store = await Store.open(directory)
    try:
        board, owed = await store.load(), await store.outbox.unsettled()
        state, latest = board.probes.get("api/health"), board.latest.get("api/health")
        component, incident = board.components.get("api"), board.incidents.get("inc_1")
        runs = await store.latencies("api", 0)
        return [
            await store.last_alive() or 0,
            state.fails.count if state else 0,
            latest.started if latest else 0,
            component.decided if component else 0,
            len(incident.updates) if incident else 0,
            len(await store.spans("api", 0)),
            -(-len(runs) // 2),
            len(owed),
            await store.newest_event(),
        ]
    finally:
        await store.close()
