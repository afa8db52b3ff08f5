"""A reader with a browser, who sees a page as it is meant to be seen, or says what is wrong with it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.clients.chromium import Chromium, Page

# What a console would show and the policy forbade; how often the page was fetched again, and the stream began; and
# timers that run a hundred times as fast, or if they are long, when `passes(ms)` is called. `armed(ms)` counts these.
WATCHING = """{
    window.messages = [];
    for (const level of ["debug", "log", "info", "warn", "error"])
        console[level] = (...words) => messages.push(`${level}: ${words.join(" ")}`);
    addEventListener("securitypolicyviolation", (it) => messages.push(`${it.violatedDirective} ${it.blockedURI}`));
    window.refreshes = 0;
    const ask = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await ask(...asked);
        setTimeout(() => refreshes++, 100);
        return answer;
    };
    window.snapshots = 0;
    window.EventSource = class extends EventSource {
        constructor(...asked) {
            super(...asked);
            this.addEventListener("snapshot", () => snapshots++);
        }
    };
    const { setTimeout: once, clearTimeout: never } = window;
    const long = new Map();
    const waits = [];
    window.setTimeout = (act, wait) => {
        if (wait < 20_000) return once(act, wait / 100);
        long.set(-waits.push(wait), act);
        return -waits.length;
    };
    window.clearTimeout = (timer) => long.delete(timer) || never(timer);
    window.armed = (ms) => waits.filter((wait) => wait === ms).length;
    window.passes = (ms) => {
        for (const [timer, act] of [...long])
            if (waits[-timer - 1] <= ms && long.delete(timer)) act();
    };
    const within = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (wait) => within(wait / 10);
}"""


class Reader:
    """One tab; `url` is the site."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    async def looks(self, *, width: int = 1200, height: int = 900, dark: bool = False, scale: float = 1) -> None:
        """With a window of that size, and the colours that the reader likes."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 500}
        await self.page.call("Emulation.setDeviceMetricsOverride", **size)
        await self.page.call("Emulation.setScrollbarsHidden", hidden=True)
        liked = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.page.call("Emulation.setEmulatedMedia", features=[liked])

    async def opens(self, path: str) -> None:
        await self.page.call("Page.enable")
        await self.page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCHING)
        await self.page.open(self.url + path)
        await self.page.until(f"location.pathname === {json.dumps(path)} && document.readyState === 'complete'")

    async def asks(self, expression: str) -> object:
        return await self.page.evaluate(expression)

    async def complaints(self) -> list[str]:
        """What the console was told, what was forbidden, and what scripts threw."""
        return [*(await self.page.evaluate("messages")), *self.page.faults]

    async def picture(self, path: Path) -> None:
        """Of what the window shows."""
        answer = await self.page.call("Page.captureScreenshot", format="png", captureBeyondViewport=False)
        path.write_bytes(b64decode(answer["data"]))


@asynccontextmanager
async def reading(profile: Path, url: str) -> AsyncIterator[Reader]:
    async with Chromium(profile) as chromium:
        yield Reader(await chromium.page(), url)
