"""What the daemon holds of the storage: memory and history themselves, and beside them registry and outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from monitor.core.board import Board
from monitor.core.model import (
    Amendment,
    ComponentSetup,
    Duration,
    Incident,
    IncidentStatus,
    Instant,
    Observation,
    Span,
    Window,
)
from monitor.core.ports import Cursor, Decided
from monitor.core.sketch import Sketch, Slot
from monitor.core.subscribing import Delivery, Told
from storage import (
    amendments,
    board,
    events,
    incidents,
    maintenances,
    meta,
    observations,
    packs,
    page,
    results,
    retention,
    sketching,
    spans,
)
from storage.connection import Connection
from storage.latencies import Window as LatencyWindow
from storage.observations import Slice
from storage.outbox import Outbox
from storage.recall import Recall
from storage.registry import Registry


class Store:
    """Implements the ports Memory and History. Begin with `open`, end with `close`.

    `registry` and `outbox` share its connection. `moved_aside` is where a broken database went when the store was
    opened; None when there was none.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.moved_aside = connection.moved_aside
        self.registry = Registry(connection)
        self.outbox = Outbox(connection)
        self._recall = Recall()
        self._reading = asyncio.Lock()  # whoever reads another chunk has what was recalled forgotten

    @classmethod
    async def open(cls, directory: Path) -> Store:
        """Take the directory, creating it if need be.

        Raises:
            Held: a daemon works on it, or a command reads it.
            Unusable: it cannot be used as it is.
        """
        return cls(await Connection.open(directory))

    async def close(self) -> None:
        """Let go of the directory, after all that was asked before."""
        await self._connection.close()

    # ── memory ───────────────────────────────────────────────────────────────────────────────────────

    async def load(self) -> Board:
        """The board as the last commit left it."""
        return await self._connection.ask(board.load)

    async def last_alive(self) -> Instant | None:
        """When we were last known to watch; None: never."""
        return await self._connection.ask(meta.number, meta.ALIVE)

    async def commit(
        self, decided: Sequence[Decided], alive: Instant, deliveries: Sequence[Delivery] = ()
    ) -> list[Delivery]:
        """All of it in one transaction, in this order, what is owed for it, and that we were alive then.

        Returns:
            The deliveries as they were recorded, with their sequence; one that was owed before is left out, as is
            one whose subscription is gone.

        Raises:
            StoreRefused: nothing was written; the same commit may be tried again.
        """
        return await self._connection.commit(board.write, decided, alive, deliveries)

    async def put_page(self, name: str, timezone: str) -> None:
        """Write down what the status page is called, and the time zone (IANA) of its months.

        Raises:
            StoreRefused: nothing was written.
        """
        await self._connection.commit(page.put, name, timezone)

    async def sketch(self) -> bool:
        """Count some of the results in the sketches that latencies are read from: a step of some 20 ms.

        Returns:
            Whether more are left.

        Raises:
            StoreRefused: nothing was written.
        """
        return await self._connection.commit(sketching.step)

    async def pack(self, now: Instant) -> bool:
        """Put some results of long ago into less room: a step of some 20 ms.

        Returns:
            Whether more are left.

        Raises:
            StoreRefused: nothing was written.
        """
        return await self._connection.commit(packs.step, now)

    async def expire(self, now: Instant, keep: Duration) -> Duration:
        """Let results expire that are older than `keep`, those of an hour at most: `forget` deletes them.

        Returns:
            Of how many ms the results are that should have expired and did not.

        Raises:
            StoreRefused: nothing was written.
        """
        return await self._connection.commit(retention.expire, now, keep)

    async def forget(self, now: Instant, max_size: int | None) -> bool:
        """Delete some results that expired, or the oldest where the files are larger than so many bytes.

        Returns:
            Whether there were any.

        Raises:
            StoreRefused: nothing was written.
        """
        return await self._connection.commit(retention.step, now, max_size)

    async def shrink(self, max_size: int | None) -> bool:
        """Give some of the room that is free in the file back to the file system; whether more is left.

        Raises:
            StoreRefused: the file stays as it is.
        """
        return await self._connection.commit(retention.shrink, max_size)

    async def fits(self, max_size: int | None) -> bool:
        """Whether what is kept leaves room for the log in so many bytes."""
        return await self._connection.ask(retention.fits, max_size)

    # ── history ──────────────────────────────────────────────────────────────────────────────────────

    async def spans(self, component: str, since: Instant) -> list[Span]:
        """The spans that touch the time from `since` on, oldest first; the first may begin before it."""
        return await self._connection.ask(spans.touching, component, since)

    async def begun(self, component: str) -> Instant | None:
        """When the component's ledger begins; None when it has none."""
        return await self._connection.ask(spans.begun, component)

    async def removed(self) -> list[ComponentSetup]:
        """The components that were watched once and are no more, as they were last."""
        return await self._connection.ask(board.removed)

    async def page(self) -> tuple[str, str] | None:
        """Name and time zone of the status page as they were last written down; None: they never were."""
        return await self._connection.ask(page.remembered)

    async def amendments(self, component: str, since: Instant, until: Instant) -> list[Amendment]:
        """Those that touch the time since ≤ t < until, in the order in which they were made."""
        return await self._connection.ask(amendments.of, component, since, until)

    async def latencies(self, component: str, since: Instant, limit: int | None = None) -> list[int]:
        """Latencies in µs of runs with verdict pass or slow that started at `since` or later, newest first."""
        return await self._connection.ask(results.latencies, component, since, limit)

    async def latency(self, component: str, since: Instant, until: Instant) -> Sketch:
        """Of the timed runs with verdict pass or slow that started at since ≤ t < until."""
        return (await self._read(LatencyWindow(component, since, until))).whole

    async def latency_slots(self, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
        """The slots of so many ms from since ≤ t < until on in which such a run started, oldest first."""
        return (await self._read(LatencyWindow(component, since, until, width))).slots

    async def incident(self, incident: str) -> Incident | None:
        return await self._connection.ask(incidents.one, incident)

    async def incidents(
        self,
        *,
        limit: int,
        before: Cursor | None = None,
        status: IncidentStatus | None = None,
        component: str | None = None,
    ) -> list[Incident]:
        """Newest first, in the order of (created_at, id)."""
        return await self._connection.ask(incidents.page, limit, before, status, component)

    async def incidents_between(self, component: str, since: Instant, until: Instant) -> list[Incident]:
        """Those of the component whose trouble touches the time since ≤ t < until, oldest first."""
        return await self._connection.ask(incidents.between, component, since, until)

    async def newest_event(self) -> int:
        """The sequence of the newest event; 0 when there is none."""
        return await self._connection.ask(events.newest)

    async def events(self, after: int, limit: int) -> list[Told]:
        """At most so many that were recorded after that sequence, in their order."""
        return await self._connection.ask(events.after, after, limit)

    async def maintenance(self, window: str) -> Window | None:
        return await self._connection.ask(maintenances.one, window)

    async def maintenances(self, *, limit: int, before: Cursor | None = None) -> list[Window]:
        """All that ever became known, as they are now, latest first, in the order of (starts, id)."""
        return await self._connection.ask(maintenances.page, limit, before)

    async def all_amendments(self, *, limit: int, before: Cursor | None = None) -> list[Amendment]:
        """Of all components, newest first, in the order of (at, id)."""
        return await self._connection.ask(amendments.page, limit, before)

    async def observations(self, after: int, limit: int, since: Instant = 0) -> list[tuple[int, Observation]]:
        """At most so many of all that moved the board, with their numbers, in the order in which it was decided.

        Results come without evidence and steps, and their phases within 1 % once they are packed; those up to the
        last that started before `since` are left out. None at all means that these were the last.

        Args:
            after: the number of the last one read; 0 to begin with.
        """
        return (await self._slice(after, limit, since)).numbered

    async def observations_text(self, after: int, limit: int, since: Instant = 0) -> str:
        """The same as compact JSON, which `storage.observations.numbered` reads: cheap to hand out."""
        return (await self._slice(after, limit, since)).text

    async def _slice(self, after: int, limit: int, since: Instant) -> Slice:
        async with self._reading:
            while await self._connection.ask(observations.unpack, self._recall, after, since):
                pass  # others are served in between
            return await self._connection.ask(observations.after, self._recall, after, limit, since)

    async def _read(self, window: LatencyWindow) -> LatencyWindow:
        while await self._connection.ask(window.step):
            pass  # others are served in between
        return window
