"""A pretend JustKalm: six parts on loopback that answer like the real ones, and fail when told to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from aiohttp import web

from monitor.demo.listener import LOOPBACK, Listener, Sleep
from monitor.demo.parts import dashboard
from monitor.demo.parts.api import Api
from monitor.demo.parts.auth import Auth
from monitor.demo.parts.batch import Batch
from monitor.demo.parts.cdn import Cdn
from monitor.demo.parts.webhooks import Webhooks

PARTS = ("api", "dashboard", "webhooks", "batch", "auth", "cdn")


class JustKalm:
    """All six parts, each on a port of its own, bound from the start; they answer from `start` to `stop`.

    Args:
        ports: part → port; a part that is not named gets one from the kernel.
        sleep: waits the given seconds before an answer of a slow part.
        clock: monotonic seconds.
        watcher: the host at which who watches is reached, for events to be delivered there.

    Raises:
        OSError: a port is taken.

    Every method that takes a part raises KeyError when there is no such part.
    """

    def __init__(
        self,
        ports: Mapping[str, int] | None = None,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        watcher: str = LOOPBACK,
    ) -> None:
        self._listeners = {part: Listener((ports or {}).get(part, 0), sleep) for part in PARTS}
        self._webhooks = Webhooks(sleep, watcher)
        self._routes: dict[str, list[web.RouteDef]] = {
            "api": Api(self.urls["auth"], clock).routes(),
            "dashboard": dashboard.routes(),
            "webhooks": self._webhooks.routes(),
            "batch": Batch(clock).routes(),
            "auth": Auth(clock).routes(),
            "cdn": Cdn(clock).routes(),
        }

    @property
    def urls(self) -> Mapping[str, str]:
        """Part → its URL, without a slash at the end."""
        return {part: f"http://{LOOPBACK}:{listener.port}" for part, listener in self._listeners.items()}

    async def start(self) -> None:
        for part in PARTS:
            await self.restore(part)

    async def stop(self) -> None:
        """Give all ports up; a stopped JustKalm cannot be started again."""
        for listener in self._listeners.values():
            await listener.close()
        await self._webhooks.close()

    async def slow(self, part: str, seconds: float) -> None:
        """Delay every answer of the part."""
        self._listeners[part].delay = seconds

    async def refuse(self, part: str) -> None:
        """Close the part's listening socket and its connections."""
        await self._listeners[part].refuse()

    async def fail(self, part: str, status: int) -> None:
        """Answer every request to the part with this status."""
        self._listeners[part].status = status

    async def restore(self, part: str) -> None:
        """End all faults of the part; it answers on the same port as before."""
        listener = self._listeners[part]
        listener.delay, listener.status = 0.0, None
        await listener.open(self._routes[part])
