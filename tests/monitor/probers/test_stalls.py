"""What a run comes to when our own loop stood still meanwhile."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable

import pytest
from aiohttp.abc import ResolveResult

from monitor.core.model import Reason, Verdict
from monitor.probers.stalls import EVERY, LEAST, Stalls, tolerated
from monitor.probers.wire.phases import MILLISECOND
from tests.monitor.probers.asking import Names, ask, settings
from tests.monitor.probers.busy import BLOCK, BusyLoop
from tests.monitor.probers.servers import Server, answer, hang, http_server

BLOCK_MS = int(BLOCK * 1_000)
PAST_DEADLINE = BLOCK_MS - 250  # a timeout that passes while the loop is busy
BEFORE_DEADLINE = BLOCK_MS + 250  # one that passes soon after
PATIENT = 2_000


async def test_a_timeout_that_came_late_is_ours_though_the_answer_was_there() -> None:
    with http_server(BusyLoop().answer_meanwhile) as server:
        result = await ask(settings(server.url, timeout=PAST_DEADLINE))
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)
    assert result.detail.startswith("our own loop stood still for ")
    assert result.detail.endswith(" ms; this says nothing about the target")
    assert not result.stalled


async def test_a_timeout_soon_after_a_stall_is_ours() -> None:
    busy = BusyLoop()

    def handler(connection: socket.socket) -> None:
        busy.begin()
        hang(connection)

    with http_server(handler) as server:
        result = await ask(settings(server.url, timeout=BEFORE_DEADLINE))
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)


@pytest.mark.parametrize(
    ("words", "verdict", "reason"),
    [
        (answer(), Verdict.PASS, None),
        (answer(503), Verdict.FAIL, Reason.HTTP_STATUS),
        (b"", Verdict.FAIL, Reason.RESET),
    ],
)
async def test_what_a_stall_cannot_have_changed_keeps_its_verdict_and_is_marked(
    words: bytes, verdict: Verdict, reason: Reason | None
) -> None:
    busy = BusyLoop()

    def handler(connection: socket.socket) -> None:
        busy.begin()
        connection.sendall(words)

    with http_server(handler) as server:
        result = await ask(settings(server.url, timeout=PATIENT))
    assert (result.verdict, result.reason, result.stalled) == (verdict, reason, True)


class Looking(Names):
    """Looks a name up while the loop stands still, and then for a while on its own account."""

    def __init__(self, begin: Callable[[], None], own: float) -> None:
        super().__init__({"api.test": ("127.0.0.1",)})
        self._begin, self._own = begin, own

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        await asyncio.to_thread(self._begin)
        await asyncio.to_thread(threading.Event().wait, self._own)
        return await super().resolve(host, port, family)


def named(server: Server) -> str:
    return f"http://api.test:{server.port}/"


async def test_a_run_that_is_slow_only_by_a_stall_is_ours() -> None:
    names = Looking(BusyLoop().begin, own=0)
    with http_server(answer()) as server:
        probe = settings(named(server), timeout=PATIENT, slow_after=BLOCK_MS // 2)
        result = await ask(probe, resolver=names)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, Reason.STALL)


async def test_a_run_that_would_be_slow_without_the_stall_is_slow() -> None:
    names = Looking(BusyLoop().begin, own=0.3)
    with http_server(answer()) as server:
        result = await ask(settings(named(server), timeout=PATIENT, slow_after=100), resolver=names)
    assert (result.verdict, result.reason, result.stalled) == (Verdict.SLOW, Reason.LATENCY, True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stamps")
async def test_a_run_that_is_slow_by_the_clock_of_the_kernel_is_slow() -> None:
    busy = BusyLoop()

    def handler(connection: socket.socket) -> None:
        busy.begin()
        threading.Event().wait(BLOCK / 2)
        connection.sendall(answer())

    with http_server(handler) as server:
        result = await ask(settings(server.url, timeout=PATIENT, slow_after=BLOCK_MS // 4))
    assert (result.verdict, result.reason, result.stalled) == (Verdict.SLOW, Reason.LATENCY, True)


# ── what is noted ────────────────────────────────────────────────────────────────────────────────────


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.mark.parametrize(("timeout", "lag"), [(500, 100), (1_000, 100), (10_000, 1_000)])
def test_a_lag_of_a_tenth_of_the_timeout_is_tolerated_and_always_100_ms(timeout: int, lag: int) -> None:
    assert tolerated(timeout) == lag * MILLISECOND


@pytest.mark.parametrize(("late", "noted"), [(0, 0), (LEAST, 0), (LEAST + 1, LEAST + 1), (20 * LEAST, 20 * LEAST)])
async def test_a_loop_that_comes_late_to_look_stood_still(late: int, noted: int) -> None:
    hands = Hands()
    with Stalls(hands).noted() as standstill:
        hands.now = EVERY + late
    assert (standstill.longest, standstill.total) == (noted, noted)


async def test_a_run_is_told_only_of_what_happened_during_it() -> None:
    hands = Hands()
    stalls = Stalls(hands)
    with stalls.noted() as early:
        hands.now = EVERY + 2 * LEAST
        with stalls.noted() as late:  # begins before anyone noticed
            pass
        with stalls.noted() as lucky:
            hands.now += EVERY
    assert (early.longest, early.total) == (2 * LEAST, 2 * LEAST)
    assert (late.longest, lucky.longest) == (0, 0)


async def test_the_longest_stall_and_all_of_them_are_noted_once() -> None:
    hands = Hands()
    stalls = Stalls(hands)
    with stalls.noted() as standstill:
        for lasts in (2 * LEAST, 5 * LEAST, 3 * LEAST):
            hands.now += EVERY + lasts
            with stalls.noted():
                pass
            await ticked(stalls)
    assert (standstill.longest, standstill.total) == (5 * LEAST, 10 * LEAST)


async def test_nothing_ticks_while_no_run_is_under_way() -> None:
    stalls = Stalls()
    with stalls.noted(), stalls.noted():
        timer = stalls._timer
    assert timer is not None
    assert timer.cancelled()
    assert stalls._timer is None


async def ticked(stalls: Stalls) -> None:
    """Return when the loop has come to the next tick."""
    timer = stalls._timer
    while stalls._timer is timer:
        await asyncio.sleep(0)
