"""Callbacks: URLs made for one run, at which a target posts to show that it delivers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

TOKEN_BYTES = 24


class Awaited:
    """One post that is awaited."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._arrived: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def arrival(self) -> int:
        """When the first post arrived, in monotonic ns; waits until one has."""
        return await asyncio.shield(self._arrived)

    def arrive(self, at: int) -> None:
        if not self._arrived.done():
            self._arrived.set_result(at)


class Callbacks:
    """Implements the port of the same name.

    `base` is the URL under which targets reach us, without a slash at its end.
    """

    def __init__(self, base: str = "") -> None:
        self.base = base
        self._awaited: dict[str, Awaited] = {}  # by token

    @contextmanager
    def awaited(self) -> Iterator[Awaited]:
        """A URL that nobody knew before; posts to it are heard until the context ends."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._awaited[token] = awaited = Awaited(f"{self.base}/callbacks/{token}")
        try:
            yield awaited
        finally:
            del self._awaited[token]

    def arrive(self, token: str) -> bool:
        """Note that something was posted; False when nobody waits for it, or does any more."""
        awaited = self._awaited.get(token)
        if awaited is None:
            return False
        awaited.arrive(time.monotonic_ns())
        return True
