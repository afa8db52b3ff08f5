"""Reports over real sockets: what they tell, and of what there is none."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from exporter.sources import Page
from monitor.core.board import Board
from monitor.core.model import DAY, Span, Status
from tests.builders import NOON, component_setup, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, questions, sources
from tests.exporter.reporting.november import BOARD, GONE, MONTH, told


async def document(client: ClientSession, month: str = "2026-11") -> Any:
    async with client.get(f"/api/v1/reports/{month}") as response:
        assert (response.status, response.content_type) == (200, "application/json")
        return await response.json()


async def refusal(client: ClientSession, path: str) -> tuple[int, str]:
    async with client.get(path) as response:
        assert response.content_type == "application/problem+json"
        return response.status, (await response.json())["detail"]


async def test_a_report_tells_all_of_a_month(serve: Serve) -> None:
    found = await document(await serve(told()))
    api, cdn = found.pop("components")
    assert found == {
        "month": "2026-11",
        "from": "2026-11-01T00:00:00Z",
        "until": "2026-12-01T00:00:00Z",
        "complete": True,
        "timezone": "UTC",
        "timezone_known": True,
        "note": "This is of a calendar month; uptime_month elsewhere is of the last 30 days, which roll.",
    }
    assert api == {
        "id": "api",
        "name": "API",
        "monitored": True,
        "uptime": 99.97,
        "coverage": 100.0,
        "observed_seconds": 2_592_000.0,
        "lost_seconds": 600.0,
        "objective": 99.9,
        "budget_seconds": 2_592.0,
        "budget_left_seconds": 1_992.0,
        "burn_rate": 0.231,
        "budget_used_up_at": None,
        "seconds": {
            "operational": 2_591_280.0,
            "degraded_performance": 0.0,
            "partial_outage": 0.0,
            "major_outage": 720.0,
            "under_maintenance": 0.0,
            "unknown": 0.0,
        },
        "latency_ms": {"median": 100, "p95": 903},
        "incidents": [
            {
                "id": "inc_1",
                "title": "API outage",
                "status": "resolved",
                "impact": "critical",
                "started_at": "2026-11-10T14:00:00Z",
                "ended_at": "2026-11-10T14:20:00Z",
                "duration_seconds": 1_200.0,
                "merged_into": None,
                "by": "machine",
            }
        ],
        "amendments": [
            {
                "id": "amd_1",
                "component": "api",
                "kind": "false_alarm",
                "since": "2026-11-10T14:00:00Z",
                "until": "2026-11-10T14:02:00Z",
                "reason": "It was our own network.",
                "by": "ada",
                "created_at": "2026-12-01T13:00:00Z",
                "seconds": 120.0,
            }
        ],
    }
    assert (cdn["uptime"], cdn["coverage"], cdn["latency_ms"]) == (None, 0.0, {"median": None, "p95": None})
    assert (cdn["objective"], cdn["budget_seconds"], cdn["burn_rate"]) == (None, None, None)


@pytest.mark.parametrize(
    ("month", "components"),
    [("2026-10", ["api", "cdn"]), ("2026-11", ["api", "cdn", "auth"]), ("2026-12", ["api", "cdn"])],
)
async def test_what_was_removed_is_told_in_the_months_in_which_it_was_watched(
    serve: Serve, month: str, components: list[str]
) -> None:
    found = (await document(await serve(told(at=NOON + 40 * DAY, gone=GONE)), month))["components"]
    assert [each["id"] for each in found] == components
    assert [each["id"] for each in found if not each["monitored"]] == components[2:]


async def test_what_was_removed_is_told_with_its_incidents_and_its_downtime(serve: Serve) -> None:
    *_, auth = (await document(await serve(told(gone=GONE))))["components"]
    assert (auth["name"], auth["seconds"]["major_outage"], auth["uptime"]) == ("Authentication", 3_600.0, 95.83)
    assert [each["id"] for each in auth["incidents"]] == ["inc_2"]


async def test_of_a_month_in_which_only_what_was_removed_was_watched_there_is_a_report(serve: Serve) -> None:
    history = FakeHistory(ledgers={"auth": [Span(MONTH, Status.OPERATIONAL)]}, gone=[component_setup("auth")])
    found = await document(await serve(sources(BOARD, history)))
    assert [each["id"] for each in found["components"]] == ["api", "cdn", "auth"]


async def test_the_month_that_goes_on_is_told_up_to_now(serve: Serve) -> None:
    found = await document(await serve(told(at=MONTH + 10 * DAY)))
    assert (found["until"], found["complete"]) == ("2026-11-11T00:00:00Z", False)
    assert found["components"][0]["observed_seconds"] == 864_000.0
    assert found["components"][0]["budget_left_seconds"] == 1_992.0


async def test_months_are_those_of_the_pages_time_zone(serve: Serve) -> None:
    found = await document(await serve(told(page=Page("JustKalm", timezone="Europe/Berlin"))))
    assert (found["timezone"], found["from"], found["until"]) == (
        "Europe/Berlin",
        "2026-10-31T23:00:00Z",
        "2026-11-30T23:00:00Z",
    )


async def test_latencies_are_asked_for_as_far_as_the_month_goes(serve: Serve) -> None:
    known = told(Board(setup=setup(component_setup("api"))))
    client, history = await serve(known), known.history
    assert isinstance(history, FakeHistory)
    await document(client)
    assert questions(history, "latency") == questions(history, f"latency api {MONTH} {MONTH + 30 * DAY}") == 1


@pytest.mark.parametrize("path", ["/api/v1/reports", "/reports"])
@pytest.mark.parametrize(
    ("month", "status", "detail"),
    [
        ("2027-01", 404, "2027-01 has not begun yet."),
        ("2026-09", 404, "Nothing was observed in 2026-09: the first observation is of 2026-10-31T00:00:00Z."),
        ("2026-13", 422, "month: must be a month such as 2026-11."),
        ("november", 422, "month: must be a month such as 2026-11."),
    ],
)
async def test_a_month_of_which_there_is_no_report_is_refused_with_a_sentence(
    serve: Serve, path: str, month: str, status: int, detail: str
) -> None:
    assert await refusal(await serve(told()), f"{path}/{month}") == (status, detail)


async def test_the_month_in_which_watching_began_is_told(serve: Serve) -> None:
    found = await document(await serve(told()), "2026-10")
    assert found["components"][0]["coverage"] == 3.22


async def test_before_anything_was_observed_there_is_no_report(serve: Serve) -> None:
    client = await serve(sources(BOARD, FakeHistory()))
    assert await refusal(client, "/api/v1/reports/2026-11") == (404, "Nothing was observed yet.")


async def test_a_format_that_there_is_not_is_refused(serve: Serve) -> None:
    client = await serve(told())
    assert await refusal(client, "/api/v1/reports/2026-11?format=pdf") == (
        422,
        "format: must be one of json, csv, text.",
    )
