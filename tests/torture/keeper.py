"""A process that holds nothing but a store: `python -m tests.torture.keeper DIRECTORY COMMITS LIFE SYNCHRONOUS`.

It says each number once its commit is acknowledged, and each refusal; what is refused it tries again.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from monitor.core.ports import StoreRefused
from storage.connection import Connection
from storage.errors import Unusable
from storage.opening import open_database
from storage.store import Store
from tests.storage.child import begin, commit, say
from tests.torture.keeping import REFUSED

TRIES = 500  # of one thing, until we take it that it is refused for ever

Answer = TypeVar("Answer")


async def keep(directory: Path, commits: int, life: int, synchronous: str) -> None:
    """Commit the numbers up to `commits`, and close and open the store after each `life` of them."""
    n = 0
    while n < commits:
        store = await _opened(directory)
        await store._connection.ask(lambda db: db.execute(f"PRAGMA synchronous = {synchronous}"))
        n = await store.last_alive() or 0
        if n == 0:
            await _insisted(lambda: begin(store))  # noqa: B023
        n = await _committed(store, n, min(commits, n + life))
        await store.close()


async def _opened(directory: Path) -> Store:
    """As Store.open, but in one thread however often it is refused: a call that is to fail is counted by thread."""
    thread = ThreadPoolExecutor(max_workers=1)
    loop = asyncio.get_running_loop()
    opened = await _insisted(lambda: loop.run_in_executor(thread, open_database, directory))
    return Store(Connection(thread, opened))


async def _committed(store: Store, n: int, last: int) -> int:
    while n < last:
        n += 1
        await _insisted(lambda: commit(store, n))  # noqa: B023
        say(n)
    return n


async def _insisted(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    for _ in range(TRIES):
        try:
            return await ask()
        except (StoreRefused, Unusable) as error:
            say(f"{REFUSED}{error}")
    raise AssertionError(f"it was refused {TRIES} times")


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
