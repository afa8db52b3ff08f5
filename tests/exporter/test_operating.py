"""What the operator asks of the watching itself, over the control socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
import pytest

from exporter.beats import Beats
from exporter.callbacks import Callbacks
from exporter.server import Server
from exporter.socketfile import CONTROL_SOCKET
from exporter.sources import Sources
from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import Configured, Phases, Reason, Result, StepPhases, Verdict
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeClock, sources

Operate: TypeAlias = Callable[[Sources], Awaitable[aiohttp.ClientSession]]

TOOK = Phases(resolve=1_000, processing=20_000)


@pytest.fixture
async def operate(tmp_path: Path) -> AsyncIterator[Operate]:
    """A client on the control socket of a server of given sources."""
    async with AsyncExitStack() as stack:

        async def start(told: Sources) -> aiohttp.ClientSession:
            server = Server(told)
            await server.start("127.0.0.1", 0)
            stack.push_async_callback(server.stop)
            await server.start_control(tmp_path)
            connector = aiohttp.UnixConnector(str(tmp_path / CONTROL_SOCKET))
            return await stack.enter_async_context(aiohttp.ClientSession("http://localhost", connector=connector))

        yield start


async def document(client: aiohttp.ClientSession, method: str, path: str) -> tuple[int, Any]:
    async with client.request(method, path) as answer:
        return answer.status, await answer.json(content_type=None)


async def run(probe: str) -> Result:
    if probe != "api/health":
        raise KeyError(probe)
    seen = result(probe, Verdict.FAIL, reason=Reason.STEP, detail="step pay: nothing", phases=TOOK)
    return Result(
        probe=seen.probe,
        started=NOON,
        at=NOON + 21,
        verdict=seen.verdict,
        reason=seen.reason,
        detail=seen.detail,
        phases=TOOK,
        evidence={"step": "pay"},
        steps=(StepPhases("pay", TOOK),),
    )


async def test_a_run_on_demand_tells_all_that_it_saw(operate: Operate) -> None:
    client = await operate(sources(ask=run))
    status, told = await document(client, "POST", "/probes/api/health/run")
    took = {"resolve": 1_000, "connect": None, "tls": None, "processing": 20_000, "transfer": None}
    assert (status, told) == (
        200,
        {
            "probe": "api/health",
            "started": "2026-12-01T12:00:00Z",
            "verdict": "fail",
            "reason": "step",
            "detail": "step pay: nothing",
            "http_status": None,
            "phases": took,
            "steps": [{"step": "pay", "phases": took}],
            "evidence": {"step": "pay"},
        },
    )


async def test_only_a_probe_that_is_asked_runs_on_demand(operate: Operate) -> None:
    client = await operate(sources(ask=run))
    status, told = await document(client, "POST", "/probes/api/other/run")
    assert (status, told["detail"]) == (404, "There is no probe 'api/other' that could be asked to run.")


async def test_where_nobody_may_ask_nothing_runs(operate: Operate) -> None:
    status, _ = await document(await operate(sources()), "POST", "/probes/api/health/run")
    assert status == 403


def heartbeats() -> Sources:
    nightly = probe_setup("batch/nightly", grace=1_000, failure_threshold=1, success_threshold=1)
    board = Board()
    for observation in (
        Configured(NOON, setup(component_setup("batch", probes=(nightly,)))),
        result("batch/nightly"),
    ):
        board.apply(observation, advance(board, observation))
    beats = Beats(FakeClock(), run_nothing, str)
    beats.use({"batch/nightly": "hb_token", "batch/weekly": "hb_other"})
    return sources(board, beats=beats, callbacks=Callbacks("https://monitor.test"))


async def run_nothing(_: Result) -> None:
    raise AssertionError


async def test_every_heartbeat_is_listed_with_the_url_at_which_it_reports_in(operate: Operate) -> None:
    _, told = await document(await operate(heartbeats()), "GET", "/heartbeats")
    assert told["heartbeats"] == [
        {
            "id": "batch/nightly",
            "url": "https://monitor.test/heartbeats/hb_token",
            "health": "up",
            "last_beat": "2026-12-01T12:00:00.100Z",
        },
        {
            "id": "batch/weekly",
            "url": "https://monitor.test/heartbeats/hb_other",
            "health": "unknown",
            "last_beat": None,
        },
    ]


@pytest.mark.parametrize(("method", "path"), [("GET", "/heartbeats"), ("POST", "/probes/api/health/run")])
async def test_the_world_is_told_nothing_of_it(serve: Serve, method: str, path: str) -> None:
    client = await serve(heartbeats())
    async with client.request(method, path) as answer:
        assert answer.status in (404, 405)
