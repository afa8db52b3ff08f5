"""Where what was observed is read: from the running daemon or, without one, from its directory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from monitor.commands.control import Unreachable, ask
from monitor.core.model import Impact, Instant, Observation
from monitor.core.subscribing import Subscription
from storage import Held, Store
from storage.observations import numbered
from storage.opening import DATABASE

SLICE = 5_000  # observations read at a time


class NothingRecorded(Exception):
    """There is no history; the text says where there is none, and what to do."""


class Source(Protocol):
    """What was recorded; errors as of `opened`."""

    async def slice_after(self, number: int, since: Instant) -> list[tuple[int, Observation]]:
        """The next at most SLICE observations with their numbers, without the results of before `since`."""
        ...

    async def subscriptions(self) -> list[Subscription]:
        """Those who are told of events."""
        ...


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Source]:
    """What the daemon on the directory recorded.

    Raises:
        Unreachable: a daemon holds the directory, and does not answer.
        Refused: the daemon does not hand it out.
        Unusable: the directory cannot be used as it is.
        NothingRecorded: no daemon ever worked on it.
    """
    running = RunningDaemon(data)
    try:
        await running.subscriptions()
    except Unreachable:
        store = await _taken(data)
    else:
        yield running
        return
    try:
        yield Directory(store)
    finally:
        await store.close()


async def _taken(data: Path) -> Store:
    if not (data / DATABASE).exists():
        raise NothingRecorded(f"nothing was ever recorded in {data}: name the directory of a daemon with --data")
    try:
        store = await Store.open(data)
    except Held:
        raise Unreachable(
            f"{data} is in use, by a daemon that cannot be asked or by another command: stop it, or wait for it"
        ) from None
    if store.moved_aside is not None:
        await store.close()
        raise NothingRecorded(f"the database in {data} was corrupt, and is kept as {store.moved_aside}")
    return store


class Directory:
    """Read through a store of our own, which nobody else has open meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def slice_after(self, number: int, since: Instant) -> list[tuple[int, Observation]]:
        return await self._store.observations(number, SLICE, since)

    async def subscriptions(self) -> list[Subscription]:
        return await self._store.registry.subscriptions()


class RunningDaemon:
    """Asked over its control socket."""

    def __init__(self, data: Path) -> None:
        self._data = data

    async def slice_after(self, number: int, since: Instant) -> list[tuple[int, Observation]]:
        return numbered(ask(self._data, "GET", f"/observations?after={number}&limit={SLICE}&since={max(since, 0)}"))

    async def subscriptions(self) -> list[Subscription]:
        return [_subscription(wish) for wish in ask(self._data, "GET", "/subscribers")["subscribers"]]


def _subscription(wish: Mapping[str, Any]) -> Subscription:
    """One that wants the same; where it is told is nobody's business here."""
    least = wish["least_impact"]
    return Subscription(
        id=wish["id"],
        key="",
        endpoint="",
        events=tuple(wish["events"]),
        components=tuple(wish["components"]),
        least_impact=None if least is None else Impact(least),
        secret="",
        created_at=0,
    )
