"""Events, read in the order in which they were recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import Store
from storage.events import record
from tests.storage.owing import event


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path)
    yield opened
    await opened.close()


async def test_the_newest_event_of_nothing_is_0(store: Store) -> None:
    assert await store.newest_event() == 0
    assert await store.events(0, 10) == []


async def test_events_come_after_the_sequence_asked_for_and_no_more_than_asked_for(store: Store) -> None:
    events = [event(number) for number in range(5)]
    await store._connection.commit(record, events)  # their place in the whole commit is tested elsewhere
    assert await store.newest_event() == 5
    assert [told.event for told in await store.events(1, 2)] == events[1:3]
    assert [told.sequence for told in await store.events(3, 10)] == [4, 5]
    assert [told.event for told in await store.events(-5, 10)] == events
