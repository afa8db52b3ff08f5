"""The net catches what it is there for."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, web

from exporter.problems import CONTENT_TYPE
from tests.exporter.openapi.net import NET, Escaped, watched

JSON = {"Content-Type": "application/json", "ETag": '"1"'}
GOOD = '{"status":"operational","updated_at":null,"components":[]}'


def test_an_answer_as_described_passes() -> None:
    NET.check("GET", "/api/v1/status", 200, JSON, GOOD.encode())


@pytest.mark.parametrize(
    ("status", "headers", "body", "words"),
    [
        (201, JSON, GOOD, "is not described to answer 201"),
        (200, {"Content-Type": "application/json"}, GOOD, "lacks ETag"),
        (200, JSON | {"Content-Type": "text/plain"}, GOOD, "is not described as 'text/plain'"),
        (200, JSON | {"Content-Type": CONTENT_TYPE}, GOOD, "is not described as 'application/problem+json'"),
        (200, JSON, GOOD.replace("operational", "fine"), "'fine' is not one of"),
        (200, JSON, GOOD.replace("null", '"2026-12-01T12:00:00+01:00"'), "does not match 'Z$'"),
        (200, JSON, GOOD.replace("null", '"2026-13-01T12:00:00Z"'), "is not a 'date-time'"),
        (200, JSON, GOOD.replace('"updated_at":null,', ""), "'updated_at' is a required property"),
        (200, JSON, GOOD.replace("{", '{"secret":1,'), "'secret' was unexpected"),
        (200, JSON, GOOD.replace("[]", '[{"id":"api","name":"API","status":null}]'), "None is not of type 'string'"),
    ],
)
def test_an_answer_that_is_not_as_described_is_caught(
    status: int, headers: dict[str, str], body: str, words: str
) -> None:
    with pytest.raises(Escaped) as caught:
        NET.check("GET", "/api/v1/status", status, headers, body.encode())
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("status", "headers", "caught"),
    [(404, {"Content-Type": CONTENT_TYPE}, False), (404, {}, True), (200, JSON, True), (302, {}, True)],
)
def test_where_nothing_is_described_nothing_may_be(status: int, headers: dict[str, str], caught: bool) -> None:
    try:
        NET.check("GET", "/api/v1/nothing", status, headers, b"{}")
    except Escaped:
        assert caught
    else:
        assert not caught


async def _lie(_request: web.Request) -> web.Response:
    return web.json_response({"status": "fine"}, headers={"ETag": '"1"'})


async def test_a_client_in_the_net_hears_of_a_server_that_lies() -> None:
    app = web.Application()
    app.router.add_get("/api/v1/status", _lie)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}", middlewares=(watched,)) as client:
        with pytest.raises(Escaped):
            await client.get("/api/v1/status")
    await runner.cleanup()
