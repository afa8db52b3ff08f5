from __future__ import annotations

import asyncio
import time

import pytest

from exporter.callbacks import Callbacks
from tests.exporter.conftest import Serve
from tests.exporter.fakes import sources

BASE = "https://monitor.test"


async def test_a_post_arrives_at_the_url_that_was_made_for_it(serve: Serve) -> None:
    callbacks = Callbacks(BASE)
    client = await serve(sources(callbacks=callbacks))
    before = time.monotonic_ns()
    with callbacks.awaited() as awaited:
        async with client.post(awaited.url.removeprefix(BASE), json={"any": "thing"}) as answer:
            assert answer.status == 204
        assert before < await awaited.arrival() < time.monotonic_ns()


async def test_only_the_first_of_several_posts_counts(serve: Serve) -> None:
    callbacks = Callbacks(BASE)
    client = await serve(sources(callbacks=callbacks))
    with callbacks.awaited() as awaited:
        async with client.post(awaited.url.removeprefix(BASE)):
            first = await awaited.arrival()
        async with client.post(awaited.url.removeprefix(BASE)) as answer:
            assert answer.status == 204
        assert await awaited.arrival() == first


async def test_a_url_is_good_for_one_run_only(serve: Serve) -> None:
    callbacks = Callbacks(BASE)
    client = await serve(sources(callbacks=callbacks))
    with callbacks.awaited() as awaited:
        pass
    async with client.post(awaited.url.removeprefix(BASE)) as answer:
        assert answer.status == 404


async def test_no_two_urls_are_the_same() -> None:
    callbacks = Callbacks(BASE)
    with callbacks.awaited() as one, callbacks.awaited() as other:
        assert one.url != other.url
        assert one.url.startswith(f"{BASE}/callbacks/")


async def test_what_nobody_posts_to_is_awaited_until_whoever_waits_gives_up() -> None:
    with Callbacks(BASE).awaited() as awaited:
        waiting = asyncio.create_task(awaited.arrival())
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


async def test_only_posts_are_callbacks(serve: Serve) -> None:
    callbacks = Callbacks(BASE)
    client = await serve(sources(callbacks=callbacks))
    with callbacks.awaited() as awaited:
        async with client.get(awaited.url.removeprefix(BASE)) as answer:
            assert answer.status == 405
