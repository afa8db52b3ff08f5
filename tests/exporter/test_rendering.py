"""Tags, headers and the answers of public GETs."""

from __future__ import annotations

import pytest

from exporter.rendering import as_html, as_json, json_answer
from monitor.core.board import Board
from monitor.core.model import ComponentState, Status, Step, Tick
from tests.builders import NOON, setup
from tests.exporter.conftest import Serve
from tests.exporter.fakes import sources

PUBLIC = ["/", "/api/v1/status", "/api/v1/components", "/api/v1/components/api", "/api/v1/incidents"]
UNCACHED = ["/metrics", "/livez", "/readyz"]


def test_equal_bytes_have_equal_tags_and_others_have_not() -> None:
    one, same, other = as_json({"a": 1}), as_json({"a": 1}), as_json({"a": 2})
    assert one.etag == same.etag != other.etag


def test_names_go_out_as_they_are_written() -> None:
    assert as_json({"name": "Zürich"}).body == '{"name":"Zürich"}\n'.encode()


def test_half_a_character_does_not_cost_the_document() -> None:
    assert as_html("seen: \ud800").body == b"seen: ?"
    assert json_answer({"seen": "\ud800"}).body == b'{"seen":"?"}\n'


def test_a_document_that_was_rendered_before_goes_out_as_it_was() -> None:
    told = json_answer('{ "a": 1 }', 201, headers={"Cache-Control": "no-store"})
    assert (told.status, told.body, told.content_type) == (201, b'{ "a": 1 }', "application/json")
    assert told.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PUBLIC)
async def test_public_answers_bear_a_strong_tag_and_may_be_kept_for_moments(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert response.headers["ETag"].startswith('"')
        assert response.headers["Cache-Control"] == "public, max-age=5"


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("condition", ["{0}", "W/{0}", '"other", {0}', '"other",W/{0}', "*"])
async def test_who_has_the_bytes_is_told_so_without_them(serve: Serve, path: str, condition: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        tag = response.headers["ETag"]
    async with client.get(path, headers={"If-None-Match": condition.format(tag)}) as response:
        assert (response.status, await response.read()) == (304, b"")
        assert (response.headers["ETag"], response.headers["Cache-Control"]) == (tag, "public, max-age=5")
        assert "Content-Type" not in response.headers


async def test_who_has_other_bytes_gets_these(serve: Serve) -> None:
    client = await serve()
    async with client.get("/api/v1/status", headers={"If-None-Match": '"other", nonsense'}) as response:
        assert response.status == 200


async def test_the_tag_changes_with_the_board(serve: Serve) -> None:
    board = Board(setup=setup())
    client = await serve(sources(board))
    async with client.get("/api/v1/status") as response:
        tag = response.headers["ETag"]
    board.apply(Tick(NOON), Step(components={"api": ComponentState(status=Status.MAJOR_OUTAGE, decided=NOON)}))
    async with client.get("/api/v1/status", headers={"If-None-Match": tag}) as response:
        assert (response.status, response.headers["ETag"] == tag) == (200, False)


@pytest.mark.parametrize("path", PUBLIC + UNCACHED)
async def test_head_answers_as_get_does_without_the_body(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as got, client.head(path) as headed:
        assert (headed.status, await headed.read()) == (got.status, b"")
        assert headed.headers.get("ETag") == got.headers.get("ETag")
        assert headed.headers["Content-Type"] == got.headers["Content-Type"]


async def test_head_tells_the_length_of_what_get_would_send(serve: Serve) -> None:
    client = await serve()
    async with client.get("/api/v1/status") as got, client.head("/api/v1/status") as headed:
        assert int(headed.headers["Content-Length"]) == len(await got.read())


@pytest.mark.parametrize("path", UNCACHED)
async def test_what_tells_of_ourselves_is_never_kept(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*PUBLIC, *UNCACHED, "/nowhere"])
async def test_every_answer_is_guarded_and_tells_no_versions(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.headers["Server"] == "justkalm-monitor"


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/components/nothing", "/api/v1/incidents?limit=0"])
async def test_pages_of_other_sites_may_read_the_api_and_its_problems(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_pages_of_other_sites_may_not_read_the_metrics(serve: Serve) -> None:
    client = await serve()
    async with client.get("/metrics") as response:
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_preflight_is_told_what_is_allowed(serve: Serve) -> None:
    client = await serve()
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "GET"}
    async with client.options("/api/v1/status", headers=asked) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


async def test_options_outside_the_api_only_names_the_methods(serve: Serve) -> None:
    client = await serve()
    async with client.options("/metrics") as response:
        assert (response.status, response.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
        assert "Access-Control-Allow-Methods" not in response.headers
