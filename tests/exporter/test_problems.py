"""What goes wrong is told as RFC 9457 has it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession

from tests.exporter.conftest import Serve
from tests.exporter.fakes import FakeHistory, sources

STATUSES = "must be one of investigating, identified, monitoring, resolved."
CURSOR = "must be the next_cursor of an earlier answer."
LIMIT = "must be a whole number from 1 to 100."


async def problem(response: ClientResponse) -> Any:
    assert response.content_type == "application/problem+json"
    document = await response.json(content_type=None)
    assert (document["type"], document["status"]) == ("about:blank", response.status)
    return document


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/nowhere", "There is nothing at /nowhere."),
        ("/api/v1/status/", "There is nothing at /api/v1/status/."),
        ("/api/v1/components/nothing", "There is no component 'nothing'."),
        ("/api/v1/incidents/inc_0", "There is no incident 'inc_0'."),
    ],
)
async def test_what_is_not_there_is_named(serve: Serve, path: str, detail: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        document = await problem(response)
    assert document == {"type": "about:blank", "title": "Not Found", "status": 404, "detail": detail}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/api/v1/status", "GET, HEAD, OPTIONS"),
        ("DELETE", "/", "GET, HEAD, OPTIONS"),
        ("PUT", "/api/v1/subscriptions", "GET, HEAD, OPTIONS, POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(serve: Serve, method: str, path: str, allow: str) -> None:
    client = await serve()
    async with client.request(method, path) as response:
        document = await problem(response)
        assert (response.status, response.headers["Allow"]) == (405, allow)
    assert document["detail"] == f"{method} is not allowed here; allowed: {allow}."


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("limit=0", "limit", LIMIT),
        ("limit=101", "limit", LIMIT),
        ("limit=", "limit", LIMIT),
        ("limit=%2B5", "limit", LIMIT),
        ("limit=five", "limit", LIMIT),
        ("limit=%D9%A3", "limit", LIMIT),
        ("status=closed", "status", STATUSES),
        ("component=nothing", "component", "must be the id of a component: api."),
        ("cursor=x", "cursor", CURSOR),
        ("cursor=", "cursor", CURSOR),
        ("cursor=%C3%BC", "cursor", CURSOR),
        ("cursor=bm90aGluZw", "cursor", CURSOR),
        ("cursor=____", "cursor", CURSOR),
    ],
)
async def test_a_wrong_parameter_is_named_with_what_is_allowed(
    serve: Serve, query: str, field: str, detail: str
) -> None:
    client = await serve()
    async with client.get(f"/api/v1/incidents?{query}") as response:
        document = await problem(response)
    assert (document["status"], document["errors"]) == (422, [{"field": field, "detail": detail}])
    assert document["detail"] == f"{field}: {detail}"


async def test_all_wrong_parameters_are_named_at_once(serve: Serve) -> None:
    client = await serve()
    async with client.get("/api/v1/incidents?status=closed&limit=0") as response:
        document = await problem(response)
    assert [error["field"] for error in document["errors"]] == ["limit", "status"]


async def test_a_bug_is_logged_but_not_told_and_the_server_goes_on(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    client = await serve(sources(history=FakeHistory(fault=RuntimeError("secret insides"))))
    async with client.get("/api/v1/incidents") as response:
        document = await problem(response)
    assert (document["status"], document["detail"]) == (500, "Something went wrong on our side; it is logged.")
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == "GET /api/v1/incidents failed"
    assert record.exc_info is not None
    async with client.get("/api/v1/status") as response:
        assert response.status == 200


async def test_after_a_failure_the_next_reader_is_served(serve: Serve) -> None:
    history = FakeHistory(fault=RuntimeError("no history"))
    client = await serve(sources(history=history))
    async with client.get("/api/v1/incidents") as response:
        assert response.status == 500
    history.fault = None
    async with client.get("/api/v1/incidents") as response:
        assert response.status == 200


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_a_browser_is_shown_a_page_where_there_is_nothing(serve: Serve) -> None:
    client = await serve()
    async with ClientSession(client._base_url) as browser:
        async with browser.get("/nowhere", headers={"Accept": BROWSER}) as response:
            assert (response.status, response.content_type) == (404, "text/html")
            assert response.headers["Cache-Control"] == "no-store"
            assert "style-src 'sha256-" in response.headers["Content-Security-Policy"]
            assert "<html" in await response.text()
        async with browser.get("/badges/nope.json", headers={"Accept": BROWSER}) as response:
            await problem(response)


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json, text/html;q=0.9", "application/problem+json", "image/png"]
)
async def test_who_does_not_prefer_pages_gets_a_problem(serve: Serve, accept: str) -> None:
    client = await serve()
    async with client.get("/nowhere", headers={"Accept": accept}) as response:
        assert (await problem(response))["status"] == 404
