"""Feeds over real sockets."""

from __future__ import annotations

import threading
from xml.etree.ElementTree import fromstring

import pytest
from aiohttp import ClientSession
from icalendar import Calendar

from exporter.feeds.handlers import AT_A_TIME, MOST_ENTRIES
from exporter.sources import Sources
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Span, Status
from tests.builders import NOON, incident, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, questions, sources
from tests.exporter.feeds.reading import Read
from tests.exporter.feeds.windows import window

TYPES = {"/feed.atom": "application/atom+xml; charset=utf-8", "/maintenance.ics": "text/calendar; charset=utf-8"}


def site(history: FakeHistory | None = None) -> Sources:
    return sources(history=history or FakeHistory(known=[incident()], planned=[window()]))


async def body(client: ClientSession, path: str) -> bytes:
    async with client.get(path) as response:
        assert response.status == 200
        return await response.read()


async def calendar(serve: Serve, history: FakeHistory) -> list[str]:
    read = Calendar.from_ical(await body(await serve(site(history)), "/maintenance.ics"))
    return [str(event["uid"]) for event in read.events]


@pytest.mark.parametrize("path", TYPES)
async def test_a_feed_has_its_type_and_may_be_read_by_any_site(serve: Serve, path: str) -> None:
    client = await serve(site())
    async with client.get(path) as response:
        assert response.headers["Content-Type"] == TYPES[path]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cache-Control"] == "public, max-age=5"


@pytest.mark.parametrize("path", TYPES)
async def test_who_has_a_feed_already_gets_none(serve: Serve, path: str) -> None:
    client = await serve(site())
    async with client.get(path) as first:
        etag = first.headers["ETag"]
    async with client.get(path, headers={"If-None-Match": etag}) as second:
        assert (second.status, await second.read()) == (304, b"")
        assert second.headers["Access-Control-Allow-Origin"] == "*"


async def test_the_feed_holds_the_newest_fifty_incidents(serve: Serve) -> None:
    known = [incident(f"inc_{number}", created_at=NOON + number * MINUTE) for number in range(MOST_ENTRIES + 5)]
    root = fromstring(await body(await serve(site(FakeHistory(known=known))), "/feed.atom"))
    published = [element.text for element in root.iter("{http://www.w3.org/2005/Atom}published")]
    assert (len(published), published[0], published[-1]) == (
        50,
        "2026-12-01T12:54:00Z",
        "2026-12-01T12:05:00Z",
    )


async def test_long_timelines_are_told_beside_the_loop(serve: Serve) -> None:
    updates = Read(incident().updates)
    await body(await serve(site(FakeHistory(known=[incident(updates=updates)]))), "/feed.atom")
    assert updates.threads
    assert threading.get_ident() not in updates.threads


@pytest.mark.parametrize(("begun", "updated"), [(NOON - DAY, "2026-11-30T12:00:00Z"), (None, "1970-01-01T00:00:00Z")])
async def test_an_empty_feed_is_as_old_as_the_watch(serve: Serve, begun: int | None, updated: str) -> None:
    ledgers = {} if begun is None else {"api": [Span(begun, Status.OPERATIONAL)]}
    root = fromstring(await body(await serve(site(FakeHistory(ledgers=ledgers))), "/feed.atom"))
    assert [element.text for element in root.iter("{http://www.w3.org/2005/Atom}updated")] == [updated]


async def test_the_calendar_holds_what_is_to_come_what_runs_and_the_past_ninety_days(serve: Serve) -> None:
    planned = [
        window("to_come", starts=NOON + DAY),
        window("called_off", starts=NOON + HOUR, cancelled=True),
        window("runs", starts=NOON - MINUTE),
        window("ends_within", starts=NOON - 90 * DAY - HOUR + SECOND),
        window("ended_before", starts=NOON - 90 * DAY - HOUR),
        window("long_past", starts=NOON - 200 * DAY),
    ]
    assert await calendar(serve, FakeHistory(planned=planned)) == ["to_come", "called_off", "runs", "ends_within"]


async def test_a_window_of_the_board_is_in_the_calendar_as_it_is_there(serve: Serve) -> None:
    long_running = window("long", starts=NOON - 200 * DAY, ends=NOON + DAY)
    moved = window("moved", starts=NOON + 2 * DAY, changed=1)
    board = Board(setup=setup(windows=(long_running, moved)))
    told = sources(board, FakeHistory(planned=[window("moved", starts=NOON + DAY)]))
    read = Calendar.from_ical(await body(await serve(told), "/maintenance.ics"))
    assert [(str(event["uid"]), event["sequence"]) for event in read.events] == [("moved", 1), ("long", 0)]


async def test_all_of_a_long_plan_is_in_the_calendar(serve: Serve) -> None:
    planned = [window(f"mnt_{number}", starts=NOON + number * HOUR) for number in range(2 * AT_A_TIME + 1)]
    assert len(await calendar(serve, FakeHistory(planned=planned))) == 201


async def test_the_history_is_not_read_further_back_than_needed(serve: Serve) -> None:
    history = FakeHistory(planned=[window(f"mnt_{day}", starts=NOON - day * DAY) for day in range(3 * AT_A_TIME)])
    assert len(await calendar(serve, history)) == 91
    assert questions(history, "maintenances") == 1
