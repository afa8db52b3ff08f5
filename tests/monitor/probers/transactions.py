"""Transactions with dull defaults, and the listener that their targets post to."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver

from monitor.core.model import MINUTE, SECOND, Duration, Result
from monitor.core.ports import Callbacks
from monitor.probers.settings import Expect, HttpTarget, Poll, ProbeSettings, Step, Transaction
from tests.monitor.probers.asking import probers
from tests.monitor.probers.servers import answer

PATIENCE = 10  # seconds after which a run that should have ended long ago is a failure of the test


def step(
    name: str,
    url: str,
    *,
    expect: Expect | None = None,
    save: Mapping[str, str] | None = None,
    poll: Poll | None = None,
    await_callback: Duration | None = None,
    always: bool = False,
    **target: Any,
) -> Step:
    return Step(
        name=name,
        http=HttpTarget(url=url, **target),
        expect=expect or Expect(),
        save=save or {},
        poll=poll,
        await_callback=await_callback,
        always=always,
    )


def polls(until: Mapping[str, object], *, every: Duration = 1, longest: Duration = 2 * SECOND) -> Poll:
    return Poll(until=Expect(json=until), every=every, longest=longest)


def transaction(*steps: Step, timeout: Duration = 2 * SECOND, slow_after: Duration = MINUTE) -> ProbeSettings:
    return ProbeSettings(
        id="batch/job", target=Transaction(steps), expect=Expect(), timeout=timeout, slow_after=slow_after
    )


def document(**body: object) -> bytes:
    """A whole answer in JSON."""
    return answer(200, json.dumps(body).encode())


async def go_through(
    *steps: Step,
    limit: Duration = 2 * SECOND,
    slow_after: Duration = MINUTE,
    resolver: AbstractResolver | None = None,
    callbacks: Callbacks | None = None,
) -> Result:
    """One run; `limit` is of each step."""
    async with probers(resolver=resolver, callbacks=callbacks) as shared, asyncio.timeout(PATIENCE):
        prober = shared.prober(transaction(*steps, timeout=limit, slow_after=slow_after))
        return await prober.run()


class Posts:
    """Stands for our own listener: whoever connects to a URL of it has posted."""

    def __init__(self) -> None:
        self.awaiting = 0  # callbacks that are still heard

    @contextmanager
    def awaited(self) -> Iterator[AwaitedPost]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            self.awaiting += 1
            try:
                yield AwaitedPost(listener)
            finally:
                self.awaiting -= 1


class AwaitedPost:
    """One URL of it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/callbacks/one-time-token"

    async def arrival(self) -> int:
        connection, _ = await asyncio.get_running_loop().sock_accept(self._listener)
        connection.close()
        return time.monotonic_ns()


def post_to(url: str) -> None:
    """As a target does it."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    socket.create_connection((parts.hostname, parts.port)).close()
