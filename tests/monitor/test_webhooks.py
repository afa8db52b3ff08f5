"""All that tells alerts, put together as the daemon does, when the config changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from exporter.metrics import Metrics
from monitor.config import Config, load
from monitor.core.board import Board
from monitor.core.model import Step, Tick
from monitor.core.redaction import Redactor
from monitor.webhooks import Webhooks
from storage import Store
from tests.builders import NOON
from tests.exporter.fakes import FakeClock
from tests.exporter.webhooks.nouns import status_change
from tests.monitor.probers.servers import answer, closed_port, http_server

PATIENCE = 20.0  # seconds


def config(folder: Path, url: str) -> Config:
    """One that tells of everything at this URL."""
    file = folder / "probes.yaml"
    file.write_text(
        "components: {api: {name: API, probes: {health: {http: https://a.example}}}}\n"
        f"alerts: [{{slack: {{url: '{url}'}}, events: ['*']}}]\n"
    )
    return load(file, {})


@asynccontextmanager
async def standing(folder: Path, config: Config) -> AsyncIterator[tuple[Webhooks, Store]]:
    """Sends by a clock that stands still: what waits to be tried again waits for ever."""
    async with AsyncExitStack() as stack:
        store = await Store.open(folder / "data")
        stack.push_async_callback(store.close)
        webhooks = await Webhooks.build(store, FakeClock(), Board(), Metrics("1.2.3"), "1.2.3")
        stack.push_async_callback(webhooks.stop)
        await webhooks.use(config, Redactor(config.secrets))
        await webhooks.start()
        yield webhooks, store


async def is_tried(store: Store, attempts: int) -> None:
    """Return when the one delivery was tried so often."""
    async with asyncio.timeout(PATIENCE):
        while True:
            ((delivery, _),) = await store.outbox.deliveries("alr_slack", limit=9)
            if delivery.attempts == attempts:
                return


async def fails(webhooks: Webhooks, store: Store) -> None:
    """Something is told that nobody takes."""
    owed = webhooks.debts.owed([status_change()])
    webhooks.debts.owe(await store.commit([(Tick(NOON), Step(events=(status_change(),)))], NOON, owed))
    await is_tried(store, 1)


@pytest.fixture
def nowhere(tmp_path: Path) -> Iterator[Config]:
    with closed_port() as server:
        yield config(tmp_path, f"http://{server.address}/hook")


async def test_what_waits_goes_at_once_to_the_place_that_a_reload_names(tmp_path: Path, nowhere: Config) -> None:
    with http_server(answer(200)) as server:
        async with standing(tmp_path, nowhere) as (webhooks, store):
            await fails(webhooks, store)
            await webhooks.use(config(tmp_path, server.url), Redactor(()))
            await is_tried(store, 2)
    assert len(server.requests) == 1


async def test_what_waits_goes_at_once_to_the_place_that_a_restart_names(tmp_path: Path, nowhere: Config) -> None:
    with http_server(answer(200)) as server:
        async with standing(tmp_path, nowhere) as (webhooks, store):
            await fails(webhooks, store)
        async with standing(tmp_path, config(tmp_path, server.url)) as (_, store):
            await is_tried(store, 2)
    assert len(server.requests) == 1
