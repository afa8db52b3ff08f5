from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from monitor.core.model import SECOND
from monitor.doubts import Reference, References

NOTHING_ANSWERS = (
    "no reference answers, and nothing else does: until something is heard, what targets leave unanswered"
    " cannot be told from a cut of our own network, and is unknown"
)
GATEWAY, RESOLVER = Reference("gateway.test", 443), Reference("fd00::53", 53)


class Neighbourhood:
    """What answers, and who was asked; a look begins at each round second that it is given."""

    def __init__(self, *answering: Reference) -> None:
        self.answering = set(answering)
        self.asked: list[Reference] = []
        self.now = 0
        self.wait: Callable[[], Awaitable[object]] | None = None
        self.references = References(self.ask, lambda: self.now)

    async def ask(self, reference: Reference) -> bool:
        self.asked.append(reference)
        if self.wait is not None:
            await self.wait()
        return reference in self.answering

    async def look(self, at: int) -> bool:
        """Whether all is silent after a look at this second."""
        self.now = at * SECOND
        await self.references.look()
        return self.references.silent

    async def look_in_vain(self, *seconds: int, others_heard: bool) -> None:
        """Each time, something else may be heard half a second before."""
        for second in seconds:
            if others_heard:
                self.references.hear(second * SECOND - 500, second * SECOND - 400)
            await self.look(second)


async def around(*named: Reference, answering: tuple[Reference, ...]) -> Neighbourhood:
    neighbourhood = Neighbourhood(*answering)
    neighbourhood.references.use(named)
    await neighbourhood.look(1)
    return neighbourhood


async def test_they_are_silent_when_none_answers_that_did_before() -> None:
    neighbourhood = await around(GATEWAY, RESOLVER, answering=(GATEWAY, RESOLVER))
    neighbourhood.answering.clear()
    assert await neighbourhood.look(20)


async def test_one_that_answers_is_enough() -> None:
    neighbourhood = await around(GATEWAY, RESOLVER, answering=(GATEWAY, RESOLVER))
    neighbourhood.answering.remove(GATEWAY)
    assert not await neighbourhood.look(20)


async def test_one_that_never_answered_proves_nothing() -> None:
    neighbourhood = await around(GATEWAY, answering=())
    assert not await neighbourhood.look(20)


async def test_one_that_answers_later_counts_from_then_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    neighbourhood = await around(GATEWAY, answering=())
    neighbourhood.answering.add(GATEWAY)
    assert not await neighbourhood.look(20)
    neighbourhood.answering.clear()
    assert await neighbourhood.look(40)
    assert caplog.messages == [
        "reference tcp://gateway.test:443 does not answer; it is ignored until it does",
        "reference tcp://gateway.test:443 answers now",
        "reference tcp://gateway.test:443 does not answer any more",
        NOTHING_ANSWERS,
    ]


async def test_where_none_is_named_nobody_is_asked() -> None:
    neighbourhood = await around(answering=())
    assert not await neighbourhood.look(20)
    assert neighbourhood.asked == []


@pytest.mark.parametrize("named", [(), (RESOLVER,)])
async def test_nothing_is_silent_once_none_is_named_that_could_be_relied_on(named: tuple[Reference, ...]) -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.answering.clear()
    assert await neighbourhood.look(20)
    neighbourhood.references.use(named)
    assert not await neighbourhood.look(40)


async def test_an_answer_is_kept_for_half_a_second() -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.now += 499
    await neighbourhood.references.look()
    assert len(neighbourhood.asked) == 1
    neighbourhood.now += 1
    await neighbourhood.references.look()
    assert len(neighbourhood.asked) == 2


async def test_many_who_doubt_at_once_share_one_question() -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    opened = asyncio.Event()
    neighbourhood.now, neighbourhood.wait = 20 * SECOND, opened.wait
    doubting = [asyncio.create_task(neighbourhood.references.tainted(19 * SECOND)) for _ in range(20)]
    await asyncio.sleep(0)
    opened.set()
    assert await asyncio.gather(*doubting) == [False] * 20
    assert len(neighbourhood.asked) == 2


async def test_nobody_is_asked_about_a_run_since_whose_beginning_something_was_heard() -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.now = 20 * SECOND
    neighbourhood.references.hear(15 * SECOND, 16 * SECOND)
    assert not await neighbourhood.references.tainted(15 * SECOND)
    assert len(neighbourhood.asked) == 1


