"""All that tells alerts, put together as the daemon does, when the config changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from exporter.metrics import Metrics
from exporter.sources import Page
from monitor.config import Config, load
from monitor.core.board import Board
from monitor.core.model import Event, Incident, Step, Tick
from monitor.core.ports import StoreRefused
from monitor.core.redaction import Redactor
from monitor.core.subscribing import DeliveryState
from monitor.webhooks import Webhooks
from storage import Store
from tests.builders import NOON
from tests.exporter.desk import ReluctantRegistry
from tests.exporter.fakes import FakeClock
from tests.exporter.webhooks.nouns import CREATED, status_change, story
from tests.monitor.probers.servers import answer, closed_port, http_server

REFUSED = story(CREATED)  # of an incident that is open
PATIENCE = 20.0  # seconds


def config(folder: Path, url: str, more: str = "") -> Config:
    """One that tells of everything at this URL."""
    file = folder / "probes.yaml"
    file.write_text(
        f"{more}components: {{api: {{name: API, probes: {{health: {{http: https://a.example}}}}}}}}\n"
        f"alerts: [{{slack: {{url: '{url}'}}, events: ['*']}}]\n"
    )
    return load(file, {})


@asynccontextmanager
async def standing(folder: Path, config: Config) -> AsyncIterator[tuple[Webhooks, Store]]:
    """Sends by a clock that stands still: what waits to be tried again waits for ever."""
    async with AsyncExitStack() as stack:
        store = await Store.open(folder / "data")
        stack.push_async_callback(store.close)
        board = Board(incidents=[event.subject for event in REFUSED if isinstance(event.subject, Incident)])
        webhooks = await Webhooks.build(store, FakeClock(), board, Metrics("1.2.3"), "1.2.3")
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


async def fails(webhooks: Webhooks, store: Store, event: Event | None = None) -> None:
    """Something is told that nobody takes."""
    event = event or status_change()
    owed = webhooks.debts.owed([event])
    webhooks.debts.owe(await store.commit([(Tick(NOON), Step(events=(event,)))], NOON, owed))
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


async def state(store: Store) -> DeliveryState:
    ((delivery, _),) = await store.outbox.deliveries("alr_slack", limit=9)
    return delivery.state


@pytest.mark.parametrize("restarts", [False, True])
async def test_what_a_wrong_place_refused_of_an_open_incident_goes_to_the_right_one(
    tmp_path: Path, restarts: bool
) -> None:
    with http_server(answer(400)) as wrong, http_server(answer(200)) as right:
        async with standing(tmp_path, config(tmp_path, wrong.url)) as (webhooks, store):
            await fails(webhooks, store, REFUSED[0])
            assert await state(store) is DeliveryState.DEAD
            if not restarts:
                await webhooks.use(config(tmp_path, right.url), Redactor(()))
                await is_delivered(store)
        async with standing(tmp_path, config(tmp_path, right.url)) as (_, store):
            await is_delivered(store)
    assert len(right.requests) == 1


async def test_what_was_refused_is_not_owed_again_by_a_reload_of_the_same(tmp_path: Path) -> None:
    with http_server(answer(400)) as wrong:
        same = config(tmp_path, wrong.url)
        async with standing(tmp_path, same) as (webhooks, store):
            await fails(webhooks, store, REFUSED[0])
            await webhooks.use(same, Redactor(()))
            assert await state(store) is DeliveryState.DEAD


async def is_delivered(store: Store) -> None:
    async with asyncio.timeout(PATIENCE):
        while await state(store) is not DeliveryState.DELIVERED:
            pass


async def test_while_alerts_cannot_be_written_down_all_else_of_the_config_holds(tmp_path: Path) -> None:
    more = (
        "page: {name: Shown, url: https://status.example}\n"
        "webhooks: {allow_http: true}\n"
        "server: {trusted_proxies: [10.0.0.0/8]}\n"
    )
    wanted = config(tmp_path, "http://a.example/hook", more)
    async with AsyncExitStack() as stack:
        store = await Store.open(tmp_path / "data")
        stack.push_async_callback(store.close)
        registry = ReluctantRegistry(store._connection)
        registry.refuses, store.registry = True, registry
        webhooks = await Webhooks.build(store, FakeClock(), Board(), Metrics("1.2.3"), "1.2.3")
        stack.push_async_callback(webhooks.stop)
        with pytest.raises(StoreRefused):
            await webhooks.use(wanted, Redactor(()))
    assert webhooks._messages.page == Page("Shown", "https://status.example")
    assert webhooks.subscribing.allowance.http
    assert webhooks.subscribing.trusted_proxies == wanted.trusted_proxies != ()
