from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from monitor.doubts import Reference, References

GATEWAY, RESOLVER = Reference("gateway.test", 443), Reference("fd00::53", 53)


class Neighbourhood:
    """What answers, and who was asked."""

    def __init__(self, *answering: Reference) -> None:
        self.answering = set(answering)
        self.asked: list[Reference] = []
        self.now = 0.0
        self.wait: Callable[[], Awaitable[None]] | None = None

    async def ask(self, reference: Reference) -> bool:
        self.asked.append(reference)
        if self.wait is not None:
            await self.wait()
        return reference in self.answering

    def references(self) -> References:
        return References(self.ask, lambda: self.now)


async def test_they_are_silent_when_none_answers_that_did_before() -> None:
    around = Neighbourhood(GATEWAY, RESOLVER)
    references = around.references()
    await references.use([GATEWAY, RESOLVER])
    around.answering.clear()
    assert await references.silent()


async def test_one_that_answers_is_enough() -> None:
    around = Neighbourhood(GATEWAY, RESOLVER)
    references = around.references()
    await references.use([GATEWAY, RESOLVER])
    around.answering.remove(GATEWAY)
    assert not await references.silent()


async def test_one_that_never_answered_proves_nothing() -> None:
    around = Neighbourhood()
    references = around.references()
    await references.use([GATEWAY])
    assert not await references.silent()


async def test_one_that_answers_later_counts_from_then_on() -> None:
    around = Neighbourhood()
    references = around.references()
    await references.use([GATEWAY])
    around.answering.add(GATEWAY)
    assert not await references.silent()
    around.answering.clear()
    around.now = 5.0
    assert await references.silent()


async def test_where_none_is_named_nobody_is_asked() -> None:
    around = Neighbourhood()
    references = around.references()
    await references.use([])
    assert not await references.silent()
    assert around.asked == []


async def test_an_answer_is_kept_for_five_seconds() -> None:
    around = Neighbourhood(GATEWAY)
    references = around.references()
    await references.use([GATEWAY])
    around.now = 100.0
    assert not await references.silent()
    around.answering.clear()
    around.now = 104.9
    assert not await references.silent()
    around.now = 105.0
    assert await references.silent()
    assert len(around.asked) == 3


async def test_many_who_doubt_at_once_share_one_question() -> None:
    around = Neighbourhood(GATEWAY)
    references = around.references()
    await references.use([GATEWAY])
    opened = asyncio.Event()
    around.wait = opened.wait  # type: ignore[assignment]
    doubting = [asyncio.create_task(references.silent()) for _ in range(20)]
    await asyncio.sleep(0)
    opened.set()
    assert await asyncio.gather(*doubting) == [False] * 20
    assert len(around.asked) == 2


async def test_a_reload_asks_only_what_is_new(caplog: pytest.LogCaptureFixture) -> None:
    around = Neighbourhood(GATEWAY)
    references = around.references()
    await references.use([GATEWAY])
    await references.use([GATEWAY, RESOLVER])
    assert around.asked == [GATEWAY, RESOLVER]
    assert caplog.messages == ["reference tcp://[fd00::53]:53 does not answer; it is ignored until it does"]
