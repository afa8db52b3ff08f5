"""Crowds of readers, and callers who trickle or send far too much."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import aiohttp

from exporter.socketfile import CONTROL_SOCKET
from monitor.core.model import SECOND
from tests.torture.gauges import OwnLag, Reading, observe, read
from tests.torture.punctuality import punctuality
from tests.torture.running import LOOKS_AGAIN, UNREACHABLE, Running
from tests.torture.scorecard import Scale, Score, Unavailable
from tests.torture.siege import SLOW_BODY, SLOW_HEADERS, Siege
from tests.torture.world import DEFAULTS, World, meanwhile, world

INTERVAL = 2 * SECOND
TIMEOUT = 1.0  # seconds
PACE = {**DEFAULTS, "interval": "2s", "timeout": "1s", "recheck_interval": "500ms", "slow_after": "900ms"}
SLOW, LARGE = 500, 5  # callers who trickle, and who send too much
READERS, PART_READERS = 2_000, 200  # a second
LASTS, PART_LASTS = 60, 5  # seconds
READS_EVERY, SCRAPES_EVERY, ASKS_EVERY = 0.1, 0.1, 0.1  # seconds
DOORS = 256  # connections that a daemon of so few descriptors takes
FEW_DESCRIPTORS = 128 + DOORS
CROWD = 300  # slow bodies before so few doors
FRESH = {"Connection": "close"}
OK = 200
NOTHING, TOO_SLOW = 0, -1  # in place of a status

SCRAPED_WITHIN = 0.2  # seconds, at the 99th percentile, as are the next two
READ_WITHIN = 0.5
LATE_BY = 0.1
MORE_MEMORY = 64.0  # MB
MORE_DESCRIPTORS = 5
BACK_WITHIN = 30.0  # seconds after the siege
ANSWERED = 0.99  # of all readers
REFUSALS = ("400", "408", "413", "414", "431", "closed")


@dataclass
class _Siege:
    """What was seen while it went on. Waits are in seconds."""

    before: Reading
    own_lag: OwnLag = field(default_factory=OwnLag)
    readings: list[Reading] = field(default_factory=list)
    scrapes: list[float] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)


async def run(scale: Scale) -> Score:
    if shutil.which("prlimit") is None:
        raise Unavailable("prlimit is missing, which lets a daemon have few descriptors")
    lasts = scale.trials(PART_LASTS, LASTS)
    async with world(components=20, probes=5, defaults=PACE) as around:
        async with around.daemon() as daemon:
            await _settled(daemon)
            siege = _Siege(read(daemon.pid))
            trials = await _crowds(daemon, siege, scale, lasts)
            await _back(daemon, siege)
            siege.lost += await _ended(daemon)
        async with _few_doors(around) as daemon:
            trials += await _slow_bodies(around, daemon, siege, lasts)
            siege.lost += await _ended(daemon)
        siege.lost += around.faults()
        runs = punctuality(around.data, INTERVAL)
    siege.lost += scale.judged("the 99th percentile of starts", [_p99(runs.late)], LATE_BY)
    siege.lost += siege.own_lag.unexcused(runs.wrong, TIMEOUT)
    siege.figures["runs"] = ", ".join(f"{count} {verdict}" for verdict, count in runs.verdicts.items())
    siege.figures["late"] = f"p99 {_p99(runs.late):.3f} s, at most {max(runs.late):.3f} s"
    siege.figures["we ourselves were late by"] = f"{siege.own_lag.most:.2f} s"
    return Score(trials, siege.lost, siege.figures)


async def _settled(daemon: Running) -> None:
    """Until all probes have run and are on their grid."""
    await daemon.ready()
    async with asyncio.timeout(daemon.patience):
        while (await daemon.ask("GET", "/api/v1/status"))[1]["status"] != "operational":
            await asyncio.sleep(LOOKS_AGAIN)


async def _ended(daemon: Running) -> list[str]:
    code = await daemon.terminated()
    return [f"it left with {code}; {daemon.last_words}"] if code else []


# ── crowds ───────────────────────────────────────────────────────────────────────────────────────────


async def _crowds(daemon: Running, siege: _Siege, scale: Scale, lasts: int) -> int:
    """All at once: readers, callers who trickle, and some who send far too much. How many of the latter came."""
    host, port = _address(daemon)
    callers = Siege((host, port))
    readers = scale.trials(PART_READERS, READERS)
    async with meanwhile(
        siege.own_lag.watch(),
        observe(daemon.pid, siege.readings, READS_EVERY),
        _scrape(daemon, siege),
        *(callers.trickle(SLOW_HEADERS) for _ in range(SLOW)),
        *(callers.overwhelm() for _ in range(LARGE)),
    ):
        told = await _read(host, port, readers, lasts)
    held = max(reading.descriptors for reading in siege.readings) - siege.before.descriptors
    assert held > SLOW, f"only {held} connections were held at a time"
    siege.lost += _of_readers(scale, told, readers * lasts)
    siege.lost += scale.judged("the 99th percentile of /metrics", [_p99(siege.scrapes)], SCRAPED_WITHIN)
    wrong = {end: count for end, count in callers.ended.items() if ": " in end and not end.endswith(REFUSALS)}
    siege.lost += [f"{count} times, {end}" for end, count in wrong.items()]
    grown = max(reading.resident for reading in siege.readings) - siege.before.resident
    if grown > MORE_MEMORY:
        siege.lost.append(f"its memory grew by {grown:.0f} MB, which may be {MORE_MEMORY:.0f}")
    siege.figures |= {
        "its main thread": _share(siege.before, siege.readings[-1]),
        "readers": f"{told['answered']} answered, {told['refused']} not, p99 {told['p99']:.3f} s",
        "/metrics": f"{len(siege.scrapes)} times, p99 {_p99(siege.scrapes):.3f} s",
        "callers": ", ".join(f"{count} {how}" for how, count in (callers.came + callers.ended).items()),
        "memory": f"{siege.before.resident:.0f} MB, and {grown:.0f} more at most",
        "descriptors": f"{siege.before.descriptors}, and {held} more at most",
    }
    return callers.came.total()


async def _read(host: str, port: int, rate: int, lasts: int) -> Any:
    """What readers from a process of their own say of how it went."""
    command = (sys.executable, "-m", "tests.torture.readers", host, str(port), str(rate), str(lasts))
    readers = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        output, _ = await readers.communicate()
    finally:
        if readers.returncode is None:
            readers.kill()
            await readers.wait()
    return json.loads(output)


async def _scrape(daemon: Running, siege: _Siege) -> None:
    """On a connection of its own each time."""
    while True:
        began = time.monotonic()
        status = await _asked(daemon, "/metrics")
        siege.scrapes.append(time.monotonic() - began)
        if status not in (OK, TOO_SLOW):  # how slow it was is judged by itself
            siege.lost.append(f"/metrics was answered {status or 'nothing'}")
        await asyncio.sleep(SCRAPES_EVERY)


def _of_readers(scale: Scale, told: Any, wanted: int) -> list[str]:
    lost = scale.judged("the 99th percentile of readers", [told["p99"]], READ_WITHIN)
    if told["refused"]:
        lost.append(f"{told['refused']} readers were not answered")
    if not scale.part and told["answered"] < ANSWERED * wanted:
        lost.append(f"only {told['answered']} of {wanted} readers were answered in time")
    return lost


async def _back(daemon: Running, siege: _Siege) -> None:
    """Its descriptors are back to where they were, some time after all have gone."""
    bound = siege.before.descriptors + MORE_DESCRIPTORS
    began = time.monotonic()
    while (now := read(daemon.pid).descriptors) > bound and time.monotonic() - began < BACK_WITHIN:
        await asyncio.sleep(LOOKS_AGAIN)
    if now > bound:
        siege.lost.append(f"{BACK_WITHIN:g} s after all had gone, {now} descriptors were open instead of {bound}")
    siege.figures["descriptors back"] = f"after {time.monotonic() - began:.2f} s"


# ── few doors ────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _few_doors(around: World) -> AsyncIterator[Running]:
    """A daemon that may hold so few descriptors that callers can take all its connections."""
    async with around.daemon(wrapper=("prlimit", f"--nofile={FEW_DESCRIPTORS}")) as daemon:
        await _settled(daemon)
        yield daemon


async def _slow_bodies(around: World, daemon: Running, siege: _Siege, lasts: int) -> int:
    """More of them than there are doors; whoever comes is let in. How many slow bodies came."""
    callers = Siege(_address(daemon))
    before = read(daemon.pid).descriptors
    readings: list[Reading] = []
    async with meanwhile(
        siege.own_lag.watch(),
        observe(daemon.pid, readings, READS_EVERY),
        *(callers.trickle(SLOW_BODY) for _ in range(CROWD)),
    ):
        async with asyncio.timeout(daemon.patience):
            while not readings or readings[-1].descriptors < before + DOORS - MORE_DESCRIPTORS:
                await asyncio.sleep(LOOKS_AGAIN)
        until = time.monotonic() + lasts
        while time.monotonic() < until:
            await _ask_all(around, daemon, siege)
            await asyncio.sleep(ASKS_EVERY)
    if siege.asked.get("kept out"):
        siege.lost.append(f"slow bodies kept others out {siege.asked['kept out']} times")
    siege.figures["beside slow bodies"] = ", ".join(f"{count} {how}" for how, count in siege.asked.items())
    siege.figures["slow bodies"] = f"{callers.came.total()}, of which {callers.ended.total()} were thrown out"
    return callers.came.total()


async def _ask_all(around: World, daemon: Running, siege: _Siege) -> None:
    for path in ("/livez", "/metrics", "/api/v1/status"):
        status = await _asked(daemon, path)
        how = {OK: path, TOO_SLOW: f"too slow of {path}"}.get(status, "kept out")
        siege.asked[how] = siege.asked.get(how, 0) + 1
    connector = aiohttp.UnixConnector(str(around.data / CONTROL_SOCKET))
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get("http://localhost/keys") as answer:
            how = "control socket" if answer.status == OK else "kept out"
    siege.asked[how] = siege.asked.get(how, 0) + 1


async def _asked(daemon: Running, path: str) -> int:
    """The status of the answer on a new connection, if there was one."""
    try:
        status, _ = await daemon.ask("GET", path, headers=FRESH)
    except TimeoutError:
        return TOO_SLOW
    except UNREACHABLE:
        return NOTHING
    return status


def _share(before: Reading, after: Reading) -> str:
    """Whether it was slow, or had no core: then the times say nothing of it."""
    lasted = after.at - before.at
    ran, waited = (after.ran - before.ran) / lasted, (after.waited - before.waited) / lasted
    return f"ran {ran:.0%} of the time, and {waited:.0%} others had the cores"


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[-1]


def _address(daemon: Running) -> tuple[str, int]:
    host, _, port = daemon.url.removeprefix("http://").partition(":")
    return host, int(port)
