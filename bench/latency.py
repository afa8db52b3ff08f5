"""What a target that takes 20 ms is said to take while our own loop is blocked for two fifths of the time."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Sequence
from struct import Struct

from bench.rig.children import child
from bench.rig.cores import MEASURED
from bench.rig.figures import Asked, Row, percentile
from monitor.clock import DaemonClock
from monitor.core.model import SECOND
from monitor.probers import Probers
from monitor.probers.settings import Expect, HttpTarget, ProbeSettings

RUNS = 200
TAKES = 0.020  # seconds from the request's arrival to the answer
BLOCKED, FREE = 0.020, 0.030  # seconds, in turn
SPUN = 0.001  # seconds before the end in which the target sleeps no more, so that it is on time
SO_TIMESTAMPNS = 35  # Linux; the socket module does not name it
TIMESPEC = Struct("@ll")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

# On a machine that others use, too, the target itself may be late: so what it really took is told beside.
ASKED = (
    Asked(column="min ms", least=20, most=22),
    Asked(column="p50 ms", least=20, most=22),
    Asked(column="most beyond ms", most=2),
)


def measure() -> Sequence[Row]:
    """A row with the loop free and one with it blocked; takes a quarter of a minute."""
    return [_row(loop) for loop in ("free", "blocked")]


def _row(loop: str) -> Row:
    with child("-m", "bench.latency") as asked:
        with child("-m", "bench.latency", asked.said(), loop, cores=MEASURED) as watch:
            seen = json.loads(watch.said())
        took = [float(asked.said()) for _ in seen]
    beyond = max(one - other for one, other in zip(seen, took, strict=True))
    seen.sort()
    return {
        "loop": loop,
        "runs": len(seen),
        "min ms": seen[0],
        "p50 ms": percentile(seen, 50),
        "max ms": seen[-1],
        "target max ms": max(took),
        "most beyond ms": beyond,
    }


# ── in the process that asks ─────────────────────────────────────────────────────────────────────────


async def watched(port: int, loop: str) -> list[float]:
    """ms in processing, run by run."""
    blocking = asyncio.create_task(block()) if loop == "blocked" else None
    settings = ProbeSettings(
        id="api/health",
        target=HttpTarget(url=f"http://127.0.0.1:{port}/"),
        expect=Expect(),
        timeout=SECOND,
        slow_after=SECOND,
    )
    async with Probers(DaemonClock(), str) as probers:
        prober = probers.prober(settings)
        results = [await prober.run() for _ in range(RUNS)]
    if blocking is not None:
        blocking.cancel()
    return [(result.phases.processing or 0) / 1_000 for result in results]


async def block() -> None:
    while True:
        until = time.monotonic() + BLOCKED
        while time.monotonic() < until:
            pass
        await asyncio.sleep(FREE)


# ── in the process that is asked, which tells what it really took ───────────────────────────────────


def serve() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)  # its connections inherit that
    print(listening.getsockname()[1], flush=True)
    while True:
        connection, _ = listening.accept()
        with connection:
            arrived = arrival(connection)
            answer(connection, arrived)
            print((time.time() - arrived) * SECOND, flush=True)


def arrival(connection: socket.socket) -> float:
    """When the request arrived, as the kernel says; now if it says nothing."""
    _, ancillary, _, _ = connection.recvmsg(65_536, socket.CMSG_SPACE(TIMESPEC.size))
    for _, _, stamp in ancillary:
        seconds, nanoseconds = TIMESPEC.unpack(stamp)
        return float(seconds + nanoseconds / 1e9)
    return time.time()


def answer(connection: socket.socket, arrived: float) -> None:
    due = arrived + TAKES
    time.sleep(max(0.0, due - SPUN - time.time()))
    while time.time() < due:
        pass
    connection.sendall(ANSWER)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(asyncio.run(watched(int(sys.argv[1]), sys.argv[2]))), flush=True)
    else:
        serve()
