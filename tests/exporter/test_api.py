"""The JSON API over real sockets."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from exporter.caching import MAX_AGE
from exporter.connections import Limits
from exporter.server import Server
from exporter.stream.stream import Stream
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    MINUTE,
    ComponentState,
    Configured,
    IncidentStatus,
    Span,
    Status,
    Step,
)
from tests.builders import NOON, component_setup, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeClock, FakeHistory, questions, sources

BOARD = Board(
    setup=setup(component_setup("api"), component_setup("cdn")),
    components={
        "api": ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON),
        "cdn": ComponentState(status=Status.OPERATIONAL, decided=NOON),
    },
)


def history(count: int = 0) -> FakeHistory:
    """A month of good days, 145 ms each, and so many incidents, a minute apart."""
    return FakeHistory(
        ledgers={name: [Span(NOON - 30 * DAY, Status.OPERATIONAL)] for name in ("api", "cdn")},
        runs={"api": [(NOON, 145_000)]},
        known=[
            incident(
                f"inc_{number}",
                component="cdn" if number % 2 else "api",
                created_at=NOON + number * MINUTE,
                status=IncidentStatus.RESOLVED if number else IncidentStatus.INVESTIGATING,
            )
            for number in range(count)
        ],
    )


async def body(client: ClientSession, path: str) -> Any:
    async with client.get(path) as response:
        assert (response.status, response.content_type) == (200, "application/json")
        return await response.json()


async def listed(client: ClientSession, query: str) -> list[str]:
    return [found["id"] for found in (await body(client, f"/api/v1/incidents?{query}"))["incidents"]]


async def test_the_status_is_told_as_the_public_documentation_shows_it(serve: Serve) -> None:
    assert await body(await serve(sources(BOARD)), "/api/v1/status") == {
        "status": "major_outage",
        "updated_at": "2026-12-01T12:00:00Z",
        "components": [
            {"id": "api", "name": "API", "status": "major_outage"},
            {"id": "cdn", "name": "CDN", "status": "operational"},
        ],
    }


async def test_uptimes_are_floats_and_the_response_time_is_whole(serve: Serve) -> None:
    client = await serve(sources(BOARD, history()))
    async with client.get("/api/v1/components/api") as response:
        text = await response.text()
    assert '"uptime_day":100.0,"uptime_week":100.0,"uptime_month":100.0,"response_time_ms":145,' in text


async def test_the_list_bears_the_same_documents_as_each_component_alone(serve: Serve) -> None:
    client = await serve(sources(BOARD, history()))
    alone = [await body(client, f"/api/v1/components/{name}") for name in ("api", "cdn")]
    assert await body(client, "/api/v1/components") == {"components": alone}


async def test_a_list_of_incidents_is_newest_first_and_ends_without_a_cursor(serve: Serve) -> None:
    answer = await body(await serve(sources(BOARD, history(3))), "/api/v1/incidents?limit=5")
    assert [found["id"] for found in answer["incidents"]] == ["inc_2", "inc_1", "inc_0"]
    assert "next_cursor" not in answer


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=1", ["inc_3"]),
        ("status=investigating", ["inc_0"]),
        ("component=cdn", ["inc_3", "inc_1"]),
        ("component=cdn&limit=1", ["inc_3"]),
        ("component=api&status=resolved", ["inc_2"]),
        ("colour=red&limit=1", ["inc_3"]),
    ],
)
async def test_parameters_choose_incidents(serve: Serve, query: str, expected: list[str]) -> None:
    assert await listed(await serve(sources(BOARD, history(4))), query) == expected


async def test_without_a_limit_there_are_twenty(serve: Serve) -> None:
    assert len(await listed(await serve(sources(BOARD, history(30))), "")) == 20


async def test_cursors_lead_through_the_whole_list_once(serve: Serve) -> None:
    client = await serve(sources(BOARD, history(5)))
    seen, path = [], "/api/v1/incidents?limit=2"
    for _ in range(3):
        answer = await body(client, path)
        seen += [found["id"] for found in answer["incidents"]]
        path = f"/api/v1/incidents?limit=2&cursor={answer.get('next_cursor')}"
    assert seen == ["inc_4", "inc_3", "inc_2", "inc_1", "inc_0"]
    assert "next_cursor" not in answer


async def test_incidents_of_a_removed_component_are_still_told(serve: Serve) -> None:
    past = FakeHistory(known=[incident("inc_old", component="gone")])
    client = await serve(sources(BOARD, past))
    assert (await body(client, "/api/v1/incidents/inc_old"))["components"] == ["gone"]


async def test_an_incident_on_the_board_is_told_without_asking_the_history(serve: Serve) -> None:
    past = FakeHistory()
    client = await serve(sources(Board(incidents=[incident("inc_now")]), past))
    assert (await body(client, "/api/v1/incidents/inc_now"))["id"] == "inc_now"
    assert past.asked == []


async def test_the_history_is_asked_once_per_change(serve: Serve) -> None:
    board, past = Board(setup=setup()), history()
    client = await serve(sources(board, past))
    for _ in range(3):
        await body(client, "/api/v1/components")
        await body(client, "/api/v1/components/api")
    assert questions(past, "spans") == 1
    board.apply(Configured(NOON, setup()), Step(setup=setup()))
    await body(client, "/api/v1/components/api")
    assert questions(past, "spans") == 2


async def test_the_history_is_asked_again_after_ten_seconds(serve: Serve) -> None:
    past, clock = history(1), FakeClock()
    client = await serve(sources(BOARD, past, clock))
    for _ in range(2):
        await body(client, "/api/v1/incidents")
    assert questions(past, "incidents") == 1
    clock.at += MAX_AGE
    await body(client, "/api/v1/incidents")
    assert questions(past, "incidents") == 2


async def test_no_document_is_older_than_the_figures_it_bears(serve: Serve) -> None:
    past, clock = history(), FakeClock()
    client = await serve(sources(BOARD, past, clock))
    await body(client, "/api/v1/components/api")
    clock.at += MAX_AGE - 1
    await body(client, "/api/v1/components")
    clock.at += 1
    await body(client, "/api/v1/components")
    assert questions(past, "spans api") == 2


async def test_subscribing_without_a_key_is_refused_with_a_challenge(serve: Serve) -> None:
    client = await serve()
    async with client.post("/api/v1/subscriptions", json={"endpoint": "https://example.com"}) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.content_type == "application/problem+json"


async def test_who_listens_is_let_go_with_a_proper_end_when_the_server_stops() -> None:
    past = FakeHistory()
    stream = Stream(past, BOARD.component_setup, room=1)
    await stream.begin()
    server = Server(sources(BOARD, past, stream=stream), Limits(drain=3_600))
    host, port = await server.start("127.0.0.1", 0)
    async with ClientSession(f"http://{host}:{port}") as client, client.get("/api/v1/stream") as response:
        await response.content.readuntil(b"\n\n")
        await server.stop()
        assert await response.content.read() == b""
