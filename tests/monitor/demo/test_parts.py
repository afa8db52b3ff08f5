"""What each part of the pretend JustKalm answers."""

from __future__ import annotations

import aiohttp
import pytest

from monitor.demo.parts.batch import JOB_TAKES, JOBS_KEPT
from monitor.demo.pretend import JustKalm
from tests.monitor.demo.conftest import Clock


async def test_the_api_is_healthy_without_a_token(justkalm: JustKalm, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{justkalm.urls['api']}/health") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_the_api_shows_valuations_to_the_bearer_of_a_token(
    justkalm: JustKalm, client: aiohttp.ClientSession, token: str
) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with client.get(f"{justkalm.urls['api']}/v1/valuations", headers=headers) as response:
        assert response.status == 200
        assert len((await response.json())["valuations"]) == 2


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer 9999999999.beef", "Basic ZGVtbzpkZW1v"])
async def test_the_api_refuses_whoever_bears_no_token_of_ours(
    justkalm: JustKalm, client: aiohttp.ClientSession, authorization: str
) -> None:
    headers = {"Authorization": authorization}
    async with client.get(f"{justkalm.urls['api']}/v1/valuations", headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_the_dashboard_is_a_page_with_a_title(justkalm: JustKalm, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{justkalm.urls['dashboard']}/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "<title>JustKalm Dashboard</title>" in await response.text()


async def test_a_batch_job_is_queued_and_then_done(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock
) -> None:
    async with client.post(f"{justkalm.urls['batch']}/jobs") as response:
        job = await response.json()
        assert (response.status, job["status"]) == (202, "queued")
        location = response.headers["Location"]
    await clock.sleep(JOB_TAKES)
    assert await _json(client, justkalm.urls["batch"] + location) == {"id": job["id"], "status": "done"}


async def test_a_batch_job_is_deleted_once(justkalm: JustKalm, client: aiohttp.ClientSession) -> None:
    async with client.post(f"{justkalm.urls['batch']}/jobs") as response:
        job = justkalm.urls["batch"] + response.headers["Location"]
    for status in (204, 404):
        async with client.delete(job) as response:
            assert response.status == status
    assert await _status(client, job) == 404


async def test_the_oldest_batch_jobs_are_forgotten(justkalm: JustKalm, client: aiohttp.ClientSession) -> None:
    locations = []
    for _ in range(JOBS_KEPT + 1):
        async with client.post(f"{justkalm.urls['batch']}/jobs") as response:
            locations.append(justkalm.urls["batch"] + response.headers["Location"])
    assert [await _status(client, locations[n]) for n in (0, 1, -1)] == [404, 200, 200]


async def test_the_cdn_serves_an_asset_from_its_cache_after_the_first_time(
    justkalm: JustKalm, client: aiohttp.ClientSession, clock: Clock
) -> None:
    url = f"{justkalm.urls['cdn']}/assets/app.js"
    async with client.get(url) as first:
        assert (first.headers["X-Cache"], first.headers["Age"]) == ("MISS", "0")
        assert first.headers["Cache-Control"] == "public, max-age=86400"
    await clock.sleep(7)
    async with client.get(url) as second:
        assert (second.headers["X-Cache"], second.headers["Age"]) == ("HIT", "7")
        assert second.headers["ETag"] == first.headers["ETag"]


async def test_the_cdn_answers_304_to_whoever_has_the_asset(
    justkalm: JustKalm, client: aiohttp.ClientSession
) -> None:
    url = f"{justkalm.urls['cdn']}/assets/app.js"
    async with client.get(url) as response:
        etag = response.headers["ETag"]
    async with client.get(url, headers={"If-None-Match": etag}) as response:
        assert (response.status, await response.read()) == (304, b"")


async def _json(client: aiohttp.ClientSession, url: str) -> object:
    async with client.get(url) as response:
        return await response.json()


async def _status(client: aiohttp.ClientSession, url: str) -> int:
    async with client.get(url) as response:
        return response.status
