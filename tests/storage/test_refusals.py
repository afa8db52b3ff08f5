from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.core.model import QUIET, LedgerRewrite, Span, Status, Step, Tick, Verdict
from monitor.core.ports import Decided, StoreRefused
from storage.connection import Connection
from storage.opening import Opened, open_database
from storage.store import Store
from tests.builders import NOON, result
from tests.storage.owing import answered, attempt, delivery, event, key, subscription, telling

LONG = "x" * 20_000  # some pages of text


def failing(n: int) -> Decided:
    """A result that needs room, and a step that comes with it."""
    step = Step(ledger={"api": LedgerRewrite(n, (Span(n, Status.MAJOR_OUTAGE),))})
    return result(verdict=Verdict.FAIL, started=n, detail=LONG), step


class Disk:
    """The room that a database has."""

    def __init__(self, opened: Opened, thread: ThreadPoolExecutor) -> None:
        self._opened = opened
        self._thread = thread

    def allow(self, pages: int) -> None:
        """Let the file grow by so many pages from now on."""
        (now,) = self._ask("PRAGMA page_count")
        self._ask(f"PRAGMA max_page_count = {now + pages}")

    def _ask(self, pragma: str) -> tuple[int]:
        answer: tuple[int] = self._thread.submit(lambda: self._opened.db.execute(pragma).fetchone()).result()
        return answer


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield thread


@pytest_asyncio.fixture
async def opened(tmp_path: Path, thread: ThreadPoolExecutor) -> Opened:
    return await asyncio.get_running_loop().run_in_executor(thread, open_database, tmp_path)


@pytest_asyncio.fixture
async def store(opened: Opened, thread: ThreadPoolExecutor) -> AsyncIterator[Store]:
    store = Store(Connection(thread, opened))
    yield store
    await store.close()


@pytest.fixture
def disk(opened: Opened, thread: ThreadPoolExecutor) -> Disk:
    return Disk(opened, thread)


async def test_a_full_disk_refuses_a_commit_and_says_what_to_do(store: Store, disk: Disk, tmp_path: Path) -> None:
    disk.allow(pages=2)
    with pytest.raises(StoreRefused, match=rf"^no space is left for {tmp_path}/monitor\.db: free some$"):
        await store.commit([failing(1)], alive=NOON)


async def test_a_refused_commit_wrote_nothing_and_the_same_one_works_once_there_is_room(
    store: Store, disk: Disk
) -> None:
    await store.commit([failing(1)], alive=1)
    disk.allow(pages=2)
    with pytest.raises(StoreRefused):
        await store.commit([failing(2), failing(3)], alive=3)
    assert await store.spans("api", 0) == [Span(1, Status.MAJOR_OUTAGE)]
    assert await store.last_alive() == 1

    disk.allow(pages=100)
    await store.commit([failing(2), failing(3)], alive=3)
    assert [span.since for span in await store.spans("api", 0)] == [1, 2, 3]
    assert await store.last_alive() == 3


async def test_a_probe_first_seen_in_a_refused_commit_is_known_in_the_next(store: Store, disk: Disk) -> None:
    disk.allow(pages=2)
    with pytest.raises(StoreRefused):
        await store.commit([(result(), QUIET), failing(1)], alive=1)
    disk.allow(pages=100)
    await store.commit([(result(), QUIET)], alive=1)
    assert await store.latencies("api", since=0) == [100_000]


async def test_a_refused_commit_leaves_neither_an_event_nor_what_is_owed_for_it(store: Store, disk: Disk) -> None:
    await store.registry.put_subscription(subscription())
    decided = [*telling(event(1)), failing(1)]
    disk.allow(pages=2)
    with pytest.raises(StoreRefused):
        await store.commit(decided, 1, [delivery(1)])
    assert await store.outbox.unsettled() == []
    with pytest.raises(KeyError, match="evt_1"):
        await store.outbox.told("evt_1")

    disk.allow(pages=100)
    assert await store.commit(decided, 1, [delivery(1)]) == [delivery(1, sequence=1)]
    assert (await store.outbox.told("evt_1")).event == event(1)


