"""Tags, headers and the answers of public GETs."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from exporter.rendering import (
    LEAST_PACKED,
    PACKED_AT_ONCE,
    as_html,
    as_json,
    as_script,
    as_text,
    json_answer,
    respond,
)
from monitor.core.board import Board
from monitor.core.model import ComponentState, Status, Step, Tick
from tests.builders import NOON, setup
from tests.clients.sites import Site
from tests.exporter.conftest import Serve
from tests.exporter.fakes import sources

PUBLIC = ["/", "/api/v1/status", "/api/v1/components", "/api/v1/components/api", "/api/v1/incidents"]
UNCACHED = ["/metrics", "/livez", "/readyz"]
LONG = ["/", "/widget.js", "/api/v1/openapi.json"]
TAKES_GZIP = {"Accept-Encoding": "gzip"}


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


# ── packed ───────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def raw(client: ClientSession) -> AsyncIterator[ClientSession]:
    """A client of the same server that takes bodies as they come and says only what it is told to say."""
    async with ClientSession(
        client._base_url, auto_decompress=False, skip_auto_headers=["Accept-Encoding"]
    ) as session:
        yield session


@pytest.mark.parametrize("path", LONG)
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ({"Accept-Encoding": "gzip, deflate, br"}, "gzip"),
        ({"Accept-Encoding": "GZIP"}, "gzip"),
        ({"Accept-Encoding": "gzip;q=0.5"}, "gzip"),
        ({"Accept-Encoding": "gzip;q=0"}, None),
        ({"Accept-Encoding": "identity, gzip;q=0.5"}, None),
        ({"Accept-Encoding": "br"}, None),
        ({"Accept-Encoding": ""}, None),
        ({}, None),
    ],
)
async def test_who_takes_gzip_gets_it(serve: Serve, path: str, accepted: dict[str, str], coding: str | None) -> None:
    async with raw(await serve()) as client:
        async with client.get(path) as plain, client.get(path, headers=accepted) as told:
            assert told.headers.get("Content-Encoding") == coding
            assert (told.headers["Vary"], plain.headers["Vary"]) == ("Accept-Encoding", "Accept-Encoding")
            assert told.headers["Content-Type"] == plain.headers["Content-Type"]
            body, bytes_sent = await plain.read(), await told.read()
    assert (gzip.decompress(bytes_sent) if coding else bytes_sent) == body
    assert not coding or len(bytes_sent) < len(body) / 2


async def test_what_fits_into_a_packet_is_never_packed(serve: Serve) -> None:
    async with raw(await serve()) as client, client.get("/api/v1/status", headers=TAKES_GZIP) as told:
        assert "Content-Encoding" not in told.headers
        assert told.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(("size", "packed"), [(LEAST_PACKED - 1, False), (LEAST_PACKED, True)])
async def test_a_kilobyte_is_worth_packing(size: int, packed: bool) -> None:
    async def answer(request: web.Request) -> web.Response:
        return respond(request, as_text("x" * size, "text/plain"))

    async with Site({"/": answer}) as site, ClientSession() as client:
        async with client.get(site.url, headers=TAKES_GZIP) as told:
            assert ("Content-Encoding" in told.headers) is packed


@pytest.mark.parametrize("path", LONG)
async def test_each_coding_has_its_own_tag_and_304_for_it_alone(serve: Serve, path: str) -> None:
    async with raw(await serve()) as client:
        async with client.get(path) as one, client.get(path, headers=TAKES_GZIP) as two:
            plain, packed = one.headers["ETag"], two.headers["ETag"]
        for accepted, tag, other in (("identity", plain, packed), ("gzip", packed, plain)):
            takes = {"Accept-Encoding": accepted}
            async with client.get(path, headers={**takes, "If-None-Match": tag}) as told:
                assert (told.status, told.headers["ETag"], await told.read()) == (304, tag, b"")
                assert told.headers["Vary"] == "Accept-Encoding"
                assert not {"Content-Encoding", "Content-Type"} & set(told.headers)
            async with client.get(path, headers={**takes, "If-None-Match": other}) as told:
                assert (told.status, told.headers["ETag"]) == (200, tag)


@pytest.mark.parametrize("path", LONG)
async def test_head_tells_of_what_would_be_sent_packed(serve: Serve, path: str) -> None:
    async with raw(await serve()) as client:
        async with client.get(path, headers=TAKES_GZIP) as got, client.head(path, headers=TAKES_GZIP) as headed:
            assert (headed.status, await headed.read()) == (200, b"")
            assert int(headed.headers["Content-Length"]) == len(await got.read())
            for name in ("ETag", "Content-Encoding", "Content-Type", "Vary"):
                assert headed.headers[name] == got.headers[name]


@pytest.mark.parametrize("size", [PACKED_AT_ONCE, 100 * PACKED_AT_ONCE])
async def test_it_is_packed_once_however_many_ask_at_the_same_time(size: int) -> None:
    rendering = as_text("x" * size, "text/plain")
    first, *others = await asyncio.gather(*(rendering.gzipped() for _ in range(20)))
    assert gzip.decompress(first) == rendering.body
    assert all(other is first for other in [*others, await rendering.gzipped()])


@pytest.mark.parametrize(("size", "at_once"), [(PACKED_AT_ONCE, True), (PACKED_AT_ONCE + 1, False)])
async def test_what_is_long_is_packed_off_the_loop(size: int, at_once: bool) -> None:
    rendering = as_text("x" * size, "text/plain")
    packing = asyncio.create_task(rendering.gzipped())
    await asyncio.sleep(0)
    assert packing.done() is at_once
    await packing


@pytest.mark.parametrize("size", [1, LEAST_PACKED])
async def test_the_headers_of_one_answer_are_not_those_of_the_next(size: int) -> None:
    rendering = as_text("x" * size, "text/plain")

    async def answer(request: web.Request) -> web.Response:
        response = respond(request, rendering)
        response.headers.add("X-Told", "once")
        return response

    async with Site({"/": answer}) as site, ClientSession() as client:
        for _ in range(2):
            async with client.get(site.url) as told:
                assert told.headers.getall("X-Told") == ["once"]


def test_what_is_no_json_bears_its_own_type() -> None:
    told = as_text("<svg/>", "image/svg+xml")
    assert (told.body, told.content_type) == (b"<svg/>", "image/svg+xml")
    assert as_html("<p>").content_type == "text/html; charset=utf-8"
    assert as_script(b"1").content_type == "text/javascript; charset=utf-8"
