from __future__ import annotations

import asyncio

import pytest

from monitor.core.board import Board
from monitor.core.ids import owner
from monitor.core.model import (
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    Configured,
    Result,
    Started,
    Status,
    Tick,
    Verdict,
)
from monitor.core.ports import StoreRefused
from monitor.pipeline import HELD_AT_MOST, Pipeline
from tests.builders import NOON, component_setup, probe_setup, result, setup
from tests.monitor.pipelines import PACE, FakeClock, FakeDebts, FakeMemory, Rig

NIGHTLY = probe_setup("batch/nightly", interval=HOUR, grace=10 * MINUTE, failure_threshold=1, success_threshold=1)
HEARTBEAT = component_setup("batch", probes=(NIGHTLY,))


async def test_all_that_waits_is_decided_in_turn_and_written_down_in_one_commit() -> None:
    rig = Rig()
    rig.offer(".FFF")
    assert await rig.pipeline.step()
    assert [observation.at for observation in rig.memory.commits[0]] == [
        NOON + beat * PACE + 100 for beat in range(4)
    ]
    assert rig.commits == [4]
    assert rig.board.components["api"].status is Status.MAJOR_OUTAGE


async def test_the_loop_has_its_turns_while_many_outages_are_decided() -> None:
    probes = [probe_setup(f"part{number}/health", failure_threshold=1) for number in range(300)]
    rig = Rig(*(component_setup(owner(probe.id), probes=(probe,)) for probe in probes))
    for probe in probes:
        rig.pipeline.offer(result(probe.id, verdict=Verdict.FAIL, started=NOON))
    committed_at_its_turn: list[bool] = []
    asyncio.get_running_loop().call_soon(lambda: committed_at_its_turn.append(bool(rig.memory.commits)))
    await rig.pipeline.step()
    assert committed_at_its_turn == [False]
    assert len(rig.memory.commits[0]) == 300


async def test_listeners_hear_of_a_commit_when_the_board_shows_it() -> None:
    rig = Rig()
    rig.offer("FFF")
    await rig.pipeline.step()
    assert rig.heard.shown == [Status.MAJOR_OUTAGE]
    assert sum(len(step.events) for _, step in rig.heard.decided) == 2


async def test_what_is_owed_for_events_is_written_down_with_them_and_only_then_owed() -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    rig.offer("FFF")
    await rig.pipeline.step()
    assert rig.debts.owes == []
    rig.memory.trouble = None
    await rig.pipeline.step()
    assert [delivery.sequence for delivery in rig.debts.owes] == [1, 2]


async def test_what_comes_while_a_commit_is_in_flight_goes_into_the_next() -> None:
    rig = Rig()
    rig.memory.while_committing = [result(verdict=Verdict.FAIL, started=NOON + 9 * PACE)]
    rig.offer("F")
    await rig.pipeline.step()
    assert rig.pipeline.held == 1
    await rig.pipeline.step()
    assert [len(commit) for commit in rig.memory.commits] == [1, 1]


async def test_a_batch_that_changes_nothing_waits_for_more() -> None:
    rig = Rig()
    rig.offer(".")
    await rig.pipeline.step()
    rig.offer(".", begin=1)
    stepping = asyncio.ensure_future(rig.pipeline.step())
    await asyncio.sleep(0)
    rig.offer(".", begin=2)
    await stepping
    assert [len(commit) for commit in rig.memory.commits] == [1, 2]


async def test_a_refused_commit_leaves_the_board_as_it_was_and_tells_nobody() -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    rig.offer("FFF")
    assert not await rig.pipeline.step()
    assert rig.board.components["api"].status is Status.UNKNOWN
    assert rig.heard.decided == []
    assert rig.pipeline.refused == "the disk is full"
    assert rig.pipeline.held == 3


async def test_results_held_through_a_refusal_are_decided_with_their_own_times() -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    rig.offer("FF")
    await rig.pipeline.step()
    rig.memory.trouble = None
    rig.offer("F", begin=2)
    assert await rig.pipeline.step()
    assert rig.pipeline.refused is None
    assert rig.board.components["api"].since == NOON
    assert [len(commit) for commit in rig.memory.commits] == [3]


async def test_a_full_ring_drops_the_oldest_results_and_never_a_start() -> None:
    rig = Rig()
    rig.pipeline.offer(Started(NOON, NOON))
    for beat in range(HELD_AT_MOST + 9):
        rig.pipeline.offer(result(started=NOON + beat))
    assert rig.pipeline.held == HELD_AT_MOST - 1  # and the start
    assert rig.dropped == 10
    await rig.pipeline.step()
    start, oldest, *_ = rig.memory.commits[0]
    assert isinstance(start, Started)
    assert isinstance(oldest, Result)
    assert oldest.started == NOON + 10


async def test_ticks_between_results_take_no_room_from_them() -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    for beat in range(2 * HELD_AT_MOST):
        rig.pipeline.offer(result(started=NOON + beat))
        rig.pipeline.offer(Tick(NOON + beat))
    assert not await rig.pipeline.step()
    assert rig.pipeline.held == HELD_AT_MOST - 1  # and the last tick


