"""Upkeep: all steps are done until none is left, with rests; what is refused is tried again."""

from __future__ import annotations

import logging

import pytest

from monitor.core.model import DAY, Duration, Instant
from monitor.core.ports import StoreRefused
from monitor.upkeep import Upkeep
from tests.builders import NOON


class Storage:
    """Has so many steps of each sort left."""

    def __init__(self, **left: int) -> None:
        self.left = {"sketch": 0, "pack": 0, "forget": 0, "shrink": 0} | left
        self.done: list[object] = []
        self.refuses = False
        self.fitting = True

    def _step(self, name: str, *said: object) -> bool:
        if self.refuses:
            raise StoreRefused("no space is left")
        self.done.append((name, *said) if said else name)
        self.left[name] -= 1
        return self.left[name] > 0

    async def sketch(self) -> bool:
        return self._step("sketch")

    async def pack(self, now: Instant) -> bool:
        return self._step("pack", now)

    async def forget(self, now: Instant, keep: Duration, max_size: int | None) -> bool:
        return self._step("forget", now, keep, max_size)

    async def shrink(self, max_size: int | None) -> bool:
        return self._step("shrink", max_size)

    async def fits(self, max_size: int | None) -> bool:
        return self.fitting


class Clock:
    def now(self) -> Instant:
        return NOON


class Rests:
    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, seconds: float) -> None:
        assert seconds >= 0
        self.count += 1


def upkeep(storage: Storage, rests: Rests | None = None) -> Upkeep:
    return Upkeep(storage, Clock(), 90 * DAY, 10**9, rest=rests or Rests())


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_round_does_each_sort_of_step_in_its_order_until_none_is_left() -> None:
    storage = Storage(sketch=2, pack=3)
    await upkeep(storage).round()
    assert storage.done == [
        *["sketch"] * 2,
        *[("pack", NOON)] * 3,
        ("forget", NOON, 90 * DAY, 10**9),
        ("shrink", 10**9),
    ]


async def test_there_is_a_rest_after_each_step() -> None:
    rests = Rests()
    await upkeep(Storage(pack=5), rests).round()
    assert rests.count == 8


async def test_a_reload_sets_what_is_kept() -> None:
    storage = Storage()
    kept = upkeep(storage)
    kept.keep, kept.max_size = DAY, None
    await kept.round()
    assert storage.done[2:] == [("forget", NOON, DAY, None), ("shrink", None)]


async def test_what_the_store_refuses_is_tried_again_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    storage = Storage()
    storage.refuses = True
    kept = upkeep(storage)
    await kept.round()
    await kept.round()
    assert errors(caplog) == ["results of long ago are neither packed nor forgotten: no space is left"]
    storage.refuses = False
    await kept.round()
    assert len(storage.done) == 4
    storage.refuses = True
    await kept.round()
    assert len(errors(caplog)) == 2


async def test_a_database_that_stays_too_large_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    storage = Storage()
    storage.fitting = False
    kept = upkeep(storage)
    await kept.round()
    await kept.round()
    assert (kept.fits, len(errors(caplog))) == (False, 1)
    storage.fitting = True
    await kept.round()
    assert (kept.fits, len(errors(caplog))) == (True, 1)
