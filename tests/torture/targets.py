"""A target that notes when it was asked and how long it took to answer, on a clock that never steps."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Self

from aiohttp import web

from tests.daemons import Target


class NotingTarget(Target):
    """Times are monotonic seconds.

    Args:
        host: an address of the network in which it is entered.
        after: seconds until it answers.
        asked: by part.
        took: seconds from the start of each answer until it was sent.
    """

    def __init__(self, host: str = "127.0.0.1", after: float = 0.0) -> None:
        super().__init__()
        self.after = after
        self.asked: dict[str, list[float]] = defaultdict(list)
        self.took: list[float] = []
        self._host = host

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await web.TCPSite(self._runner, self._host, 0, backlog=1_024).start()
        port = self._runner.addresses[-1][1]
        self.url = f"http://{self._host}:{port}"
        self.reference = f"tcp://{self._host}:{port}"
        return self

    @property
    def times_asked(self) -> int:
        return sum(map(len, self.asked.values()))

    def components(self, parts: Iterable[str]) -> dict[str, Any]:
        """Of a config: one component for each part, with one probe that asks it."""
        return {part: {"name": part.title(), "probes": {"page": {"http": f"{self.url}/{part}"}}} for part in parts}

    async def _answer(self, request: web.Request) -> web.Response:
        began = time.monotonic()
        self.asked[request.match_info["part"]].append(began)
        if self.after:
            await asyncio.sleep(self.after)
        answer = await super()._answer(request)
        self.took.append(time.monotonic() - began)
        return answer
