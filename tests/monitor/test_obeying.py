"""What people order: the pipeline does it and says so, or says at once that it is not done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from monitor.core.model import (
    HOUR,
    QUIET,
    Impact,
    IncidentStatus,
    Planned,
    Reported,
    Status,
    Step,
    Verdict,
    Window,
)
from monitor.core.ports import Decided, StoreRefused
from monitor.core.subscribing import Delivery
from tests.builders import NOON, result
from tests.monitor.pipelines import PACE, FakeMemory, Rig

FULL = StoreRefused("the disk is full")


def reported(by: str = "ada") -> Reported:
    return Reported(
        at=NOON,
        by=by,
        components=("api",),
        title="Slow answers",
        impact=Impact.MINOR,
        status=IncidentStatus.INVESTIGATING,
        message="We look into it.",
    )


def planned() -> Planned:
    window = Window(id="mnt_1", title="Upgrade", components=("api",), starts=NOON, ends=NOON + HOUR, by="ada")
    return Planned(at=NOON, window=window)


async def ordered(rig: Rig, *commands: Planned | Reported) -> list[asyncio.Task[Step]]:
    """Commands whose callers wait."""
    waiting = [asyncio.ensure_future(rig.pipeline.obeyed(command)) for command in commands]
    await asyncio.sleep(0)
    return waiting


async def test_a_command_comes_back_as_the_step_that_was_written_down_and_is_shown() -> None:
    rig, command = Rig(), reported()
    (caller,) = await ordered(rig, command)
    assert not caller.done()
    await rig.pipeline.step()
    (incident,) = (await caller).incidents.values()
    assert rig.board.incidents == {incident.id: incident}
    assert rig.memory.commits == [[command]]


async def test_a_command_that_the_store_refuses_is_dropped_and_its_caller_told() -> None:
    rig = Rig()
    rig.memory.trouble = FULL
    (caller,) = await ordered(rig, reported())
    assert not await rig.pipeline.step()
    with pytest.raises(StoreRefused, match="disk is full"):
        await caller
    rig.memory.trouble = None
    await rig.pipeline.step()
    assert rig.memory.commits == [[]]
    assert rig.board.incidents == {}


async def test_results_around_a_dropped_command_stay_in_their_order() -> None:
    rig = Rig()
    rig.memory.trouble = FULL
    rig.offer("F")
    (caller,) = await ordered(rig, reported())
    rig.offer("F.", begin=1)
    assert not await rig.pipeline.step()
    with pytest.raises(StoreRefused):
        await caller
    rig.memory.trouble = None
    rig.offer("F", begin=3)
    await rig.pipeline.step()
    assert [seen.at for seen in rig.memory.commits[0]] == [NOON + beat * PACE + 100 for beat in range(4)]


async def test_what_was_decided_after_a_dropped_command_is_decided_without_it() -> None:
    rig = Rig()
    rig.memory.trouble = FULL
    (caller,) = await ordered(rig, planned())
    rig.offer("FFF")
    assert not await rig.pipeline.step()
    with pytest.raises(StoreRefused):
        await caller
    rig.memory.trouble = None
    await rig.pipeline.step()
    assert rig.board.setup.windows == ()
    assert rig.board.components["api"].status is Status.MAJOR_OUTAGE


async def test_while_the_store_refuses_a_command_is_refused_at_once() -> None:
    rig = Rig()
    rig.memory.trouble = FULL
    rig.offer("F")
    await rig.pipeline.step()
    with pytest.raises(StoreRefused, match="disk is full"):
        await rig.pipeline.obeyed(reported())
    rig.memory.trouble = None
    await rig.pipeline.step()
    assert [len(commit) for commit in rig.memory.commits] == [1]


class RefusesInFlight(FakeMemory):
    """Refuses each commit only after others had a turn."""

    async def commit(
        self, decided: Sequence[Decided], alive: int, deliveries: Sequence[Delivery] = ()
    ) -> Sequence[Delivery]:
        await asyncio.sleep(0)
        raise FULL


async def test_a_command_that_waits_behind_a_refused_commit_is_refused_with_it() -> None:
    rig = Rig(memory=RefusesInFlight())
    rig.offer("FFF")
    stepping = asyncio.ensure_future(rig.pipeline.step())
    await asyncio.sleep(0)
    (caller,) = await ordered(rig, reported())
    assert not await stepping
    with pytest.raises(StoreRefused, match="disk is full"):
        await caller
    assert rig.pipeline.held == 3


async def test_a_command_is_taken_again_once_the_store_can_be_written() -> None:
    rig = Rig()
    rig.memory.trouble = FULL
    (caller,) = await ordered(rig, reported())
    await rig.pipeline.step()
    with pytest.raises(StoreRefused):
        await caller
    rig.memory.trouble = None
    await rig.pipeline.step()  # nothing waits, and still it is tried
    (caller,) = await ordered(rig, reported())
    await rig.pipeline.step()
    assert (await caller).incidents


async def test_of_two_commands_in_one_commit_the_second_sees_what_the_first_did() -> None:
    rig = Rig()
    first, second = await ordered(rig, reported("ada"), reported("bob"))
    await rig.pipeline.step()
    assert [incident.by for incident in (await first).incidents.values()] == ["ada"]
    assert (await second) is QUIET
    assert [len(commit) for commit in rig.memory.commits] == [2]


async def test_a_command_that_does_nothing_is_written_down_all_the_same() -> None:
    rig = Rig()
    gone = Planned(at=NOON, window=Window(id="mnt_1", title="Gone", components=("api",), starts=0, ends=1, by="ada"))
    (caller,) = await ordered(rig, gone)
    await rig.pipeline.step()
    assert (await caller) is QUIET
    assert rig.memory.commits == [[gone]]


async def test_a_caller_who_leaves_keeps_nobody_from_being_told() -> None:
    rig = Rig()
    leaves, stays = await ordered(rig, planned(), reported())
    leaves.cancel()
    await rig.pipeline.step()
    assert (await stays).incidents
    assert len(rig.board.setup.windows) == 1


async def test_while_the_pipeline_closes_a_command_is_refused() -> None:
    rig = Rig()
    rig.pipeline.close()
    with pytest.raises(StoreRefused, match="the daemon stops"):
        await rig.pipeline.obeyed(reported())
    await rig.pipeline.run()
    assert rig.memory.commits == []


async def test_a_command_that_waits_when_the_pipeline_closes_is_still_done() -> None:
    rig = Rig()
    (caller,) = await ordered(rig, reported())
    rig.pipeline.close()
    await rig.pipeline.run()
    assert (await caller).incidents


async def test_a_command_that_cannot_be_done_any_more_at_the_end_is_refused() -> None:
    rig = Rig()
    rig.memory.trouble = FULL
    (caller,) = await ordered(rig, reported())
    rig.pipeline.offer(result(verdict=Verdict.FAIL))
    rig.pipeline.close()
    await rig.pipeline.run()
    with pytest.raises(StoreRefused, match="disk is full"):
        await caller
