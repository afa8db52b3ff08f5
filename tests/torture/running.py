"""A daemon that is going to have a bad day."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.daemons import Daemon

UNREACHABLE = (aiohttp.ClientError, TimeoutError, OSError)  # what asking a daemon may end in that is dying
LOOKS_AGAIN = 0.01  # seconds
LAST = 3  # lines of a log that are told
TERM_IS_CAUGHT = 1 << (signal.SIGTERM - 1)  # in the mask of caught signals


class Running(Daemon):
    """A daemon whose log is read all the time, so that a full pipe never holds it up.

    Where a wrapper runs it as a child, signals go to the child.
    """

    async def __aenter__(self) -> Self:
        self.born = time.monotonic()
        await super().__aenter__()
        self._more = asyncio.Event()
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            _send(self.pid, signal.SIGKILL)
            _send(self._process.pid, signal.SIGKILL)
        await self._following  # ends with the last process that holds the log
        await super().__aexit__(kind, error, traceback)

    @property
    def pid(self) -> int:
        """The daemon's own id, as we see it: it is the last of the line of only children of what we started."""
        pid = self._process.pid
        while len(children := _children(pid)) == 1:
            (pid,) = children
        return pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def last_words(self) -> str:
        """The end of its log, to be part of a sentence."""
        return f"its log ends: {' / '.join(self.log[-LAST:])}"

    async def logs(self, words: str) -> str:
        """The first line of the log that has these words."""
        async with asyncio.timeout(self.patience):
            while True:
                found = next((line for line in self.log if words in line), None)
                if found is not None:
                    return found
                assert not self._following.done(), f"{words!r} was never logged; {self.last_words}"
                self._more.clear()
                await self._more.wait()

    async def ready(self) -> float:
        """Seconds from its birth until it says that it is ready."""
        await self.listens()
        async with asyncio.timeout(self.patience):
            while (await self.ask("GET", "/readyz"))[0] != 200:
                await asyncio.sleep(LOOKS_AGAIN)
        return time.monotonic() - self.born

    async def heeds_signals(self) -> None:
        """Until SIGTERM means something to it; before, the first process of a container cannot hear it."""
        async with asyncio.timeout(self.patience):
            while self.alive and not _catches_term(self.pid):
                await asyncio.sleep(LOOKS_AGAIN)

    async def ask(
        self, method: str, path: str, body: object = None, key: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and answer; None where it is no JSON. Raises one of UNREACHABLE."""
        sent = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        async with self._session.request(method, f"{self.url}{path}", json=body, headers=sent) as response:
            text = await response.text()
            return response.status, json.loads(text) if "json" in response.content_type else None

    def signal(self, number: signal.Signals) -> None:
        if self.alive:
            _send(self.pid, number)

    async def killed(self) -> int:
        """Kill it, and wait until it is gone. Its exit code, which is -9 unless it had ended before."""
        self.signal(signal.SIGKILL)
        return await self.left()

    async def terminated(self) -> int:
        """Ask it to end, and wait until it has. Its exit code."""
        self.signal(signal.SIGTERM)
        return await self.left()

    async def left(self) -> int:
        """Its exit code, once it has ended and its log is read."""
        async with asyncio.timeout(self.patience):
            code = await self._process.wait()
            await asyncio.shield(self._following)
        return code

    async def _follow(self) -> None:
        assert self._process.stderr is not None
        while line := (await self._process.stderr.readline()).decode():
            self.log.append(line.rstrip())
            self._more.set()
        self._more.set()


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _children(pid: int) -> list[int]:
    """The processes whose parent it is."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal() and _parent(path) == pid]


def _parent(path: Path) -> int | None:
    try:
        text = (path / "stat").read_text()
    except OSError:  # it has ended meanwhile
        return None
    return int(text.rpartition(")")[2].split()[1])


def _catches_term(pid: int) -> bool:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    masks = [line.split()[1] for line in lines if line.startswith("SigCgt:")]
    return any(int(mask, 16) & TERM_IS_CAUGHT for mask in masks)
