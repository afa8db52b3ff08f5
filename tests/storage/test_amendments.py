from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import Amendment, Instant, Step, Tick
from monitor.core.ports import Cursor
from storage.store import Store
from tests.builders import NOON, amendment


async def make(store: Store, *amendments: Amendment) -> None:
    await store.commit([(Tick(NOON), Step(amendments=(each,))) for each in amendments], alive=NOON)


async def test_an_amendment_comes_back_as_it_was(store: Store) -> None:
    await make(store, amendment())
    assert await store.amendments("api", NOON, NOON + 1) == [amendment()]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(0, 100, False), (0, 101, True), (199, 300, True), (200, 300, False), (0, 300, True), (140, 150, True)],
)
async def test_amendments_are_those_that_touch_the_time(
    store: Store, since: Instant, until: Instant, found: bool
) -> None:
    await make(store, amendment(since=100, until=200))
    assert bool(await store.amendments("api", since, until)) == found


async def test_amendments_come_in_the_order_in_which_they_were_made(store: Store) -> None:
    made = [amendment(f"amd_{name}", since=since) for name, since in (("b", 9), ("c", 3), ("a", 6))]
    await make(store, *made)
    assert await store.amendments("api", 0, NOON) == made


async def test_amendments_are_those_of_the_component(store: Store) -> None:
    await make(store, amendment(component="api"), amendment("amd_other", component="cdn"))
    assert [each.component for each in await store.amendments("cdn", 0, 2 * NOON)] == ["cdn"]


async def test_an_amendment_that_is_written_down_again_stays_where_it_stands(store: Store) -> None:
    made = [amendment("amd_1"), amendment("amd_2"), amendment("amd_1")]
    await make(store, *made)
    assert await store.amendments("api", 0, 2 * NOON) == made[:2]


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
async def test_all_amendments_come_newest_first_in_pages_of_any_size(store: Store, limit: int) -> None:
    made = [("b", 5, "api"), ("d", 9, "cdn"), ("a", 5, "api"), ("c", 1, "cdn")]
    await make(store, *(replace(amendment(f"amd_{name}", component=of), at=at) for name, at, of in made))
    found: list[Amendment] = []
    before: Cursor | None = None
    while page := await store.all_amendments(limit=limit, before=before):
        assert len(page) <= limit
        found += page
        before = page[-1].at, page[-1].id
    assert [each.id.removeprefix("amd_") for each in found] == ["d", "b", "a", "c"]
