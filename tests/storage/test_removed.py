from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.model import Configured, Setup, Step
from storage.store import Store
from tests.builders import NOON, component_setup, setup

API, AUTH, CDN = component_setup("api"), component_setup("auth"), component_setup("cdn")
RENAMED = component_setup("cdn", name="Edge")


async def configure(store: Store, *setups: Setup) -> None:
    """All in one commit."""
    await store.commit([(Configured(NOON, it), Step(setup=it)) for it in setups], alive=NOON)


async def removed(store: Store) -> list[tuple[str, str]]:
    return [(component.id, component.name) for component in await store.removed()]


async def test_of_a_new_store_nothing_was_removed(store: Store) -> None:
    assert await removed(store) == []


@pytest.mark.parametrize(
    ("setups", "expected"),
    [
        ([setup(API, CDN)], []),
        ([setup(API, CDN), setup(API)], [("cdn", "CDN")]),
        ([setup(API, CDN), setup(API, RENAMED), setup(API)], [("cdn", "Edge")]),
        ([setup(API, CDN), setup(API), setup(API, AUTH)], [("cdn", "CDN")]),
        ([setup(API, CDN), setup(API), setup(API, CDN)], []),
        ([setup(API, AUTH, CDN), setup(AUTH, CDN), setup(CDN)], [("api", "API"), ("auth", "Authentication")]),
    ],
    ids=["watched", "removed", "by its last name", "others came", "it came back", "one after the other"],
)
@pytest.mark.parametrize("together", [False, True], ids=["in commits of their own", "in one commit"])
async def test_what_was_watched_once_and_is_no_more_is_remembered_as_it_was_last(
    store: Store, setups: list[Setup], expected: list[tuple[str, str]], together: bool
) -> None:
    for part in [setups] if together else [[each] for each in setups]:
        await configure(store, *part)
    assert await removed(store) == expected


async def test_what_was_removed_is_still_remembered_after_a_restart(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await configure(store, setup(API, CDN), setup(API))
    await store.close()
    store = await Store.open(tmp_path)
    assert await store.removed() == [CDN]
    await store.close()
