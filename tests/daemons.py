"""Daemons as real processes, and a target that does as it is told."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

PATIENCE = 30.0  # seconds until a test gives up on what it waits for

PROBES = """
defaults: {{interval: 500ms, timeout: 400ms, recheck_interval: 100ms, slow_after: 300ms, resolve_after: 1s}}
components:
  api:
    name: API
    probes: {{health: {{http: "{target}/api"}}}}
  cdn:
    name: CDN
    probes: {{asset: {{http: "{target}/cdn"}}}}
"""


class Target:
    """Answers 200 everywhere, but where it was told to answer otherwise, or never."""

    def __init__(self) -> None:
        self.statuses: dict[str, int] = {}
        self.hanging: set[str] = set()
        self.held: dict[str, int] = {}  # how many requests for a part it let hang
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{part}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        part = request.match_info["part"]
        if part in self.hanging:
            self.held[part] = self.held.get(part, 0) + 1
            await asyncio.Event().wait()
        return web.json_response({"status": "ok"}, status=self.statuses.get(part, 200))


class Daemon:
    """A `justkalm-monitor` of one's own, on a free port; killed at the latest when the test ends.

    Args:
        wrapper: the command that runs it, such as `faketime -f +1h`.
    """

    def __init__(
        self, *arguments: str, environ: Mapping[str, str] | None = None, wrapper: Sequence[str] = ()
    ) -> None:
        self._command = [*wrapper, sys.executable, "-m", "monitor", *arguments]
        self._environ = {**os.environ, **(environ or {})}
        self.log: list[str] = []
        self.url = ""
        self.patience = PATIENCE

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environ,
        )
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()

    async def listens(self) -> Self:
        line = await self.logs("listening on ")
        self.url = line.partition("listening on ")[2]
        return self

    async def welcomes(self) -> Self:
        """For a demo, which says on standard output where its page is."""
        assert self._process.stdout is not None
        async with asyncio.timeout(self.patience):
            while "page " not in (line := (await self._process.stdout.readline()).decode()):
                assert line, "the demo ended"
        self.url = line.split()[1].rstrip("/")
        return self

    async def logs(self, words: str) -> str:
        """The first line of the log from here on that has these words."""
        assert self._process.stderr is not None
        async with asyncio.timeout(self.patience):
            while line := (await self._process.stderr.readline()).decode():
                self.log.append(line.rstrip())
                if words in line:
                    return line.rstrip()
        raise AssertionError(f"{words!r} was never logged: {self.log}")

    async def get(self, path: str) -> Any:
        async with self._session.get(f"{self.url}{path}") as response:
            text = await response.text()
            return json.loads(text) if "json" in response.content_type else text

    async def post(self, path: str, body: object, key: str) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        headers = {"Authorization": f"Bearer {key}"}
        async with self._session.post(f"{self.url}{path}", json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def until(self, path: str, true: Callable[[Any], bool]) -> Any:
        """The first answer of which it is true."""
        async with asyncio.timeout(self.patience):
            while not true(answer := await self.get(path)):
                await asyncio.sleep(0.02)
        return answer

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def ends(self) -> tuple[int, str, str]:
        """Exit code, standard output, and what was not read yet of standard error."""
        async with asyncio.timeout(self.patience):
            output, errors = await self._process.communicate()
        assert self._process.returncode is not None
        return self._process.returncode, output.decode(), errors.decode()


@asynccontextmanager
async def running(config: Path, data: Path) -> AsyncIterator[Daemon]:
    async with Daemon("run", "--config", str(config), "--data", str(data), "--listen", "127.0.0.1:0") as daemon:
        yield await daemon.listens()


def statuses(answer: Any) -> dict[str, str]:
    """Component → status, of `/api/v1/status`."""
    return {component["id"]: component["status"] for component in answer["components"]}
