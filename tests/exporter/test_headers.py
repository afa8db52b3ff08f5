"""What pages of other sites may read, and what they may not."""

from __future__ import annotations

import pytest

from tests.exporter.conftest import Serve

PUBLIC = [
    "/",
    "/history",
    "/docs",
    "/live.js",
    "/widget.js",
    "/feed.atom",
    "/maintenance.ics",
    "/badges/api.svg",
    "/badges/api.json",
    "/api/v1/status",
    "/api/v1/openapi.json",
    "/api/v2/summary.json",
]
ERRORS = [
    "/badges/nope.json",
    "/badges/api.svg?show=nope",
    "/components/nope",
    "/api/v1/components/nope",
    "/api/v1/incidents?limit=0",
    "/api/v1/stream",
    "/nowhere",
]
INNER = ["/metrics", "/livez", "/readyz"]
PRIVATE = ["/api/v1/subscriptions", "/api/v1/subscriptions/sub_1", "/callbacks/secret", "/heartbeats/secret"]


@pytest.mark.parametrize("path", PUBLIC + ERRORS)
async def test_pages_of_other_sites_may_read_what_is_public_and_its_tag(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert response.headers.getall("Access-Control-Allow-Origin") == ["*"]
        assert response.headers["Access-Control-Expose-Headers"] == "ETag"


@pytest.mark.parametrize("path", PUBLIC)
async def test_also_when_they_have_it_already(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path, headers={"If-None-Match": "*"}) as response:
        assert response.status == 304
        assert response.headers.getall("Access-Control-Allow-Origin") == ["*"]


@pytest.mark.parametrize("path", INNER + PRIVATE)
async def test_pages_of_other_sites_may_not_read_what_is_for_few(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("path", [*PUBLIC, "/api/v1/stream"])
async def test_a_preflight_is_told_what_is_allowed(serve: Serve, path: str) -> None:
    client = await serve()
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "GET"}
    async with client.options(path, headers=asked) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert response.headers["Access-Control-Max-Age"] == "86400"


@pytest.mark.parametrize("name", ["Authorization", "Cache-Control", "Content-Type", "If-None-Match", "Last-Event-ID"])
async def test_pages_of_other_sites_may_send_what_readers_need(serve: Serve, name: str) -> None:
    client = await serve()
    async with client.options("/api/v1/stream") as response:
        assert name in response.headers["Access-Control-Allow-Headers"].split(", ")


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/api/v1/subscriptions", "/heartbeats/secret"])
async def test_options_of_what_is_for_few_only_name_the_methods(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.options(path) as response:
        assert (response.status, "OPTIONS" in response.headers["Allow"]) == (204, True)
        assert not [name for name in response.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize("path", PRIVATE)
async def test_nobody_keeps_what_is_private_whatever_is_answered(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.options(path) as response:
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*PUBLIC, *ERRORS, *INNER, *PRIVATE])
async def test_every_answer_is_guarded_and_tells_no_versions(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers.getall("Server") == ["justkalm-monitor"]
