"""The latency history over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession

from exporter.caching import MAX_AGE
from exporter.sources import Sources
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, MINUTE, Duration, Instant
from monitor.core.sketch import Slot, bucket, middle
from tests.builders import NOON, component_setup, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeClock, FakeHistory, questions, sources

PATH = "/api/v1/components/api/latency"
LONELY = {"p50": None, "p95": None, "p99": None}


class WatchedSlots(list[Slot]):
    """Writes down in which turn of others each is taken."""

    history: WatchedHistory

    def __iter__(self) -> Iterator[Slot]:
        for slot in super().__iter__():
            self.history.taken.append(self.history.turn)
            yield slot


@dataclass
class WatchedHistory(FakeHistory):
    turn: int = 0
    taken: list[int] = field(default_factory=list)

    async def latency_slots(self, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
        slots = WatchedSlots(await super().latency_slots(component, since, until, width))
        slots.history = self
        return slots


def history() -> FakeHistory:
    """Two hours of which the later was twice as slow, and something of the day before yesterday."""
    fast = [(NOON - 2 * HOUR + n * MINUTE, 100_000) for n in range(60)]
    slow = [(NOON - HOUR + n * MINUTE, 200_000) for n in range(60)]
    return FakeHistory(runs={"api": [*slow[::-1], *fast[::-1], (NOON - 2 * DAY, 9_000_000)]})


def told(known: FakeHistory | None = None, at: int = NOON) -> Sources:
    return sources(Board(setup=setup(component_setup("api"))), known or history(), FakeClock(at))


async def document(client: ClientSession, query: str = "") -> Any:
    async with client.get(f"{PATH}?{query}") as response:
        assert (response.status, response.content_type) == (200, "application/json")
        return await response.json()


def all_alike(milliseconds: int) -> dict[str, float]:
    return dict.fromkeys(LONELY, middle(bucket(milliseconds * 1_000)) / 1_000)


async def test_without_a_step_a_window_is_told_all_together(serve: Serve) -> None:
    found = await document(await serve(told()))
    fast, slow = all_alike(100)["p50"], all_alike(200)["p50"]
    percentiles = {"p50": fast, "p95": slow, "p99": slow}
    assert found == {
        "component": "api",
        "since": "2026-11-30T12:00:00Z",
        "until": "2026-12-01T12:00:00Z",
        "step": None,
        "runs": 120,
        "latency_ms": percentiles,
        "phases_ms": {"resolve": None, "connect": None, "tls": None, "processing": percentiles, "transfer": None},
        "slots": [],
    }


async def test_with_a_step_the_slots_with_runs_are_told_oldest_first(serve: Serve) -> None:
    found = await document(await serve(told()), "window=5h&step=60m")
    assert (found["since"], found["step"], found["runs"]) == ("2026-12-01T07:00:00Z", "60m", 120)
    assert [(slot["since"], slot["runs"], slot["latency_ms"]) for slot in found["slots"]] == [
        ("2026-12-01T10:00:00Z", 60, all_alike(100)),
        ("2026-12-01T11:00:00Z", 60, all_alike(200)),
    ]
    assert found["slots"][0]["phases_ms"]["processing"] == all_alike(100)


async def test_the_slots_together_are_the_window(serve: Serve) -> None:
    client = await serve(told())
    together, by_slots = await document(client, "window=3h"), await document(client, "window=3h&step=5m")
    assert len(by_slots["slots"]) == 24
    for name in ("runs", "latency_ms", "phases_ms"):
        assert together[name] == by_slots[name]


async def test_slots_begin_at_multiples_of_the_step_and_the_last_goes_on(serve: Serve) -> None:
    known = history()
    found = await document(await serve(told(known, at=NOON + 7 * MINUTE)), "window=1h&step=15m")
    assert (found["since"], found["until"]) == ("2026-12-01T11:00:00Z", "2026-12-01T12:07:00Z")
    assert questions(known, f"latency_slots api {NOON - HOUR} {NOON + 7 * MINUTE} {15 * MINUTE}") == 1


@pytest.mark.parametrize("query", ["window=1d", "window=1d&step=1h"])
async def test_where_nothing_ran_there_are_no_figures(serve: Serve, query: str) -> None:
    found = await document(await serve(told(FakeHistory())), query)
    assert (found["runs"], found["latency_ms"], found["slots"]) == (0, LONELY, [])
    assert set(found["phases_ms"].values()) == {None}


async def test_it_is_read_once_however_many_ask_for_the_same(serve: Serve) -> None:
    known = told()
    client, clock = await serve(known), known.clock
    assert isinstance(known.history, FakeHistory)
    assert isinstance(clock, FakeClock)
    first = await document(client, "window=3h&step=1h")
    assert await document(client, "step=1h&window=180m") == first
    assert questions(known.history, "latency_slots") == 1
    clock.at += MAX_AGE
    await document(client, "window=3h&step=1h")
    assert questions(known.history, "latency_slots") == 2


async def test_who_has_it_already_is_told_so_from_any_site(serve: Serve) -> None:
    client = await serve(told())
    async with client.get(f"{PATH}?step=1h") as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cache-Control"] == "public, max-age=5"
        etag = response.headers["ETag"]
    async with client.get(f"{PATH}?step=1h", headers={"If-None-Match": etag}) as response:
        assert response.status == 304


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/api/v1/components/nothing/latency?window=x", 404, "There is no component 'nothing'."),
        (f"{PATH}?window=61d&step=1h", 422, "step: must be whole days, such as 1d, for a window of 61d."),
    ],
)
async def test_what_cannot_be_told_is_refused_with_a_sentence(
    serve: Serve, path: str, status: int, detail: str
) -> None:
    client = await serve(told())
    async with client.get(path) as response:
        assert response.content_type == "application/problem+json"
        assert (response.status, (await response.json())["detail"]) == (status, detail)


async def test_others_have_their_turn_between_any_two_slots(serve: Serve) -> None:
    known = WatchedHistory(runs={"api": [(NOON - n * HOUR, n) for n in range(1, 25)]})
    asked = asyncio.ensure_future(document(await serve(told(known)), "step=1h"))
    while not asked.done():
        await asyncio.sleep(0)
        known.turn += 1
    assert len((await asked)["slots"]) == len(set(known.taken)) == 24


@pytest.mark.parametrize("query", ["step=1h", "window=1d"])
async def test_of_two_that_take_long_one_waits_for_the_other(serve: Serve, query: str) -> None:
    known = told()
    client = await serve(known)
    assert isinstance(known.history, FakeHistory)
    async with known.reckoning:
        asked = asyncio.ensure_future(document(client, query))
        async with client.get(f"{PATH}?window=x") as response:
            assert response.status == 422  # what is refused does not wait
        assert questions(known.history, "latency") == 0
    assert (await asked)["runs"] > 0
