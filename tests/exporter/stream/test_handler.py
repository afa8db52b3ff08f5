"""The stream as a browser hears it: a real server, and a client that reads lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession

from exporter.connections import Limits
from exporter.stream.stream import Stream
from monitor.core.board import Board
from monitor.core.model import Event, EventKind, Impact, Incident, IncidentStatus, Status, StatusChange, Update
from monitor.core.subscribing import Told
from tests.builders import NOON, component_setup, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources

OUTAGE = Incident(
    id="inc_1",
    title="API outage",
    status=IncidentStatus.INVESTIGATING,
    impact=Impact.CRITICAL,
    created_at=NOON,
    started_at=NOON,
    components=("api",),
    cause="api",
    updates=(Update(IncidentStatus.INVESTIGATING, "It\nis down.", NOON),),
)


def told(sequence: int) -> Told:
    change = StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON)
    return Told(sequence, Event(f"evt_{sequence}", EventKind.COMPONENT_STATUS_CHANGED, NOON, change))


class Site:
    """A served stream, and what happens there; `alone` is set while nobody listens."""

    def __init__(self, *, events: int = 0, room: int = 10, ping_every: float = 60.0) -> None:
        self.alone = asyncio.Event()
        self.history = FakeHistory(told=[told(number) for number in range(1, events + 1)])
        self.board = Board(setup=setup(component_setup("api")), incidents=[OUTAGE])
        self.stream = Stream(
            self.history, self.board.component_setup, room, counted=self._counted, ping_every=ping_every
        )

    def _counted(self, count: int) -> None:
        self.alone.clear() if count else self.alone.set()

    async def open(self, serve: Serve) -> ClientSession:
        await self.stream.begin()
        return await serve(sources(self.board, self.history, stream=self.stream), Limits(drain=0.1))

    async def happens(self) -> None:
        self.history.told.append(told(len(self.history.told) + 1))
        await self.stream.step()


@asynccontextmanager
async def listening(client: ClientSession, **headers: str) -> AsyncIterator[ClientResponse]:
    async with client.get("/api/v1/stream", headers=headers) as response:
        assert response.status == 200
        yield response


async def heard(response: ClientResponse) -> dict[str, Any]:
    """The next message, by its fields."""
    fields: dict[str, Any] = {}
    while (line := (await response.content.readline()).decode().rstrip("\n")) or not fields:
        assert not response.content.at_eof() or line
        name, _, value = line.partition(":")
        fields[name] = json.loads(value or "null") if name == "data" else value.strip()
    return fields


async def test_the_first_message_is_a_snapshot(serve: Serve) -> None:
    client = await Site(events=4).open(serve)
    async with listening(client) as response:
        message = await heard(response)
    assert (message["event"], message["id"]) == ("snapshot", "4")
    assert [component["id"] for component in message["data"]["components"]] == ["api"]
    assert [incident["id"] for incident in message["data"]["incidents"]] == ["inc_1"]


async def test_each_event_follows_as_its_webhook_says_it(serve: Serve) -> None:
    site = Site()
    client = await site.open(serve)
    async with listening(client) as response:
        await heard(response)
        await site.happens()
        message = await heard(response)
    assert (message["event"], message["id"]) == ("component.status_changed", "1")
    assert message["data"]["type"] == "component.status_changed"
    assert message["data"]["sequence"] == 1
    assert message["data"]["data"]["status"] == "major_outage"


async def test_who_comes_back_gets_what_was_missed_and_no_snapshot(serve: Serve) -> None:
    client = await Site(events=4).open(serve)
    async with listening(client, **{"Last-Event-ID": "2"}) as response:
        assert [(await heard(response))["id"] for _ in range(2)] == ["3", "4"]


async def test_who_missed_nothing_hears_what_happens_next(serve: Serve) -> None:
    site = Site(events=4)
    client = await site.open(serve)
    async with listening(client, **{"Last-Event-ID": "4"}) as response:
        assert (await heard(response))["event"] == "ping"
        await site.happens()
        assert (await heard(response))["id"] == "5"


async def test_an_id_from_elsewhere_is_answered_with_a_snapshot(serve: Serve) -> None:
    client = await Site(events=4).open(serve)
    for strange in ("99", "abc"):
        async with listening(client, **{"Last-Event-ID": strange}) as response:
            assert (await heard(response))["event"] == "snapshot"


async def test_pages_of_other_sites_may_listen_and_nobody_keeps_the_stream(serve: Serve) -> None:
    client = await Site().open(serve)
    async with listening(client) as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cache-Control"] == "no-store"


async def test_a_head_gets_the_headers_and_takes_no_place_for_long(serve: Serve) -> None:
    client = await Site(room=1).open(serve)
    for _ in range(2):
        async with client.head("/api/v1/stream") as response:
            assert response.status == 200


async def test_where_there_is_no_room_the_answer_says_when_to_ask_again(serve: Serve) -> None:
    client = await Site(room=1).open(serve)
    async with listening(client), client.get("/api/v1/stream") as refused:
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "30"


async def test_a_quiet_stream_is_kept_alive(serve: Serve) -> None:
    client = await Site(ping_every=0.01).open(serve)
    async with listening(client) as response:
        await heard(response)
        assert (await heard(response))["event"] == "ping"


async def test_listeners_are_let_go_when_we_stop(serve: Serve) -> None:
    site = Site()
    client = await site.open(serve)
    async with listening(client) as response:
        await heard(response)
        site.stream.close()
        assert await response.content.read() == b""


async def test_a_listener_that_goes_leaves_its_place_at_once(serve: Serve) -> None:
    site = Site(room=1)
    client = await site.open(serve)
    async with listening(client) as response:
        await heard(response)
        response.close()
    await site.alone.wait()
    async with listening(client) as response:
        assert (await heard(response))["event"] == "snapshot"
