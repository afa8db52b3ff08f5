"""Many who listen to the stream while probes run and events happen: are probes late, and how soon are all told?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from bench.rig.costs import resident_megabytes
from bench.rig.daemons import probing, scraped
from bench.rig.figures import Row
from monitor.commands.control import ask

LISTENERS = 2_000
PROBES, INTERVAL = 100, 2  # a run every 20 ms
EVENTS = 15  # one every second
ASKED = b"GET /api/v1/stream HTTP/1.1\r\nHost: bench\r\n\r\n"


def measure() -> Sequence[Row]:
    """One row; takes about half a minute."""
    with probing(PROBES, INTERVAL) as running:
        alone = resident_megabytes(running.pid)
        told = asyncio.run(_listened(running.url, running.data))
        after = resident_megabytes(running.pid)
    return [{"listeners": LISTENERS, **told, "MB for them": after - alone}]


async def _listened(url: str, data: Path) -> Row:
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
