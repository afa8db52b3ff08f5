"""CPU for each probe of the whole daemon, beside bare clients that ask the same at the same pace, in turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.rig import bare
from bench.rig.costs import cpu_seconds
from bench.rig.daemons import config_of, daemon, now, settles
from bench.rig.figures import Asked, Row, progress
from bench.rig.punctuality import Watched, punctuality
from bench.rig.target import Target, target
from monitor.clock import DaemonClock
from monitor.core.model import SECOND
from monitor.probers import Probers
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings

ASK = ("daemon", "aiohttp", "protocol")  # in this order, and the next time in the opposite one
ROUNDS = 2
LASTS = 6  # seconds, or an interval where that is longer
DECIDES = 0.5  # seconds until the last run of the window is over and written down


class Case(NamedTuple):
    scheme: str
    probes: int
    interval: int  # seconds

    @property
    def lasts(self) -> int:
        return max(LASTS // self.interval, 1) * self.interval


CASES = (
    Case("http", 100, 1),
    Case("http", 1_000, 1),
    Case("http", 5_000, 10),
    Case("https", 100, 1),
    Case("https", 1_000, 3),
    Case("https", 5_000, 10),
)

ASKED = (Asked(column="late p99 ms", most=20), Asked(column="dropped", most=0), Asked(column="not passed", most=0))


def measure() -> Sequence[Row]:
    """A row for each case; takes about seven minutes."""
    return [_row(case) for case in CASES]


def _row(case: Case) -> Row:
    rounds = [_round(case, number) for number in range(ROUNDS)]
    ours, aiohttp, protocol = (mean(each) for each in zip(*(costs for costs, _ in rounds), strict=True))
    return {
        **case._asdict(),
        "daemon ms": ours,
        "aiohttp ms": aiohttp,
        "protocol ms": protocol,
        "daemon / aiohttp": ours / aiohttp,
        "daemon / protocol": ours / protocol,
        "dropped": sum(int(row["dropped"]) for _, row in rounds),
        "not passed": sum(int(row["not passed"]) for _, row in rounds),
        "late p99 ms": max(row["late p99 ms"] for _, row in rounds),
    }


def _round(case: Case, number: int) -> tuple[tuple[float, float, float], Row]:
    """CPU ms for each probe of the daemon and of both clients, every other time in the opposite order."""
    progress(f"{case.scheme}, {case.probes:,} probes every {case.interval} s, round {number + 1} of {ROUNDS}")
    pace = bare.Pace(case.probes, case.interval, LASTS)
    costs: dict[str, float] = {}
    row: Row = {}
    with target(case.scheme) as asked:
        request = asyncio.run(_request(asked))
        for who in ASK if number % 2 == 0 else reversed(ASK):
            if who == "daemon":
                costs[who], row = _daemon(case, asked)
            else:
                costs[who] = bare.milliseconds_a_probe(who, asked, request, pace)
    return (costs["daemon"], costs["aiohttp"], costs["protocol"]), row


def _daemon(case: Case, asked: Target) -> tuple[float, Row]:
    """CPU ms for each probe, and how punctual they were."""
    with TemporaryDirectory() as directory:
        with daemon(config_of(case.probes, case.interval, asked), Path(directory)) as running:
            time.sleep(settles(case.probes, case.interval))
            since, spent = now(), cpu_seconds(running.pid)
            time.sleep(case.lasts)
            spent, until = cpu_seconds(running.pid) - spent, since + case.lasts * SECOND
            time.sleep(DECIDES)
        row = punctuality(running.data, Watched(case.probes, case.interval * SECOND, since, until))
    return spent * SECOND / float(row["runs"]), row


async def _request(asked: Target) -> bytes:
    """What a probe of the target sends, byte by byte."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    async with server, Probers(DaemonClock(), str) as probers:
        settings = ProbeSettings(
            id="c0/p0",
            target=HttpTarget(url=f"http://127.0.0.1:{port}/"),
            expect=Expect(),
            timeout=SECOND,
            slow_after=SECOND,
        )
        await probers.prober(settings).run()
    host = asked.url.split("/")[2]
    return (await heard).replace(f"127.0.0.1:{port}".encode(), host.encode())
