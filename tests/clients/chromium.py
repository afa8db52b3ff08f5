"""A real Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: nothing of this was tried")

HELD_TIME = """
window.realTimeout = setTimeout.bind(window);
const timers = new Map();
let latest = 0;
window.setTimeout = (act, ms) => { timers.set(++latest, [act, ms]); return latest; };
window.clearTimeout = (timer) => timers.delete(timer);
window.awaited = (ms) => [...timers.values()].filter(([, after]) => after === ms).length;
window.passTime = (ms) => {
  const due = [...timers].filter(([, [, after]]) => after <= ms);
  for (const [timer] of due) timers.delete(timer);
  for (const [, [act]] of due) act();
};
"""


class Page:
    """One tab. `faults` holds what its scripts threw and what its console was told of errors."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.faults: list[str] = []
        self._socket = socket
        self._ids = count(1)

    async def open(self, url: str) -> None:
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=url)

    async def evaluate(self, expression: str) -> Any:
        """What it comes to; of a promise, what that comes to."""
        answer = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until an expression holds, however often the page changes under it."""
        again = "(window.realTimeout ?? setTimeout)(look, 10)"
        look = f"const look = () => {{ try {{ if ({condition}) return done(); }} catch {{}} {again}; }}; look();"
        await self.evaluate(f"new Promise((done) => {{ {look} }})")

    async def hold_time(self) -> None:
        """From the next page on, timers run only when `passTime(ms)` is called there; `awaited(ms)` counts them."""
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=HELD_TIME)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        answer = await self._hear(lambda said: said.get("id") == number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def _hear(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            said: dict[str, Any] = await self._socket.receive_json()
            if said.get("method") == "Runtime.exceptionThrown":
                self.faults.append(str(said["params"]["exceptionDetails"]))
            if said.get("method") == "Log.entryAdded" and said["params"]["entry"]["level"] == "error":
                self.faults.append(said["params"]["entry"]["text"])
            if wanted(said):
                return said


class Chromium:
    """Runs from `async with` on, with a profile of its own in an empty folder."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile

    async def __aenter__(self) -> Self:
        assert CHROMIUM is not None
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        self._running = await asyncio.create_subprocess_exec(
            CHROMIUM,
            *flags,
            "--remote-debugging-port=0",
            f"--user-data-dir={self._profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._session = ClientSession(await self._address())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        self._running.terminate()
        await self._running.communicate()

    async def page(self) -> Page:
        """A new tab."""
        async with self._session.put("/json/new?about:blank") as response:
            tab = await response.json()
        return Page(await self._session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0))

    async def _address(self) -> str:
        """Where it listens, which it tells among other things."""
        assert self._running.stderr is not None
        async for line in self._running.stderr:
            if b"DevTools listening on ws://" in line:
                return "http://" + line.decode().split("ws://")[1].split("/")[0]
        raise AssertionError("Chromium did not start")
