"""Latencies are the network's: not those of our own busy loop."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import threading
import time
from pathlib import Path
from statistics import median

import pytest

from monitor.core.model import Phases, Reason, Verdict
from monitor.probers.wire.phases import Hop, duration, phases
from monitor.probers.wire.sockets import SO_TIMESTAMPNS, arrival, stamp_arrivals
from tests.monitor.probers.asking import ask, probers, settings
from tests.monitor.probers.busy import BLOCK, BusyLoop
from tests.monitor.probers.certificates import Authority
from tests.monitor.probers.servers import answer, http_server, late

LIMIT = 300_000  # µs; an honest answer on loopback takes a hundredth of it
LATE = 0.1
RUNS = 3  # the kernel forgets to stamp only after the first few
MS = 1_000_000  # ns


async def test_a_busy_loop_never_shows_as_latency() -> None:
    begun = time.monotonic()
    with http_server(*[BusyLoop().answer_meanwhile for _ in range(RUNS)]) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url))
            results = [await prober.run() for _ in range(RUNS)]
    assert time.monotonic() - begun > RUNS * BLOCK
    assert {result.verdict for result in results} == {Verdict.PASS}
    assert all(0 < result.phases.latency < LIMIT for result in results)


async def test_a_busy_loop_does_not_show_as_latency_under_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with http_server(BusyLoop().answer_meanwhile, context=authority.server()) as server:
        probe = settings(f"https://localhost:{server.port}/")
        result = await ask(probe, cafile=authority.cafile)
    assert result.verdict is Verdict.PASS
    assert 0 < result.phases.latency < LIMIT


async def test_a_target_that_takes_20_ms_reads_so_while_the_loop_is_busy_two_fifths_of_the_time() -> None:
    busy, took = BusyLoop(lasts=0.014), list[float]()

    def handler(connection: socket.socket) -> None:
        asked = time.monotonic()
        threading.Event().wait(0.015)
        busy.begin()
        threading.Event().wait(asked + 0.02 - time.monotonic())
        took.append((time.monotonic() - asked) * 1_000_000)  # it is late itself where the machine is busy
        connection.sendall(answer(200, b"hi"))

    with http_server(handler) as server:
        async with probers() as shared:
            prober = shared.prober(settings(server.url))
            results = [await prober.run() for _ in range(21)]
    assert {result.verdict for result in results} == {Verdict.PASS}
    more = [(result.phases.processing or 0) - own for result, own in zip(results, took, strict=True)]
    assert min(took) >= 20_000
    assert 0 <= median(more) < 2_000  # by our loop's clock they would be 9,000


async def test_a_loop_busy_during_the_handshake_does_not_show_as_latency(tmp_path: Path) -> None:
    authority, busy = Authority(tmp_path), BusyLoop()
    context = authority.server()
    context.sni_callback = busy.begin  # called when the client's first words arrived
    with http_server(answer(), context=context) as server:
        probe = settings(f"https://localhost:{server.port}/")
        result = await ask(probe, cafile=authority.cafile)
    assert result.verdict is Verdict.PASS
    assert 0 < (result.phases.tls or 0) < LIMIT


async def test_session_tickets_are_not_the_first_byte_of_the_answer(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with http_server(late(answer(), LATE), context=authority.server()) as server:
        result = await ask(settings(f"https://localhost:{server.port}/"), cafile=authority.cafile)
    assert result.verdict is Verdict.PASS
    assert (result.phases.processing or 0) >= LATE * 1_000_000


async def test_a_body_that_only_the_end_of_the_connection_ends_lasts_until_then() -> None:
    def handler(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nhi")
        threading.Event().wait(LATE)

    with http_server(handler) as server:
        result = await ask(settings(server.url, slow_after=50))
    assert (result.phases.transfer or 0) >= LATE * 1_000_000
    assert (result.verdict, result.reason) == (Verdict.SLOW, Reason.LATENCY)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stamps")
async def test_once_the_kernel_stamps_it_goes_on_between_the_runs() -> None:
    async with probers():
        stamps = [await asyncio.to_thread(stamp_of_a_connection) for _ in range(20)]
    assert all(stamps[stamps.index(True) :])


def stamp_of_a_connection() -> bool:
    """Whether a byte on a connection of its own came with a stamp."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        stamp_arrivals(client)
        client.connect(listener.getsockname())
        with listener.accept()[0] as server:
            server.send(b"x")
            threading.Event().wait(0.02)  # as rare as runs are: the kernel forgets only then
            _, ancillary, _, _ = client.recvmsg(1, 64)
    return bool(ancillary)


# ── phases of what was written down ──────────────────────────────────────────────────────────────────


