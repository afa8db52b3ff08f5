"""The async face of what we remember: one thread owns the one connection, and all calls queue for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from monitor.core.board import Board
from monitor.core.model import Incident, IncidentStatus, Instant, Span
from monitor.core.ports import Cursor, Decided, StoreRefused
from storage import board, incidents, meta, results, spans
from storage.errors import corruption, refusal
from storage.opening import Opened, close_database, open_database

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Store:
    """Implements the ports Memory and History. Begin with `open`, end with `close`.

    `moved_aside` is where a broken database went when the store was opened; None when there was none.
    """

    def __init__(self, thread: ThreadPoolExecutor, opened: Opened) -> None:
        self._thread = thread
        self._opened = opened
        self._refused: str | None = None  # why the latest commit was refused
        self.moved_aside = opened.moved_aside

    @classmethod
    async def open(cls, directory: Path) -> Store:
        """Take the directory, creating it if need be.

        Raises:
            Held: another daemon works on it.
            Unusable: it cannot be used as it is.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")
        try:
            opened = await asyncio.get_running_loop().run_in_executor(thread, open_database, directory)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(thread, opened)

    async def close(self) -> None:
        """Let go of the directory, after all that was asked before."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, close_database, self._opened)
        finally:
            self._thread.shutdown()

    # ── memory ───────────────────────────────────────────────────────────────────────────────────────

    async def load(self) -> Board:
        """The board as the last commit left it."""
        return await self._ask(board.load)

    async def last_alive(self) -> Instant | None:
        """When we were last known to watch; None: never."""
        return await self._ask(meta.number, meta.ALIVE)

    async def commit(self, decided: Sequence[Decided], alive: Instant) -> None:
        """All of it in one transaction, in this order, and that we were alive then.

        Raises:
            StoreRefused: nothing was written; the same commit may be tried again.
        """
        await self._ask(self._commit, decided, alive)

    async def writable(self) -> str | None:
        """Why the store cannot write just now; None when it can.

        A full disk shows only when something is written, so the latest commit has the first word.
        """
        return await self._ask(self._writable)

    # ── history ──────────────────────────────────────────────────────────────────────────────────────

    async def spans(self, component: str, since: Instant) -> list[Span]:
        """The spans that touch the time from `since` on, oldest first; the first may begin before it."""
        return await self._ask(spans.touching, component, since)

    async def latencies(self, component: str, since: Instant, limit: int | None = None) -> list[int]:
        """Latencies in µs of runs with verdict pass or slow that started at `since` or later, newest first."""
        return await self._ask(results.latencies, component, since, limit)

    async def incident(self, incident: str) -> Incident | None:
        return await self._ask(incidents.one, incident)

    async def incidents(
        self,
        *,
        limit: int,
        before: Cursor | None = None,
        status: IncidentStatus | None = None,
        component: str | None = None,
    ) -> list[Incident]:
        """Newest first, in the order of (created_at, id)."""
        return await self._ask(incidents.page, limit, before, status, component)

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────

    async def _ask(
        self,
        question: Callable[Concatenate[Database, Asked], Answer],
        *args: Asked.args,
        **kwargs: Asked.kwargs,
    ) -> Answer:
        def answer() -> Answer:
            try:
                return question(self._opened.db, *args, **kwargs)
            except sqlite3.DatabaseError as error:
                if corruption(error):
                    self._suspect()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    def _suspect(self) -> None:
        """Have the next start check everything: it may be broken where a start does not look."""
        with suppress(sqlite3.Error):
            meta.put(self._opened.db, meta.SUSPECT, 1)

    def _commit(self, db: Database, decided: Sequence[Decided], alive: Instant) -> None:
        try:
            board.write(db, decided, alive)
        except sqlite3.OperationalError as error:
            self._refused = refusal(error, self._opened.path)
            if self._refused is None:
                raise
            raise StoreRefused(self._refused) from error
        self._refused = None

    def _writable(self, db: Database) -> str | None:
        if self._refused is not None:
            return self._refused
        try:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return refusal(error, self._opened.path) or str(error)
        return None
