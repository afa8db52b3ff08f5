"""How soon webhooks arrive at 50 healthy receivers, five events a second, with three sick ones beside them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from aiohttp import web

from bench.rig.daemons import Daemon, daemon
from bench.rig.figures import Asked, Row, percentile

HEALTHY = 50
SICK = ("hang", "drip", "fail")
EVENTS = 200
COMPONENTS = 10  # each changes its status at every run
INTERVAL = 2  # seconds; so five events a second
BOUND = 2.0  # seconds in which an event should arrive
PATIENCE = 180.0  # seconds

ASKED = (Asked(column="p99 s", most=BOUND),)


def measure() -> Sequence[Row]:
    """One row; takes about a minute."""
    return [asyncio.run(webhooks())]


class World:
    """Targets that answer 200 and 503 in turn, and receivers that note when they are told."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.delays: list[float] = []
        self.all_told = asyncio.Event()

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/target/{part}", self._answer)
        app.router.add_post("/healthy/{number}", self._take)
        app.router.add_post("/sick/{how}", self._suffer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        part = request.match_info["part"]
        self.asked[part] += 1
        return web.Response(status=200 if self.asked[part] % 2 else 503)

    async def _take(self, request: web.Request) -> web.Response:
        told = await request.json()
        self.delays.append(time.time() - datetime.fromisoformat(told["timestamp"]).timestamp())
        if len(self.delays) >= HEALTHY * EVENTS:
            self.all_told.set()
        return web.Response(status=204)

    async def _suffer(self, request: web.Request) -> web.StreamResponse:
        how = request.match_info["how"]
        if how == "fail":
            return web.Response(status=500)
        response = web.StreamResponse()
        if how == "drip":
            await response.prepare(request)
        while True:
            await asyncio.sleep(0.1)
            if how == "drip":
                with suppress(ConnectionError):  # whoever posts hangs up at last
                    await response.write(b"x")


async def webhooks() -> Row:
    world = World()
    runner = web.AppRunner(world.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with TemporaryDirectory() as directory, ExitStack() as stack:
        # On a thread, since targets and receivers are asked while it starts.
        running = await asyncio.to_thread(stack.enter_context, daemon(config_of(url), Path(directory)))
        await subscribe(running, url)
        async with asyncio.timeout(PATIENCE):
            await world.all_told.wait()
        await runner.cleanup()
    delays = sorted(world.delays)
    return {
        "deliveries": len(delays),
        "p50 s": percentile(delays, 50),
        "p99 s": percentile(delays, 99),
        "max s": delays[-1],
        "over 2 s %": 100 * sum(delay > BOUND for delay in delays) / len(delays),
    }


def config_of(url: str) -> dict[str, Any]:
    components = {f"c{number}": {"probes": {"p": {"http": f"{url}/target/{number}"}}} for number in range(COMPONENTS)}
    times = {"interval": f"{INTERVAL}s", "timeout": "1s", "failure_threshold": 1, "success_threshold": 1}
    webhooks = {"allow_http": True, "allow_networks": ["127.0.0.0/8"]}
    return {"defaults": times, "components": components, "webhooks": webhooks}


async def subscribe(running: Daemon, url: str) -> None:
    """All receivers, with a key from the operator's door."""
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(running.data / "control.sock"))) as operator:
        wanted = {"name": "bench", "scopes": ["subscriptions"]}
        async with operator.post("http://control/keys", json=wanted) as response:
            key = (await response.json())["key"]
    paths = [*(f"/sick/{how}" for how in SICK), *(f"/healthy/{number}" for number in range(HEALTHY))]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as subscriber:
        for path in paths:
            subscription = {"endpoint": f"{url}{path}", "events": ["component.status_changed"]}
            async with subscriber.post(f"{running.url}/api/v1/subscriptions", json=subscription) as response:
                response.raise_for_status()