async def test_a_refused_attempt_leaves_its_delivery_as_it_was(store: Store, disk: Disk) -> None:
    await store.registry.put_subscription(subscription())
    await store.commit(telling(event(1)), 1, [delivery(1)])
    disk.allow(pages=2)
    with pytest.raises(StoreRefused, match="no space is left"):
        await store.outbox.put_deliveries([delivery(1, attempts=1)], attempt(1, excerpt=LONG))
    assert await store.outbox.deliveries("sub_1", limit=9) == [(delivery(1, sequence=1), [])]

    disk.allow(pages=100)
    await store.outbox.put_deliveries([delivery(1, attempts=1)], attempt(1, excerpt=LONG))
    tried = (delivery(1, attempts=1, sequence=1), [attempt(1, excerpt=LONG)])
    assert await store.outbox.deliveries("sub_1", limit=9) == [tried]


async def test_a_refused_answer_leaves_no_subscription(store: Store, disk: Disk) -> None:
    disk.allow(pages=2)
    with pytest.raises(StoreRefused):
        await store.registry.put_subscription(subscription(), ("key_1", LONG, answered()))
    assert await store.registry.subscriptions() == []


CHANGES: dict[str, Callable[[Store], Awaitable[None]]] = {
    "a key": lambda store: store.registry.put_key(key()),
    "a subscription": lambda store: store.registry.put_subscription(subscription()),
    "the end of a subscription": lambda store: store.registry.drop_subscription("sub_1"),
    "an answer": lambda store: store.registry.put_answer("key_1", "once", answered()),
    "old answers": lambda store: store.registry.forget_answers(NOON),
    "an attempt": lambda store: store.outbox.put_deliveries([delivery(1, attempts=1)], attempt(1)),
    "what is settled": lambda store: store.outbox.forget_settled(NOON),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_locked_database_refuses_every_change_and_takes_it_later(
    store: Store, tmp_path: Path, change: Callable[[Store], Awaitable[None]]
) -> None:
    with closing(sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreRefused, match="another program has locked"):
            await change(store)
        other.execute("ROLLBACK")
    await change(store)


async def test_a_locked_database_refuses_a_commit_until_the_lock_is_gone(store: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreRefused, match=r"^another program has locked .*: close it$"):
            await store.commit([failing(1)], alive=1)
        other.execute("ROLLBACK")
        await store.commit([failing(1)], alive=1)
    assert await store.last_alive() == 1


async def test_an_error_that_is_no_refusal_comes_through_and_leaves_the_store_working(store: Store) -> None:
    twice = (Span(1, Status.OPERATIONAL), Span(1, Status.OPERATIONAL))
    with pytest.raises(sqlite3.IntegrityError):
        await store.commit([(result(), Step(ledger={"api": LedgerRewrite(1, twice)}))], alive=1)
    assert await store.latencies("api", since=0) == []
    await store.commit([(result(), QUIET)], alive=1)
    assert await store.latencies("api", since=0) == [100_000]


async def test_a_statement_that_cannot_run_is_no_refusal(
    store: Store, opened: Opened, thread: ThreadPoolExecutor
) -> None:
    thread.submit(opened.db.execute, "DROP TABLE meta").result()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await store.commit([], alive=1)


async def test_a_store_on_a_locked_database_can_be_closed_and_opened_again(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.commit([failing(1)], alive=1)
    with closing(sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await store.close()
    store = await Store.open(tmp_path)
    assert store.moved_aside is None
    assert await store.last_alive() == 1
    await store.close()


async def test_a_directory_that_was_deleted_takes_no_more_writes(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    store = await Store.open(directory)
    shutil.rmtree(directory)
    with pytest.raises(StoreRefused, match="was deleted or replaced while we worked on it: restart the monitor"):
        await store.commit([(Tick(NOON), QUIET)], NOON)
    await store.close()
