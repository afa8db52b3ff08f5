"""The description: whole, valid, and as true as the tables it is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest

from exporter.circuit import CircuitState
from exporter.openapi.description import SUBJECTS, description
from exporter.routes import ROUTES
from exporter.sources import Page
from monitor.core.fanout import PATTERNS
from monitor.core.model import (
    AmendmentKind,
    EventKind,
    Health,
    Impact,
    IncidentStatus,
    MaintenanceStatus,
    Reason,
    Status,
    Verdict,
)
from monitor.core.subscribing import DeliveryState
from tests.exporter.conftest import Serve
from tests.exporter.fakes import sources
from tests.exporter.openapi.net import NET

DESCRIPTION: Any = description()
SCHEMAS = DESCRIPTION["components"]["schemas"]
EXAMPLES = {name: value for subject in SUBJECTS for name, value in subject.examples.items()}


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """All objects in it, at any depth."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from parts(part)


def test_every_route_is_described_and_nothing_else_is() -> None:
    described = {operation for subject in SUBJECTS for operation in subject.operations}
    assert described == {(method, path) for method, path, _ in ROUTES}


def test_no_name_is_given_twice() -> None:
    operations = [each["operationId"] for path in DESCRIPTION["paths"].values() for each in path.values()]
    schemas = [name for subject in SUBJECTS for name in subject.schemas]
    assert (len(operations), len(schemas)) == (len(set(operations)), len(set(schemas)))


def test_every_reference_leads_somewhere() -> None:
    for part in parts(DESCRIPTION):
        if isinstance(part.get("$ref"), str):
            found = DESCRIPTION
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_as_its_schema_has_it(name: str) -> None:
    NET.validate(name, EXAMPLES[name])


@pytest.mark.parametrize(
    ("schema", "field", "enumeration"),
    [
        ("Status", "status", Status),
        ("Component", "status", Status),
        ("Circuit", "state", CircuitState),
        ("Probe", "health", Health),
        ("Probe", "verdict", Verdict),
        ("Probe", "reason", Reason),
        ("Incident", "status", IncidentStatus),
        ("Incident", "impact", Impact),
        ("Update", "status", IncidentStatus),
        ("IncidentChange", "status", IncidentStatus),
        ("Window", "status", MaintenanceStatus),
        ("Amendment", "kind", AmendmentKind),
        ("Delivery", "type", EventKind),
        ("Delivery", "state", DeliveryState),
        ("StatusNews", "previous_status", Status),
    ],
)
def test_a_closed_list_is_that_of_the_code(schema: str, field: str, enumeration: type[StrEnum]) -> None:
    told = SCHEMAS[schema]["properties"][field]["enum"]
    assert [each for each in told if each is not None] == list(enumeration)


def test_subscribers_may_ask_for_what_is_fanned_out() -> None:
    assert SCHEMAS["NewSubscription"]["properties"]["events"]["items"]["enum"] == list(PATTERNS)


def test_there_is_a_webhook_for_every_kind_of_event() -> None:
    assert set(DESCRIPTION["webhooks"]) == set(EventKind)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", "/"),
        ("https://status.justkalm.com", "https://status.justkalm.com"),
        ("https://example.com/status/", "https://example.com/status"),
    ],
)
async def test_the_server_is_where_the_page_is_as_far_as_that_is_known(serve: Serve, url: str, server: str) -> None:
    client = await serve(sources(page=Page("JustKalm", url)))
    async with client.get("/api/v1/openapi.json") as response:
        assert (await response.json())["servers"] == [{"url": server}]


async def test_when_the_page_moves_the_description_moves_with_it(serve: Serve) -> None:
    moving = sources(page=Page("JustKalm", "https://status.justkalm.com"))
    client = await serve(moving)
    for url in ("https://status.justkalm.com", "https://status.example"):
        moving.page = Page("JustKalm", url)
        async with client.get("/docs") as response:
            assert f"STATUS={url}\n" in await response.text()


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/docs"])
async def test_who_has_the_description_is_told_that_it_is_as_good_as_new(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        tag = response.headers["ETag"]
    async with client.get(path, headers={"If-None-Match": tag}) as response:
        assert response.status == 304


async def test_programs_get_it_as_json(serve: Serve) -> None:
    client = await serve()
    async with client.get("/api/v1/openapi.json") as response:
        assert (response.content_type, response.headers["Access-Control-Allow-Origin"]) == ("application/json", "*")
        assert await response.json() == DESCRIPTION


def test_it_is_as_openapi_has_it() -> None:
    validator = pytest.importorskip(
        "openapi_spec_validator", reason="nobody checks the description by OpenAPI's rules"
    )
    validator.validate(json.loads(json.dumps(DESCRIPTION)))
