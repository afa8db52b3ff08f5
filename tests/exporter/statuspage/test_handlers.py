"""The public API v2 of Statuspage over real sockets."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from aiohttp import ClientSession

from exporter.sources import Sources
from exporter.statuspage.present import RECENT
from monitor.core.model import DAY, HOUR, MINUTE, IncidentStatus, Span, Status
from tests.builders import NOON, incident
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, questions, sources
from tests.exporter.feeds.reading import Read
from tests.exporter.feeds.windows import window
from tests.exporter.statuspage.presents import BEGUN, PAGE, board, state
from tests.exporter.statuspage.shapes import ANSWERS, check

OVER = incident("inc_over", status=IncidentStatus.RESOLVED, created_at=NOON - DAY, resolved_at=NOON - DAY + HOUR)
OPEN = incident("inc_open", created_at=NOON - MINUTE)
LONG_OPEN = incident("inc_long", component="cdn", created_at=NOON - 2 * DAY)

PAST = window("mnt_past", starts=NOON - DAY)
CALLED_OFF = window("mnt_off", starts=NOON - HOUR, cancelled=True)
RUNNING = window("mnt_running", starts=NOON - MINUTE)
NEXT = window("mnt_next", starts=NOON + HOUR)
LATER = window("mnt_later", starts=NOON + DAY, components=("cdn",))
NEVER = window("mnt_never", starts=NOON + DAY, cancelled=True)


def site() -> Sources:
    """One of which there is everything to tell."""
    shown = board(
        states={"api": state(Status.UNKNOWN, told=Status.DEGRADED)},
        incidents=(OPEN, LONG_OPEN),
        windows=(LATER, NEXT, RUNNING, NEVER, CALLED_OFF),
    )
    history = FakeHistory(
        ledgers={name: [Span(BEGUN, Status.OPERATIONAL)] for name in ("api", "cdn")},
        known=[OVER, OPEN, LONG_OPEN],
        planned=[PAST, CALLED_OFF, RUNNING, NEXT, LATER, NEVER],
    )
    return sources(shown, history, page=PAGE)


async def body(client: ClientSession, path: str) -> Any:
    async with client.get(f"/api/v2/{path}") as response:
        assert (response.status, response.content_type) == (200, "application/json")
        return await response.json()


@pytest.mark.parametrize("path", ANSWERS)
async def test_an_answer_has_the_documented_fields_and_no_others(serve: Serve, path: str) -> None:
    check(ANSWERS[path], await body(await serve(site()), path))


@pytest.mark.parametrize("path", ANSWERS)
async def test_before_there_is_anything_to_tell_an_answer_has_its_shape_already(serve: Serve, path: str) -> None:
    check(ANSWERS[path], await body(await serve(sources(page=PAGE)), path))


@pytest.mark.parametrize(
    ("path", "key", "ids"),
    [
        ("components.json", "components", ["api", "cdn"]),
        ("incidents.json", "incidents", ["inc_open", "inc_over", "inc_long"]),
        ("incidents/unresolved.json", "incidents", ["inc_open", "inc_long"]),
        (
            "scheduled-maintenances.json",
            "scheduled_maintenances",
            ["mnt_later", "mnt_next", "mnt_running", "mnt_past"],
        ),
        ("scheduled-maintenances/upcoming.json", "scheduled_maintenances", ["mnt_next", "mnt_later"]),
        ("scheduled-maintenances/active.json", "scheduled_maintenances", ["mnt_running"]),
        ("summary.json", "components", ["api", "cdn"]),
        ("summary.json", "incidents", ["inc_open", "inc_long"]),
        ("summary.json", "scheduled_maintenances", ["mnt_running", "mnt_next", "mnt_later"]),
    ],
)
async def test_a_list_holds_what_its_name_says(serve: Serve, path: str, key: str, ids: list[str]) -> None:
    assert [each["id"] for each in (await body(await serve(site()), path))[key]] == ids


async def test_the_summary_is_made_of_the_other_answers(serve: Serve) -> None:
    client = await serve(site())
    summary = await body(client, "summary.json")
    for path in ("status.json", "components.json", "incidents/unresolved.json"):
        assert summary | await body(client, path) == summary
    assert summary["status"] == {"indicator": "minor", "description": "Partially Degraded Service"}


async def test_the_newest_fifty_incidents_are_told_and_all_that_are_open(serve: Serve) -> None:
    many = [
        incident(f"inc_{number}", status=IncidentStatus.RESOLVED, created_at=NOON - DAY + number * MINUTE)
        for number in range(RECENT + 5)
    ]
    history = FakeHistory(known=[*many, LONG_OPEN])
    told = await body(await serve(sources(board(incidents=(LONG_OPEN,)), history, page=PAGE)), "incidents.json")
    ids = [each["id"] for each in told["incidents"]]
    assert (len(ids), ids[0], ids[-1]) == (51, "inc_54", "inc_long")


async def test_however_much_is_planned_the_newest_that_began_is_told(serve: Serve) -> None:
    planned = [window(f"mnt_{number}", starts=NOON + number * DAY) for number in range(1, 2 * RECENT)]
    history = FakeHistory(planned=[PAST, *planned])
    shown = board(windows=tuple(planned))
    told = await body(await serve(sources(shown, history, page=PAGE)), "scheduled-maintenances.json")
    ids = [each["id"] for each in told["scheduled_maintenances"]]
    assert (len(ids), ids[0], ids[-1]) == (100, "mnt_99", "mnt_past")


async def test_a_window_that_begins_this_very_moment_is_told(serve: Serve) -> None:
    begins = window("mnt_begins", starts=NOON)
    told = sources(board(windows=(begins,)), FakeHistory(planned=[PAST, begins]), page=PAGE)
    listed = (await body(await serve(told), "scheduled-maintenances.json"))["scheduled_maintenances"]
    assert [each["id"] for each in listed] == ["mnt_begins", "mnt_past"]


async def test_an_incident_that_the_history_does_not_tell_yet_is_in_its_place(serve: Serve) -> None:
    told = sources(board(incidents=(OPEN,)), FakeHistory(known=[OVER]), page=PAGE)
    listed = (await body(await serve(told), "incidents.json"))["incidents"]
    assert [each["id"] for each in listed] == ["inc_open", "inc_over"]


async def test_long_timelines_are_told_beside_the_loop(serve: Serve) -> None:
    updates = Read(incident().updates)
    told = sources(history=FakeHistory(known=[incident(updates=updates)]), page=PAGE)
    await body(await serve(told), "incidents.json")
    assert updates.threads
    assert threading.get_ident() not in updates.threads


@pytest.mark.parametrize("path", ANSWERS)
async def test_who_has_an_answer_already_gets_none_and_any_site_may_ask(serve: Serve, path: str) -> None:
    client = await serve(site())
    async with client.get(f"/api/v2/{path}", headers={"Origin": "https://elsewhere.example"}) as first:
        etag = first.headers["ETag"]
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert first.headers["Cache-Control"] == "public, max-age=5"
    async with client.get(f"/api/v2/{path}", headers={"If-None-Match": etag}) as second:
        assert (second.status, await second.read()) == (304, b"")


async def test_an_answer_is_made_once_for_all_who_ask(serve: Serve) -> None:
    told = site()
    client = await serve(told)
    for _ in range(3):
        await body(client, "incidents.json")
    assert isinstance(told.history, FakeHistory)
    assert questions(told.history, "incidents") == 1
