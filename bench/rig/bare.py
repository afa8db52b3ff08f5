"""The least that a client in Python can do: the daemon's requests at the daemon's pace, on a new connection each."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import aiohttp
import httptools

from bench.rig.children import child
from bench.rig.cores import MEASURED
from bench.rig.naming import names
from bench.rig.target import Target
from monitor.core.model import SECOND
from monitor.scheduler.grid import phase

Ask: TypeAlias = Callable[[], Awaitable[int]]  # asks once, returns the HTTP status
BEGINS_AFTER = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Pace:
    """So many probes, an interval and a length in seconds: the requests that the daemon makes, at the same points."""

    probes: int
    interval: int
    lasts: int


def milliseconds_a_probe(client: str, target: Target, request: bytes, pace: Pace) -> float:
    """CPU, of a process that does nothing else."""
    given = {"client": client, "url": target.url, "ca_file": target.ca_file, "request": request.decode("latin-1")}
    with child("-m", "bench.rig.bare", json.dumps(given | asdict(pace)), cores=MEASURED) as process:
        return float(process.said())


# ── in the process ───────────────────────────────────────────────────────────────────────────────────


class Exchange(asyncio.Protocol):
    """One request and its answer."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._parser = httptools.HttpResponseParser(self)
        self.status = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._transport.close()
        if not self.status.done():
            self.status.set_result(self._parser.get_status_code())

    def connection_lost(self, error: Exception | None) -> None:
        if not self.status.done():
            self.status.set_exception(error or ConnectionError("closed without an answer"))


def protocol(url: str, request: bytes, context: ssl.SSLContext | None) -> Ask:
    loop, (host, port) = asyncio.get_running_loop(), urlsplit(url).netloc.split(":")
    name = host if context else None

    async def ask() -> int:
        _, exchange = await loop.create_connection(
            lambda: Exchange(request), host, int(port), ssl=context, server_hostname=name
        )
        return int(await exchange.status)

    return ask


def through_aiohttp(url: str, request: bytes, context: ssl.SSLContext | None) -> Ask:
    connector = aiohttp.TCPConnector(force_close=True, limit=0, ssl=context or True)
    fields = dict(line.split(": ", 1) for line in request.decode("latin-1").split("\r\n")[1:] if line)
    session = aiohttp.ClientSession(connector=connector, headers=fields)

    async def ask() -> int:
        async with session.get(url) as response:
            await response.read()
            return response.status

    return ask


CLIENTS: Mapping[str, Callable[[str, bytes, ssl.SSLContext | None], Ask]] = {
    "aiohttp": through_aiohttp,
    "protocol": protocol,
}


class Paced:
    """Asks on the grid of the daemon's probes."""

    def __init__(self, ask: Ask, pace: Pace) -> None:
        self._ask = ask
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._going: set[asyncio.Task[None]] = set()
        self._asked = 0

    async def run(self) -> float:
        """CPU ms for each request."""
        begins = self._loop.time() + BEGINS_AFTER
        for name in names(self._pace.probes):
            due = begins + phase(name, self._pace.interval * SECOND) / SECOND
            self._loop.call_at(due, self._meet, due, begins + self._pace.lasts)
        spent = time.process_time()
        await asyncio.sleep(BEGINS_AFTER + self._pace.lasts)
        await asyncio.gather(*self._going)
        return (time.process_time() - spent) * SECOND / self._asked

    def _meet(self, due: float, until: float) -> None:
        task = self._loop.create_task(self._once())
        self._going.add(task)
        task.add_done_callback(self._ended)
        due += self._pace.interval
        if due < until:
            self._loop.call_at(due, self._meet, due, until)

    async def _once(self) -> None:
        status = await self._ask()
        if status != 200:
            raise RuntimeError(f"the target answered {status}")
        self._asked += 1

    def _ended(self, task: asyncio.Task[None]) -> None:
        task.result()
        self._going.discard(task)


async def measured(client: str, url: str, ca_file: str | None, request: str, **pace: int) -> float:
    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    return await Paced(CLIENTS[client](url, request.encode("latin-1"), context), Pace(**pace)).run()


if __name__ == "__main__":
    print(asyncio.run(measured(**json.loads(sys.argv[1]))), flush=True)
