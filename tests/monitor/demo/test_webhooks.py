"""Deliveries of the pretend Event delivery: to whoever is on this machine, and to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from monitor.demo.parts.webhooks import DELIVERS_AFTER
from monitor.demo.pretend import JustKalm
from tests.monitor.demo.conftest import Clock

WATCHER = "192.0.2.7"


class Receiver:
    """Takes posts at its URL."""

    def __init__(self) -> None:
        self.url = ""
        self.posts: asyncio.Queue[Any] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.Response:
        self.posts.put_nowait(await request.json())
        return web.Response(status=204)


class EndlessSleep:
    """Only what is given up gets out of it."""

    def __init__(self) -> None:
        self.sleepers = 0

    async def sleep(self, _seconds: float) -> None:
        self.sleepers += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.sleepers -= 1


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/callback", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
    yield receiver
    await runner.cleanup()


async def test_an_event_is_accepted_and_then_posted_to_the_url_that_came_with_it(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock, receiver: Receiver
) -> None:
    status, answer = await _deliver(justkalm, client, {"type": "demo.ping", "url": receiver.url})
    assert (status, answer["status"]) == (202, "accepted")
    assert await receiver.posts.get() == {"id": answer["id"], "type": "demo.ping"}
    assert clock.slept == [DELIVERS_AFTER]


async def test_an_event_without_a_url_is_accepted_and_posted_nowhere(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock
) -> None:
    status, _ = await _deliver(justkalm, client, {"type": "demo.ping"})
    assert (status, clock.slept) == (202, [])


async def test_what_is_not_json_is_refused(justkalm: JustKalm, client: aiohttp.ClientSession) -> None:
    async with client.post(f"{justkalm.urls['webhooks']}/deliveries", data=b"{") as response:
        assert response.status == 400


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "http://example.com/", "127.0.0.1", "http://[", "", None, 1])
async def test_nothing_is_posted_beyond_this_machine(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock, url: object
) -> None:
    status, _ = await _deliver(justkalm, client, {"type": "demo.ping", "url": url})
    assert (status, clock.slept) == (422, [])


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", WATCHER])
async def test_what_was_accepted_but_not_posted_is_given_up_at_the_end(
    client: aiohttp.ClientSession, host: str
) -> None:
    endless = EndlessSleep()
    justkalm = JustKalm(sleep=endless.sleep, watcher=WATCHER)
    await justkalm.start()
    status, _ = await _deliver(justkalm, client, {"type": "demo.ping", "url": f"http://{host}:9/"})
    assert (status, endless.sleepers) == (202, 1)
    await justkalm.stop()
    assert endless.sleepers == 0


async def _deliver(
    justkalm: JustKalm, client: aiohttp.ClientSession, event: dict[str, object]
) -> tuple[int, dict[str, str]]:
    async with client.post(f"{justkalm.urls['webhooks']}/deliveries", json=event) as response:
        return response.status, await response.json()
