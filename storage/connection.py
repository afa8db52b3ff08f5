"""The one connection and the one thread that owns it: all that is asked or written queues for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from monitor.core.ports import StoreRefused
from storage import meta
from storage.errors import REPLACED, corruption, refusal
from storage.opening import Opened, close_database, is_in_place, open_database

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Connection:
    """Begin with `open`, end with `close`; in between, what is asked first is answered first."""

    def __init__(self, thread: ThreadPoolExecutor, opened: Opened) -> None:
        self._thread = thread
        self._opened = opened
        self.moved_aside = opened.moved_aside

    @classmethod
    async def open(cls, directory: Path) -> Connection:
        """Take the directory; errors as of `open_database`."""
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

    async def ask(
        self,
        question: Callable[Concatenate[Database, Asked], Answer],
        *args: Asked.args,
        **kwargs: Asked.kwargs,
    ) -> Answer:
        """What the question finds in the database."""

        def answer() -> Answer:
            try:
                return question(self._opened.db, *args, **kwargs)
            except sqlite3.DatabaseError as error:
                if corruption(error):
                    self._suspect()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    async def commit(
        self,
        change: Callable[Concatenate[Database, Asked], Answer],
        *args: Asked.args,
        **kwargs: Asked.kwargs,
    ) -> Answer:
        """Make the change in one transaction: all of it, or on any error nothing.

        Raises:
            StoreRefused: nothing was written; the same change may be tried again.
        """

        def whole(db: Database) -> Answer:
            with self._refusing(), db.atomic():
                return change(db, *args, **kwargs)

        return await self.ask(whole)

    # ── on the thread ────────────────────────────────────────────────────────────────────────────────

    def _suspect(self) -> None:
        """Have the next start check everything: it may be broken where a start does not look."""
        with suppress(sqlite3.Error):
            meta.put(self._opened.db, meta.SUSPECT, 1)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        if not is_in_place(self._opened):
            raise StoreRefused(REPLACED.format(path=self._opened.path.parent))
        try:
            yield
        except sqlite3.OperationalError as error:
            sentence = refusal(error, self._opened.path)
            if sentence is None:
                raise
            raise StoreRefused(sentence) from error
