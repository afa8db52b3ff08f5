"""What is made once, and when it is made again."""

from __future__ import annotations

import asyncio

import pytest

from exporter.caching import MAX_AGE, Cache, Edition
from monitor.core.board import Board
from monitor.core.model import SECOND, Configured, Duration, Step
from tests.builders import NOON, setup
from tests.exporter.fakes import FakeClock


class Maker:
    """Makes 1, 2, 3, …; while the gate is closed, not yet."""

    def __init__(self) -> None:
        self.made = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fault: Exception | None = None

    async def make(self) -> int:
        self.made += 1
        number = self.made
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return number


def change(board: Board) -> None:
    board.apply(Configured(NOON, setup()), Step(setup=setup()))


@pytest.fixture
def board() -> Board:
    return Board(setup=setup())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def cache(board: Board, clock: FakeClock) -> Cache[int]:
    return Cache(Edition(board, clock), limit=2)


async def test_while_nothing_changes_it_is_made_once(cache: Cache[int]) -> None:
    maker = Maker()
    assert [await cache.get("a", maker.make) for _ in range(3)] == [1, 1, 1]


async def test_after_a_change_of_the_board_it_is_made_again(cache: Cache[int], board: Board) -> None:
    maker = Maker()
    await cache.get("a", maker.make)
    change(board)
    assert await cache.get("a", maker.make) == 2


@pytest.mark.parametrize(
    ("later", "made"),
    [(MAX_AGE - 1, 1), (MAX_AGE, 2), (-SECOND, 2)],
    ids=["just young enough", "too old", "the clock went back"],
)
async def test_it_is_made_again_when_it_is_ten_seconds_old(
    cache: Cache[int], clock: FakeClock, later: Duration, made: int
) -> None:
    maker = Maker()
    await cache.get("a", maker.make)
    clock.at += later
    assert await cache.get("a", maker.make) == made


async def test_many_who_ask_at_once_wait_for_the_same(cache: Cache[int]) -> None:
    maker = Maker()
    maker.gate.clear()
    asking = [asyncio.create_task(cache.get("a", maker.make)) for _ in range(20)]
    await asyncio.sleep(0)
    maker.gate.set()
    assert set(await asyncio.gather(*asking)) == {1}


async def test_who_asks_after_a_change_does_not_get_what_was_begun_before(cache: Cache[int], board: Board) -> None:
    maker = Maker()
    maker.gate.clear()
    before = asyncio.create_task(cache.get("a", maker.make))
    await asyncio.sleep(0)
    change(board)
    after = asyncio.create_task(cache.get("a", maker.make))
    await asyncio.sleep(0)
    maker.gate.set()
    assert (await before, await after) == (1, 2)


async def test_one_who_goes_away_does_not_take_it_from_the_others(cache: Cache[int]) -> None:
    maker = Maker()
    maker.gate.clear()
    first, second = (asyncio.create_task(cache.get("a", maker.make)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    maker.gate.set()
    assert await second == 1


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(cache: Cache[int]) -> None:
    maker = Maker()
    maker.fault = RuntimeError("no history")
    failures = await asyncio.gather(*(cache.get("a", maker.make) for _ in range(3)), return_exceptions=True)
    maker.fault = None
    assert [str(failure) for failure in failures] == ["no history"] * 3
    assert (maker.made, await cache.get("a", maker.make)) == (1, 2)


async def test_it_keeps_no_more_than_its_limit_and_gives_up_what_nobody_asked_for(cache: Cache[int]) -> None:
    maker = Maker()
    for key in ("a", "b", "a", "c"):
        await cache.get(key, maker.make)
    assert await cache.get("a", maker.make) == 1
    assert await cache.get("c", maker.make) == 3
    assert await cache.get("b", maker.make) == 4


async def test_closing_gives_up_what_is_still_being_made(cache: Cache[int]) -> None:
    maker = Maker()
    maker.gate.clear()
    asking = asyncio.create_task(cache.get("a", maker.make))
    await asyncio.sleep(0)
    await cache.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
