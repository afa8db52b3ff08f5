"""The two endpoints for whoever keeps us running."""

from __future__ import annotations

import pytest

from exporter.sources import Vitals
from tests.exporter.conftest import Serve
from tests.exporter.fakes import sources


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_all_is_well_in_one_word(serve: Serve, path: str) -> None:
    client = await serve()
    async with client.get(path) as response:
        assert (response.status, await response.text()) == (200, "ok\n")
        assert response.content_type == "text/plain"


@pytest.mark.parametrize(
    ("vitals", "sentence"),
    [
        (Vitals(), "The config is not loaded yet."),
        (Vitals(store_writable=True), "The config is not loaded yet."),
        (Vitals(configured=True), "The store does not take writes; results wait in memory."),
    ],
)
async def test_what_is_not_ready_says_why_while_it_lives(serve: Serve, vitals: Vitals, sentence: str) -> None:
    client = await serve(sources(vitals=vitals))
    async with client.get("/readyz") as response:
        assert (response.status, response.content_type) == (503, "application/problem+json")
        assert (await response.json(content_type=None))["detail"] == sentence
    async with client.get("/livez") as response:
        assert response.status == 200


async def test_readiness_is_told_as_it_is_now(serve: Serve) -> None:
    vitals = Vitals(configured=True, store_writable=True)
    client = await serve(sources(vitals=vitals))
    for writable, status in [(True, 200), (False, 503), (True, 200)]:
        vitals.store_writable = writable
        async with client.get("/readyz") as response:
            assert response.status == status
