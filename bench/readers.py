"""Steady readers: are probes late, how long do readers wait, and what does one cost beside a bare handler?"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.request import urlopen

from aiohttp import web
from aiohttp.typedefs import Handler

from bench.daemon import child, config_of, listens, scraped

READERS, REQUESTS = 50, 2_000  # connections, and requests a second on all of them
PROBES, INTERVAL = 100, 2  # a run every 20 ms
LASTS = 30  # seconds
ROUNDS, ROUND_LASTS = 41, 0.5  # in which both sides are asked in turn; seconds for each
HURRIED = 8  # connections of a round
PATHS = {"API": "/api/v1/status", "page": "/"}

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Side: TypeAlias = tuple[str, int]  # its address, and the id of its process


def measure() -> list[Mapping[str, float]]:
    """One row; takes two and a half minutes."""
    with daemon(PROBES, INTERVAL) as (url, _):
        load = asyncio.run(_paced(url))
    with daemon(PROBES, 3_600) as ours, bare(ours[0]) as other:
        ratios = {f"CPU / bare, {name}": _ratio(path, ours, other) for name, path in PATHS.items()}
    return [{"requests/s": REQUESTS, **load, **ratios}]


@contextmanager
def daemon(probes: int, interval: int) -> Iterator[Side]:
    """A daemon with so many probes; the interval is in seconds."""
    core = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as directory, child("-m", "bench.target") as target:
        assert target.stdout is not None
        config = config_of(probes, interval, int(target.stdout.readline()))
        config["defaults"] |= {"timeout": "1s", "recheck_interval": "1s"}  # neither may be longer than the interval
        file = Path(directory) / "probes.yaml"
        file.write_text(json.dumps(config))
        arguments = ("run", "--config", str(file), "--data", f"{directory}/data", "--listen", "127.0.0.1:0")
        with child("-m", "monitor", *arguments, core=core) as process:
            yield listens(process), process.pid


@contextmanager
def bare(url: str) -> Iterator[Side]:
    """A server of bare aiohttp handlers on the core of the daemon, with the same answers."""
    with child("-m", "bench.readers", url, core=min(os.sched_getaffinity(0))) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}", process.pid


async def _paced(url: str) -> Mapping[str, float]:
    """All readers for as long as it lasts, while the daemon counts how late its probes are."""
    connections = [await _connect(url) for _ in range(READERS)]
    before = await asyncio.to_thread(scraped, url)
    begins = time.monotonic() + 1
    reading = [_read_on_grid(each, begins + number / REQUESTS) for number, each in enumerate(connections)]
    waits = sorted(wait for each in await asyncio.gather(*reading) for wait in each)
    after = await asyncio.to_thread(scraped, url)
    runs = after["runs"] - before["runs"]
    return {
        "answered": len(waits),
        "median ms": 1_000 * statistics.median(waits),
        "p99 ms": 1_000 * waits[len(waits) * 99 // 100],
        "runs": int(runs),
        "late over 20 ms %": 100 * (1 - (after["on time"] - before["on time"]) / runs),
    }


async def _read_on_grid(connection: Connection, begins: float) -> list[float]:
    """Seconds from each point of the grid to the end of the answer, so that a wait also counts for who comes next."""
    asked = [_request(path, "gzip") for path in PATHS.values()]
    waits = []
    for number in range(LASTS * REQUESTS // READERS):
        due = begins + number * READERS / REQUESTS
        await asyncio.sleep(due - time.monotonic())
        await _ask(connection, asked[number % len(asked)])
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
    connections = [await _connect(url) for _ in range(HURRIED)]
    until = time.monotonic() + ROUND_LASTS
    return sum(await asyncio.gather(*(_read_until(each, _request(path), until) for each in connections)))


async def _read_until(connection: Connection, request: bytes, until: float) -> int:
    answered = 0
    while time.monotonic() < until:
        await _ask(connection, request)
        answered += 1
    connection[1].close()
    return answered


async def _connect(url: str) -> Connection:
    host, port = url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port), limit=2**20)


def _request(path: str, accepted: str = "identity") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: {accepted}\r\n\r\n".encode()


async def _ask(connection: Connection, request: bytes) -> None:
    reader, writer = connection
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{request!r} was answered {head!r}")
    _, _, length = head.partition(b"Content-Length: ")
    await reader.readexactly(int(length.partition(b"\r\n")[0]))


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
