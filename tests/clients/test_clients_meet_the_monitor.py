"""Both breakers against the monitor itself: what it tells is what they read."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clients.python.justkalm_circuit import Circuits, State
from exporter.server import Server
from monitor.core.board import Board
from monitor.core.model import ComponentState, IncidentStatus, Status, Step, Tick
from tests.builders import NOON, component_setup, incident, setup
from tests.exporter.fakes import sources

MODULE = Path(__file__).parents[2] / "clients" / "javascript" / "justkalm-circuit.mjs"
NODE = shutil.which("node")
MONITORED = incident(status=IncidentStatus.MONITORING)

ASK = """
const { Circuits } = await import(process.argv[1]);
const circuits = new Circuits(process.argv[2], ["api"]);
await circuits.ask();
await circuits.ask();
const { state, retryAfter, reason } = circuits.circuit("api");
console.log([state, retryAfter, reason].join("|"));
"""


@pytest.fixture
def board() -> Board:
    return Board(
        setup=setup(component_setup("api")),
        components={"api": ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON)},
        incidents=[incident()],
    )


@pytest.fixture
async def monitor(board: Board) -> AsyncIterator[str]:
    """Where it is."""
    server = Server(sources(board))
    host, port = await server.start("127.0.0.1", 0)
    yield f"http://{host}:{port}"
    await server.stop()


async def test_python_follows_the_monitor(monitor: str, board: Board) -> None:
    circuits = Circuits(monitor, ["api"])
    for expected in (State.OPEN, State.OPEN):  # the second time because nothing changed
        await asyncio.to_thread(circuits._ask)
        assert circuits.state("api") is expected
    recovered = ComponentState(status=Status.OPERATIONAL, decided=NOON)
    board.apply(Tick(NOON), Step(components={"api": recovered}, incidents={MONITORED.id: MONITORED}))
    await asyncio.to_thread(circuits._ask)
    assert circuits.circuit("api").state is State.HALF_OPEN
    assert circuits.circuit("api").retry_after == 5.0


@pytest.mark.skipif(NODE is None, reason="Node is not installed: the JavaScript breaker never met the monitor")
async def test_javascript_follows_the_monitor(monitor: str) -> None:
    assert NODE is not None
    node = await asyncio.create_subprocess_exec(
        NODE, "--input-type=module", "--eval", ASK, MODULE, monitor, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await node.communicate()
    assert said.decode() == 'open|30|The incident "API outage" is open.\n'