async def test_ticks_that_wait_become_one() -> None:
    rig = Rig()
    for second in range(5):
        rig.pipeline.offer(Tick(NOON + second * SECOND))
    rig.pipeline.close()
    await rig.pipeline.run()
    assert rig.memory.commits == [[Tick(NOON + 4 * SECOND)]]


async def test_quiet_ticks_are_written_down_only_to_say_that_we_live() -> None:
    rig = Rig()
    for second in (1, 2, 40, 41, 80):
        rig.clock.at = NOON + second * SECOND
        rig.pipeline.offer(Tick(rig.clock.at))
        await rig.pipeline.step()
    assert [(alive - NOON) // SECOND for alive in rig.memory.alive] == [1, 40, 80]


async def test_a_failure_that_is_no_refusal_ends_the_pipeline() -> None:
    rig = Rig()
    rig.memory.trouble = RuntimeError("a bug")
    rig.offer("F")
    with pytest.raises(RuntimeError, match="a bug"):
        await rig.pipeline.run()


async def test_closing_writes_down_what_waits_and_ends() -> None:
    rig = Rig()
    rig.offer("F.F")
    rig.pipeline.close()
    await rig.pipeline.run()
    assert [len(commit) for commit in rig.memory.commits] == [3]


async def test_closing_ends_also_when_the_store_refuses() -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    rig.offer("F")
    rig.pipeline.close()
    await rig.pipeline.run()
    assert rig.pipeline.held == 1


async def test_closing_tries_once_more_what_the_store_refused() -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    rig.offer("FF")
    await rig.pipeline.step()
    rig.memory.trouble = None
    rig.pipeline.close()
    await rig.pipeline.run()
    assert [len(commit) for commit in rig.memory.commits] == [2]


async def test_what_is_lost_at_the_end_is_said(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    rig.offer("FF")
    rig.pipeline.close()
    await rig.pipeline.run()
    assert "2 results could not be written down and are lost: the disk is full" in caplog.text


async def test_a_quiet_step_still_shows_the_latest_result() -> None:
    rig = Rig()
    rig.offer("..")
    await rig.pipeline.step()
    assert rig.heard.decided[-1][1] is QUIET
    assert rig.board.latest["api/health"].started == NOON + PACE


async def test_what_is_awaited_comes_back_as_the_step_that_was_written_down() -> None:
    memory = FakeMemory()
    pipeline = Pipeline(Board(), memory, FakeClock(), FakeDebts())
    writing = asyncio.create_task(pipeline.written(Configured(NOON, setup())))
    await asyncio.sleep(0)
    assert await pipeline.step()
    assert (await writing).setup == setup()
    assert len(memory.commits) == 1


async def test_what_is_awaited_while_the_store_refuses_is_told_so_and_decided_in_its_turn() -> None:
    rig = Rig()
    rig.memory.trouble = StoreRefused("the disk is full")
    first, second, third = (result(started=NOON + beat * PACE) for beat in range(3))
    writing = asyncio.create_task(rig.pipeline.written(first))
    await asyncio.sleep(0)
    rig.pipeline.offer(second)
    assert not await rig.pipeline.step()
    with pytest.raises(StoreRefused, match="disk is full"):
        await writing
    with pytest.raises(StoreRefused, match="disk is full"):
        await rig.pipeline.written(third)
    rig.memory.trouble = None
    await rig.pipeline.step()
    assert rig.memory.commits == [[first, second, third]]


async def test_a_beat_that_came_while_the_store_refused_was_in_time() -> None:
    rig = Rig(HEARTBEAT)
    rig.pipeline.offer(result("batch/nightly", started=NOON, took=0))
    await rig.pipeline.step()
    rig.memory.trouble = StoreRefused("the disk is full")
    writing = asyncio.create_task(rig.pipeline.written(result("batch/nightly", started=NOON + HOUR, took=0)))
    await asyncio.sleep(0)
    assert not await rig.pipeline.step()
    with pytest.raises(StoreRefused):
        await writing
    rig.pipeline.offer(Tick(NOON + 130 * MINUTE - 1))
    rig.memory.trouble = None
    await rig.pipeline.step()
    rig.pipeline.offer(Tick(NOON + 130 * MINUTE))
    await rig.pipeline.step()
    assert rig.heard.shown == [Status.OPERATIONAL, Status.OPERATIONAL, Status.MAJOR_OUTAGE]


async def test_a_full_ring_keeps_beats_which_come_but_once() -> None:
    rig = Rig(component_setup(), HEARTBEAT)
    beat = result("batch/nightly", started=NOON, took=0)
    rig.pipeline.offer(beat)
    for number in range(HELD_AT_MOST):
        rig.pipeline.offer(result(started=NOON + number))
    assert rig.dropped == 1
    await rig.pipeline.step()
    assert rig.memory.commits[0][0] is beat


async def test_a_ring_full_of_beats_drops_the_oldest() -> None:
    rig = Rig(HEARTBEAT)
    for number in range(HELD_AT_MOST + 2):
        rig.pipeline.offer(result("batch/nightly", started=NOON + number, took=0))
    assert (rig.pipeline.held, rig.dropped) == (HELD_AT_MOST, 2)
