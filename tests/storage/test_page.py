from __future__ import annotations

from storage.store import Store


async def test_a_page_that_nobody_wrote_down_is_not_known(store: Store) -> None:
    assert await store.page() is None


async def test_the_page_is_the_one_that_was_written_down_last(store: Store) -> None:
    await store.put_page("JustKalm", "UTC")
    await store.put_page("Kalm „näher“", "Europe/Berlin")
    assert await store.page() == ("Kalm „näher“", "Europe/Berlin")
