"""Upkeep: all steps are done until none is left, with rests; what is refused is tried again."""

from __future__ import annotations

import asyncio
import logging

import pytest

from monitor.core.model import DAY, Duration, Instant
from monitor.core.ports import StoreRefused
from monitor.upkeep import LOOK_EVERY, LOOKS, STEPS_AT_A_TIME, Upkeep
from tests.builders import NOON

LATE = "results of 3 days more than keep go by and by: is the clock right?"


class Storage:
    """Has so many steps of each kind left."""

    def __init__(self, **left: int) -> None:
        self.left = {"forget": 0, "shrink": 0, "sketch": 0, "pack": 0} | left
        self.done: list[str] = []
        self.told: dict[str, tuple[object, ...]] = {}  # by kind, what was said the last time
        self.refused: set[str] = set()
        self.behind: Duration = 0
        self.fitting = True

    def _step(self, kind: str, *said: object) -> bool:
        self._take(kind, *said)
        self.left[kind] -= 1
        return self.left[kind] > 0

    def _take(self, kind: str, *said: object) -> None:
        if kind in self.refused:
            raise StoreRefused("no space is left")
        self.done.append(kind)
        self.told[kind] = said

    async def expire(self, now: Instant, keep: Duration) -> Duration:
        self._take("expire", now, keep)
        return self.behind

    async def forget(self, now: Instant, max_size: int | None) -> bool:
        return self._step("forget", now, max_size)

    async def shrink(self, max_size: int | None) -> bool:
        return self._step("shrink", max_size)

    async def sketch(self) -> bool:
        return self._step("sketch")

    async def pack(self, now: Instant) -> bool:
        return self._step("pack", now)

    async def fits(self, max_size: int | None) -> bool:
        if "fits" in self.refused:
            raise StoreRefused("no space is left")
        return self.fitting


class Clock:
    def now(self) -> Instant:
        return NOON


class Rests:
    """Is cancelled in the rest after the last of so many looks."""

    def __init__(self, looks: int = 1) -> None:
        self.looks = looks
        self.count = 0

    async def __call__(self, seconds: float) -> None:
        assert seconds >= 0
        self.count += 1
        self.looks -= seconds == LOOK_EVERY
        if not self.looks:
            raise asyncio.CancelledError


def upkeep(storage: Storage, rests: Rests | None = None) -> Upkeep:
    return Upkeep(storage, Clock(), 90 * DAY, 10**9, rest=rests or Rests())


def said(caplog: pytest.LogCaptureFixture, level: int = logging.ERROR) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == level]


async def test_a_round_does_each_kind_of_step_in_its_order_until_none_is_left() -> None:
    storage = Storage(sketch=2, pack=3)
    await upkeep(storage).round()
    assert storage.done == ["expire", "forget", "shrink", *["sketch"] * 2, *["pack"] * 3]


async def test_steps_are_told_the_time_and_what_may_be_kept() -> None:
    storage = Storage()
    await upkeep(storage).round()
    assert storage.told == {
        "expire": (NOON, 90 * DAY),
        "forget": (NOON, 10**9),
        "shrink": (10**9,),
        "sketch": (),
        "pack": (NOON,),
    }


async def test_no_kind_keeps_the_others_waiting_for_long() -> None:
    storage = Storage(forget=STEPS_AT_A_TIME + 1, pack=2)
    await upkeep(storage).round()
    assert storage.done == [
        *["expire", *["forget"] * STEPS_AT_A_TIME, "shrink", "sketch", "pack", "pack"],
        *["forget", "shrink", "sketch", "pack"],
    ]


async def test_a_look_makes_room_and_does_nothing_else() -> None:
    storage = Storage(forget=2, shrink=3, sketch=5, pack=5)
    storage.fitting = False
    kept = upkeep(storage)
    await kept.look()
    assert storage.done == [*["forget"] * 2, *["shrink"] * 3]
    assert not kept.fits


async def test_a_round_comes_first_and_again_after_some_looks() -> None:
    storage = Storage()
    with pytest.raises(asyncio.CancelledError):
        await upkeep(storage, Rests(looks=LOOKS + 1)).run()
    every = ["expire", "forget", "shrink", "sketch", "pack"]
    assert storage.done == [*every, *["forget", "shrink"] * (LOOKS - 1), *every]


async def test_there_is_a_rest_after_each_step() -> None:
    rests = Rests()
    await upkeep(Storage(pack=5), rests).round()
    assert rests.count == 8


async def test_a_reload_sets_what_is_kept() -> None:
    storage = Storage()
    kept = upkeep(storage)
    kept.keep, kept.max_size = DAY, None
    await kept.round()
    assert [storage.told[kind] for kind in ("expire", "forget", "shrink")] == [(NOON, DAY), (NOON, None), (None,)]


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["expire", "forget", "shrink", "sketch", "pack", "fits"])
async def test_a_kind_that_is_refused_does_not_stop_the_others(kind: str) -> None:
    storage = Storage(forget=2, shrink=2, sketch=2, pack=2)
    storage.refused = {kind}
    await upkeep(storage).round()
    done = ["expire", *["forget"] * 2, *["shrink"] * 2, *["sketch"] * 2, *["pack"] * 2]
    assert storage.done == [one for one in done if one != kind]


async def test_what_the_store_refuses_is_tried_again_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    storage = Storage()
    storage.refused = {"expire", "forget", "pack"}
    kept = upkeep(storage)
    await kept.round()
    await kept.look()
    await kept.round()
    assert said(caplog) == ["upkeep of the database is refused, and tried again: no space is left"]
    storage.refused = set()
    await kept.round()
    assert storage.done[-5:] == ["expire", "forget", "shrink", "sketch", "pack"]
    storage.refused = {"sketch"}
    await kept.round()
    assert len(said(caplog)) == 2


# ── what is said of it ───────────────────────────────────────────────────────────────────────────────


async def test_results_that_should_have_expired_a_day_ago_are_said_once(caplog: pytest.LogCaptureFixture) -> None:
    storage = Storage()
    kept = upkeep(storage)
    for behind, times in [(DAY, 0), (3 * DAY, 1), (3 * DAY - 1, 1), (DAY, 1), (3 * DAY, 2)]:
        storage.behind = behind
        await kept.round()
        assert said(caplog, logging.WARNING) == [LATE] * times


async def test_a_database_that_stays_too_large_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    storage = Storage()
    storage.fitting = False
    kept = upkeep(storage)
    await kept.round()
    await kept.look()
    assert (kept.fits, len(said(caplog))) == (False, 1)
    storage.fitting = True
    await kept.look()
    assert (kept.fits, len(said(caplog))) == (True, 1)
