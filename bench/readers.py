"""Steady readers: are probes late, how long do readers wait, and what does one cost beside a bare handler?"""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from aiohttp import web
from aiohttp.typedefs import Handler

from bench.rig.children import child
from bench.rig.cores import MEASURED
from bench.rig.daemons import probing, scraped
from bench.rig.figures import Row, percentile, progress
from bench.rig.requests import Connection, ask, connect

READERS, REQUESTS = 50, 2_000  # connections, and requests a second on all of them
PROBES, INTERVAL = 100, 2  # a run every 20 ms
REST = 3_600  # seconds: probes ask once, and then leave the daemon alone
LASTS = 20  # seconds
ROUNDS, ROUND_LASTS = 21, 0.5  # in which both sides are asked in turn; seconds for each
HURRIED = 8  # connections of a round
PATHS = {"API": "/api/v1/status", "page": "/"}


class Side(NamedTuple):
    url: str
    pid: int


def measure() -> Sequence[Row]:
    """One row; takes a minute and a half."""
    progress(f"{REQUESTS:,} requests a second")
    with probing(PROBES, INTERVAL) as busy:
        load = asyncio.run(_paced(busy.url))
    progress("beside a bare server")
    with probing(PROBES, REST) as resting, bare(resting.url) as other:
        ours = Side(resting.url, resting.pid)
        ratios = {f"CPU / bare, {name}": _ratio(path, ours, other) for name, path in PATHS.items()}
    return [{"requests/s": REQUESTS, **load, **ratios}]


@contextmanager
def bare(url: str) -> Iterator[Side]:
    """A server of bare aiohttp handlers on the core of the daemon, with the same answers."""
    with child("-m", "bench.readers", url, cores=MEASURED) as process:
        yield Side(f"http://127.0.0.1:{process.said()}", process.pid)


async def _paced(url: str) -> Row:
    """All readers for as long as it lasts, while the daemon counts how late its probes are."""
    connections = [await connect(url) for _ in range(READERS)]
    before = await asyncio.to_thread(scraped, url)
    begins = time.monotonic() + 1
    reading = [_read_on_grid(each, begins + number / REQUESTS) for number, each in enumerate(connections)]
    waits = sorted(wait for each in await asyncio.gather(*reading) for wait in each)
    after = await asyncio.to_thread(scraped, url)
    runs = after["runs"] - before["runs"]
    return {
        "answered": len(waits),
        "median ms": 1_000 * statistics.median(waits),
        "p99 ms": 1_000 * percentile(waits, 99),
        "runs": int(runs),
        "late over 20 ms %": 100 * (1 - (after["on time"] - before["on time"]) / runs),
    }


async def _read_on_grid(connection: Connection, begins: float) -> list[float]:
    """Seconds from each point of the grid to the end of the answer, so that a wait also counts for who comes next."""
    paths = tuple(PATHS.values())
    waits = []
    for number in range(LASTS * REQUESTS // READERS):
        due = begins + number * READERS / REQUESTS
        await asyncio.sleep(due - time.monotonic())
        await _read(connection, paths[number % len(paths)], "gzip")
        waits.append(time.monotonic() - due)
    connection[1].close()
    return waits


def _ratio(path: str, ours: Side, other: Side) -> float:
    """The median of the rounds."""
    return statistics.median(_cost(path, *ours) / _cost(path, *other) for _ in range(ROUNDS))


def _cost(path: str, url: str, pid: int) -> float:
    """Nanoseconds of its main thread that one request takes the process."""
    before = _spent(pid)
    answered = asyncio.run(_hurried(url, path))
    return (_spent(pid) - before) / answered


def _spent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


async def _hurried(url: str, path: str) -> int:
    """How many requests are answered in a round."""
    connections = [await connect(url) for _ in range(HURRIED)]
    until = time.monotonic() + ROUND_LASTS
    return sum(await asyncio.gather(*(_read_until(each, path, until) for each in connections)))


async def _read_until(connection: Connection, path: str, until: float) -> int:
    answered = 0
    while time.monotonic() < until:
        await _read(connection, path)
        answered += 1
    connection[1].close()
    return answered


async def _read(connection: Connection, path: str, accepted: str = "identity") -> None:
    if await ask(connection, path, accepted) != 200:
        raise RuntimeError(f"{path} was not answered")


def serve_bare(url: str) -> None:
    """What is at each path of the server now, with its type and no other header, until we are ended."""
    app = web.Application()
    for path in PATHS.values():
        with urlopen(url + path) as response:
            app.router.add_get(path, _answering(response.read(), response.headers["Content-Type"]))
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    web.run_app(app, sock=listening, access_log=None, print=None)


def _answering(body: bytes, content_type: str) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": content_type})

    return answer


if __name__ == "__main__":
    serve_bare(sys.argv[1])