def hop(**happened: object) -> Hop:
    return Hop("http://api.test/", "api.test", **happened)  # type: ignore[arg-type]


WHOLE = {
    "resolving": 10 * MS,
    "resolved": 12 * MS,
    "dialling": 20 * MS,
    "dialled": 20 * MS,
    "established": 24 * MS,
    "sent": 30 * MS,
    "first_byte": 35 * MS,
    "finished": 36 * MS,
}


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        ([hop()], Phases()),
        ([hop(**WHOLE)], Phases(2_000, 4_000, None, 5_000, 1_000)),
        ([hop(**WHOLE), hop(**WHOLE)], Phases(4_000, 8_000, None, 10_000, 2_000)),
        ([hop(**WHOLE | {"round_trip": 3 * MS})], Phases(2_000, 3_000, None, 5_000, 1_000)),
        ([hop(**WHOLE | {"round_trip": 9 * MS})], Phases(2_000, 4_000, None, 5_000, 1_000)),
        ([hop(**WHOLE | {"first_byte": 29 * MS})], Phases(2_000, 4_000, None, 0, 7_000)),
        ([hop(handshaking=10 * MS, secured=50 * MS, waited=30 * MS)], Phases(tls=10_000)),
    ],
    ids=[
        "nothing",
        "whole",
        "two hops",
        "kernel knows better",
        "kernel is wrong",
        "early answer",
        "handshake waited",
    ],
)
def test_phases_are_what_lies_between_the_marks(hops: list[Hop], expected: Phases) -> None:
    assert phases(hops) == expected


@pytest.mark.parametrize(
    ("happened", "milliseconds"),
    [
        (WHOLE, 2 + 4 + 1),
        (WHOLE | {"round_trip": 3 * MS}, 2 + 1),
        (WHOLE | {"round_trip": 3 * MS, "stamped": False}, 2 + 5 + 1),
        (WHOLE | {"round_trip": 3 * MS, "stamped": False, "proxied": True}, 2 + 3 + 5 + 1),
        ({"handshaking": 10 * MS, "secured": 50 * MS}, 0),
        ({"handshaking": 10 * MS, "secured": 50 * MS, "stamped": False}, 40),
    ],
    ids=[
        "no round trip",
        "all by the kernel",
        "no stamps",
        "no stamps from a proxy",
        "a stamped handshake",
        "a handshake without stamps",
    ],
)
def test_phases_are_on_our_clock_where_the_kernel_does_not_tell(
    happened: dict[str, object], milliseconds: int
) -> None:
    assert hop(**happened).on_our_clock() == milliseconds * MS


def test_bytes_that_arrived_when_they_were_read_had_no_stamp() -> None:
    asked = hop()
    asked.receive(arrived=1, now=2)
    assert asked.stamped
    asked.receive(arrived=3, now=3)
    asked.receive(arrived=4, now=5)
    assert not asked.stamped


def test_the_phase_that_was_going_on_counts_up_to_the_end() -> None:
    assert phases([hop(resolving=10 * MS)], until=110 * MS) == Phases(resolve=100_000)
    assert phases([hop(dialling=10 * MS)], until=110 * MS) == Phases(connect=100_000)


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [
        (25_000, "0.025 ms"),
        (12 * MS, "12 ms"),
        (999_999_999, "1 s"),
        (2_312 * MS, "2.31 s"),
        (10_000 * MS, "10 s"),
    ],
)
def test_durations_are_spoken_briefly(nanoseconds: int, words: str) -> None:
    assert duration(nanoseconds) == words


# ── the kernel's stamp ───────────────────────────────────────────────────────────────────────────────


def stamped(age: int) -> list[tuple[int, int, bytes]]:
    """What the kernel tells of bytes that arrived so many ns ago."""
    at = time.time_ns() - age
    return [(socket.SOL_SOCKET, SO_TIMESTAMPNS, struct.pack("@ll", at // 1_000_000_000, at % 1_000_000_000))]


def test_the_kernel_says_when_bytes_arrived() -> None:
    arrived = arrival(stamped(40 * MS), earliest=0, now=100_000 * MS)
    assert arrived == pytest.approx(99_960 * MS, abs=20 * MS)


@pytest.mark.parametrize("ancillary", [[], stamped(-3_600_000 * MS), stamped(3_600_000 * MS)])
def test_without_a_stamp_that_can_be_true_bytes_arrived_when_they_were_read(
    ancillary: list[tuple[int, int, bytes]],
) -> None:
    assert arrival(ancillary, earliest=99_000 * MS, now=100_000 * MS) == 100_000 * MS
