"""Many who listen to the stream while probes run and events happen: are probes late, and how soon are all told?"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.daemon import child, config_of, listens, resident_megabytes, scraped
from monitor.commands.control import ask

LISTENERS = 2_000
PROBES, INTERVAL = 100, 2  # a run every 20 ms
EVENTS = 20  # one every second
ASKED = b"GET /api/v1/stream HTTP/1.1\r\nHost: bench\r\n\r\n"


def measure() -> list[Mapping[str, float]]:
    """One row; takes about a minute."""
    core = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as directory, child("-m", "bench.target") as target:
        assert target.stdout is not None
        config = Path(directory) / "probes.yaml"
        wanted = config_of(PROBES, INTERVAL, int(target.stdout.readline()))
        wanted["defaults"] |= {"timeout": "1s", "recheck_interval": "1s"}  # neither may be longer than the interval
        config.write_text(json.dumps(wanted))
        data = Path(directory) / "data"
        arguments = ("run", "--config", str(config), "--data", str(data), "--listen", "127.0.0.1:0")
        with child("-m", "monitor", *arguments, core=core) as daemon:
            url = listens(daemon)
            alone = resident_megabytes(daemon.pid)
            told = asyncio.run(_listened(url, data))
            after = resident_megabytes(daemon.pid)
    return [{"listeners": LISTENERS, **told, "MB for them": after - alone}]


async def _listened(url: str, data: Path) -> Mapping[str, float]:
    host, port = url.removeprefix("http://").split(":")
    listening = [await asyncio.open_connection(host, int(port)) for _ in range(LISTENERS)]
    for _, writer in listening:
        writer.write(ASKED)
    for reader, _ in listening:
        await reader.readuntil(b"event: snapshot")
    before, delays = await asyncio.to_thread(scraped, url), list[float]()
    for number in range(EVENTS):
        heard = [asyncio.ensure_future(reader.readuntil(b"event: maintenance.scheduled")) for reader, _ in listening]
        await asyncio.sleep(1)
        began = time.monotonic()
        await asyncio.to_thread(_happens, data, number)
        await asyncio.wait_for(asyncio.gather(*heard), 30)
        delays.append(time.monotonic() - began)
    after = await asyncio.to_thread(scraped, url)
    for _, writer in listening:
        writer.close()
    runs = after["runs"] - before["runs"]
    return {
        "all told after s (median)": sorted(delays)[EVENTS // 2],
        "(worst)": max(delays),
        "runs": int(runs),
        "late over 20 ms %": 100 * (1 - (after["on time"] - before["on time"]) / runs),
    }


def _happens(data: Path, number: int) -> None:
    """The smallest thing that can happen: maintenance far away becomes known."""
    window = {"title": f"Window {number}", "components": ["c0"], "starts": "2099-01-01T00:00:00Z", "duration": "1h"}
    ask(data, "POST", "/api/v1/maintenances", window)
