"""Debian's Alertmanager as a real process, and what it tells of alerts."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeAlias

import aiohttp
import pytest
from aiohttp import web

from exporter.webhooks.formats.message import Message
from exporter.webhooks.post import Answer, Poster
from tests.daemons import PATIENCE

BINARY = "prometheus-alertmanager"

CONFIG = """
route: {{receiver: people, group_by: [incident], group_wait: 0s, group_interval: 20ms, repeat_interval: 1h}}
receivers: [{{name: people, webhook_configs: [{{url: "{url}", send_resolved: true}}]}}]
"""

Page: TypeAlias = tuple[str, str]  # status and severity of one alert in a notification


@dataclass
class People:
    """Who is notified by Alertmanager."""

    pages: list[Page] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        self._came = asyncio.Condition()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def until(self, true: Callable[[list[Page]], bool]) -> list[Page]:
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: true(self.pages))
        return self.pages

    async def _take(self, request: web.Request) -> web.Response:
        notification = await request.json()
        async with self._came:
            self.pages += [(alert["status"], alert["labels"]["severity"]) for alert in notification["alerts"]]
            self._came.notify_all()
        return web.Response()


class Alertmanager:
    def __init__(self, url: str, people: People) -> None:
        self.url = url
        self.people = people

    async def take(self, message: Message) -> Answer:
        poster = Poster(None, "1.2.3")
        try:
            return await poster.post(message)
        finally:
            await poster.close()

    async def firing(self) -> list[dict[str, Any]]:
        """The alerts that have not ended."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/api/v2/alerts") as response:
            alerts: list[dict[str, Any]] = json.loads(await response.text())
            return alerts


@asynccontextmanager
async def alertmanager(directory: Path) -> AsyncIterator[Alertmanager]:
    """Skips the test where there is none."""
    if shutil.which(BINARY) is None:
        pytest.skip(f"{BINARY} is not installed; install the Debian package of that name")
    async with People() as people:
        config = directory / "alertmanager.yml"
        config.write_text(CONFIG.format(url=people.url))
        process = await asyncio.create_subprocess_exec(
            BINARY,
            f"--config.file={config}",
            f"--storage.path={directory / 'state'}",
            "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield Alertmanager(f"http://{await _address(process)}", people)
        finally:
            process.kill()
            await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where it listens, as its log says."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if "Listening on" in line:
                return line.partition("address=")[2].strip()
    raise AssertionError("it ended")
