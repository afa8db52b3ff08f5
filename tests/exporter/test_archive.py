"""What the operator's commands are handed out over the control socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aiohttp import ClientSession, UnixConnector

from exporter.archive import distribution_document, read_distribution
from exporter.server import Server
from exporter.socketfile import CONTROL_SOCKET
from exporter.sources import Page, Sources
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, Span, Status
from monitor.core.sketch import Distribution
from tests.builders import NOON, amendment, component_setup, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources

Operate: TypeAlias = Callable[[Sources], Awaitable[ClientSession]]


@pytest.fixture
async def operate(tmp_path: Path) -> AsyncIterator[Operate]:
    """A client that comes through the control socket."""
    async with AsyncExitStack() as stack:

        async def start(told: Sources) -> ClientSession:
            server = Server(told)
            await server.start_control(tmp_path)
            stack.push_async_callback(server.stop)
            connector = UnixConnector(str(tmp_path / CONTROL_SOCKET))
            return await stack.enter_async_context(ClientSession("http://localhost", connector=connector))

        yield start


async def answer(client: ClientSession, path: str) -> Any:
    async with client.get(path) as response:
        return await response.json(content_type=None)


def told() -> Sources:
    history = FakeHistory(
        ledgers={
            "api": [Span(NOON - HOUR, Status.OPERATIONAL), Span(NOON, Status.MAJOR_OUTAGE)],
            "auth": [Span(NOON - DAY, Status.OPERATIONAL), Span(NOON, Status.UNKNOWN)],
        },
        runs={"api": [(NOON + n, 100 * (n + 1)) for n in range(3)]},
        known=[incident("inc_1")],
        amended=[amendment("amd_1")],
        gone=[component_setup("auth")],
    )
    board = Board(setup=setup(component_setup("api", objective=99.9), component_setup("cdn")))
    return sources(board, history, page=Page("JustKalm", timezone="Europe/Berlin"))


async def test_a_report_begins_with_what_is_watched_and_was_and_since_when(operate: Operate) -> None:
    found = await answer(await operate(told()), "/archive")
    assert [(each["id"], each["objective"]) for each in found.pop("components")] == [("api", 99.9), ("cdn", None)]
    assert [each["id"] for each in found.pop("removed")] == ["auth"]
    assert found == {
        "title": "JustKalm",
        "timezone": "Europe/Berlin",
        "timezone_known": True,
        "at": NOON,
        "begun": NOON - DAY,
    }


async def test_the_past_of_a_component_is_handed_out_as_it_is_remembered(operate: Operate) -> None:
    found = await answer(await operate(told()), f"/archive/api?since={NOON - HOUR}&until={NOON}")
    assert found["spans"] == [{"since": NOON - HOUR, "status": "operational"}]
    assert [each["id"] for each in found["incidents"]] == ["inc_1"]
    assert found["amendments"] == []


async def test_without_instants_it_is_all_of_the_past(operate: Operate) -> None:
    found = await answer(await operate(told()), "/archive/api")
    assert (len(found["spans"]), [each["id"] for each in found["amendments"]]) == (2, ["amd_1"])


@pytest.mark.parametrize(
    ("query", "latencies"), [("", [100, 200, 300]), (f"?since={NOON + 1}&until={NOON + 2}", [200]), ("?until=1", [])]
)
async def test_the_distribution_of_latencies_is_read_back_as_it_was(
    operate: Operate, query: str, latencies: list[int]
) -> None:
    found = await answer(await operate(told()), f"/archive/api/latencies{query}")
    assert read_distribution(found) == Distribution.of(latencies)


def test_a_distribution_of_many_digits_can_be_read_back() -> None:
    wide = Distribution.of([1, 10 * 60_000_000])
    assert read_distribution(json.loads(json.dumps(distribution_document(wide)))) == wide


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=yesterday", "since: must be an instant in milliseconds since 1970."),
        ("until=-1", "until: must be an instant in milliseconds since 1970."),
    ],
)
async def test_what_nobody_can_read_is_refused(operate: Operate, query: str, sentence: str) -> None:
    found = await answer(await operate(told()), f"/archive/api/latencies?{query}")
    assert (found["status"], found["detail"]) == (422, sentence)


@pytest.mark.parametrize("path", ["/archive", "/archive/api", "/archive/api/latencies"])
async def test_the_world_is_handed_out_nothing(serve: Serve, path: str) -> None:
    client = await serve(told())
    async with client.get(path) as response:
        assert response.status == 404
