"""A store, and a database alone, on a real file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlite_utils import Database

from storage import schema
from storage.opening import connect
from storage.store import Store


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = connect(tmp_path / "monitor.db")
    opened.execute("PRAGMA synchronous = OFF")  # no power cut here
    schema.migrate(opened, schema.MIGRATIONS)
    yield opened
    opened.close()