# ── which runs a silence taints ──────────────────────────────────────────────────────────────────────


async def silence_between_10_and_30() -> Neighbourhood:
    """Last heard at 10 s, seen to be silent at 20 s, heard again at 30 s."""
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    await neighbourhood.look(10)
    neighbourhood.answering.clear()
    assert await neighbourhood.look(20)
    neighbourhood.answering.add(GATEWAY)
    assert not await neighbourhood.look(30)
    return neighbourhood


@pytest.mark.parametrize(
    ("began", "tainted"), [(9_000, False), (10_000, False), (10_001, True), (29_999, True), (30_000, False)]
)
async def test_a_run_is_tainted_that_began_after_the_last_answer_and_before_the_next(
    began: int, tainted: bool
) -> None:
    neighbourhood = await silence_between_10_and_30()
    assert await neighbourhood.references.tainted(began) is tainted


async def test_a_run_that_is_heard_after_it_began_in_the_silence_ends_it_when_it_ends() -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.answering.clear()
    assert await neighbourhood.look(20)
    neighbourhood.references.hear(21 * SECOND, 28 * SECOND)
    assert not neighbourhood.references.silent
    assert await neighbourhood.references.tainted(27_999)


async def test_a_run_that_began_before_the_silence_does_not_end_it() -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.answering.clear()
    assert await neighbourhood.look(20)
    neighbourhood.references.hear(500, 21 * SECOND)
    assert neighbourhood.references.silent


async def test_nothing_is_silent_while_something_is_heard_that_began_after_they_were_asked() -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.answering.clear()

    async def meanwhile() -> None:
        neighbourhood.references.hear(20 * SECOND + 1, 20 * SECOND + 2)

    neighbourhood.wait = meanwhile
    assert not await neighbourhood.look(20)


# ── those that are dead ──────────────────────────────────────────────────────────────────────────────


async def test_one_that_is_dead_while_others_answer_is_retired_until_it_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.answering.clear()
    await neighbourhood.look_in_vain(20, 40, 60, others_heard=True)
    assert await neighbourhood.look(70)
    neighbourhood.references.hear(79 * SECOND, 80 * SECOND)
    await neighbourhood.look(80)
    assert caplog.messages[-1] == "reference tcp://gateway.test:443 is ignored until it answers, as others do"
    assert not await neighbourhood.look(100)
    neighbourhood.answering.add(GATEWAY)
    await neighbourhood.look(120)
    neighbourhood.answering.clear()
    assert await neighbourhood.look(140)


async def test_one_that_is_silent_while_everything_is_is_relied_on_for_as_long_as_that_lasts() -> None:
    neighbourhood = await around(GATEWAY, answering=(GATEWAY,))
    neighbourhood.answering.clear()
    await neighbourhood.look_in_vain(*range(20, 600, 20), others_heard=False)
    assert neighbourhood.references.silent


async def test_that_one_fell_silent_and_came_back_is_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    neighbourhood = await around(GATEWAY, RESOLVER, answering=(GATEWAY, RESOLVER))
    neighbourhood.answering.remove(RESOLVER)
    await neighbourhood.look(20)
    await neighbourhood.look(40)
    neighbourhood.answering.add(RESOLVER)
    await neighbourhood.look(60)
    await neighbourhood.look(80)
    assert caplog.messages == [
        "reference tcp://[fd00::53]:53 does not answer any more",
        "reference tcp://[fd00::53]:53 answers again",
    ]


# ── all the time ─────────────────────────────────────────────────────────────────────────────────────


async def test_what_a_reload_names_is_asked_at_once_and_also_when_it_comes_in_the_middle_of_a_look() -> None:
    neighbourhood = Neighbourhood(GATEWAY, RESOLVER)
    asked, opened = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        asked.set()
        await opened.wait()

    neighbourhood.wait = wait
    neighbourhood.references.use([GATEWAY])
    listening = asyncio.create_task(neighbourhood.references.run())
    await asked.wait()
    neighbourhood.references.use([GATEWAY, RESOLVER])
    opened.set()
    while RESOLVER not in neighbourhood.asked:
        await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await neighbourhood.references.close()
    neighbourhood.answering.clear()
    assert await neighbourhood.look(20)
