from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import HOUR, Setup, Step, Tick, Window
from monitor.core.ports import Cursor
from storage.store import Store
from tests.builders import NOON

UPGRADE = Window(
    id="mnt_up",
    title="Upgrade",
    components=("api", "cdn"),
    starts=NOON + HOUR,
    ends=NOON + 2 * HOUR,
    stops=True,
    by="ada",
)


async def become(store: Store, *windows: Window) -> None:
    """Each in a step of its own, all in one commit."""
    await store.commit([(Tick(NOON), Step(windows={each.id: each})) for each in windows], alive=NOON)


def window(name: str, hours: int) -> Window:
    return replace(UPGRADE, id=f"mnt_{name}", starts=NOON + hours * HOUR, ends=NOON + (hours + 1) * HOUR)


async def pages(store: Store, limit: int) -> list[str]:
    """The names of all windows, read page by page."""
    names: list[str] = []
    before: Cursor | None = None
    while page := await store.maintenances(limit=limit, before=before):
        assert len(page) <= limit
        names += [each.id.removeprefix("mnt_") for each in page]
        before = page[-1].starts, page[-1].id
    return names


async def test_a_window_comes_back_as_it_was(store: Store) -> None:
    await become(store, UPGRADE)
    assert await store.maintenance("mnt_up") == UPGRADE


async def test_an_unknown_window_is_none(store: Store) -> None:
    await become(store, UPGRADE)
    assert await store.maintenance("mnt_none") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Move", "changed": 1},
        {"components": ("api",), "changed": 1},
        {"starts": NOON, "ends": NOON + HOUR, "changed": 2},
        {"cancelled": True},
    ],
)
async def test_a_window_is_as_it_became_last(store: Store, changes: dict[str, object]) -> None:
    became = replace(UPGRADE, **changes)  # type: ignore[arg-type]
    await become(store, UPGRADE)
    await become(store, replace(UPGRADE, title="Meanwhile"), became)
    assert await store.maintenance("mnt_up") == became
    assert await store.maintenances(limit=9) == [became]


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
async def test_windows_come_latest_start_first_in_pages_of_any_size(store: Store, limit: int) -> None:
    await become(store, window("b", 2), window("d", 9), window("a", 2), window("c", -3))
    assert await pages(store, limit) == ["d", "b", "a", "c"]


async def test_a_window_that_was_moved_comes_where_it_begins_now(store: Store) -> None:
    await become(store, window("a", 1), window("b", 2))
    await become(store, window("a", 3))
    assert await pages(store, 1) == ["a", "b"]


async def test_the_windows_of_a_setup_are_remembered_also_when_nothing_happened_to_them(store: Store) -> None:
    await store.commit([(Tick(NOON), Step(setup=Setup(windows=(UPGRADE,))))], alive=NOON)
    assert await store.maintenance("mnt_up") == UPGRADE
