from __future__ import annotations

import asyncio

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Cancelled, EventKind, Planned, Status, Window
from monitor.core.ports import Calendar, StoreRefused
from monitor.planning import TRIES_AGAIN
from tests.builders import NOON, component_setup, setup
from tests.monitor.planners import HALF_HOURLY, NIGHTLY, NOW_RUNNING, RUNNING, TONIGHT, Rig, rule


async def test_an_occurrence_is_planned_once_and_told_once() -> None:
    rig = Rig(NIGHTLY)
    await rig.planner.step()
    await rig.planner.step()
    assert rig.windows == [TONIGHT]
    assert rig.kinds() == ["scheduled"]


async def test_after_a_restart_nothing_is_told_again() -> None:
    rig = Rig(NIGHTLY)
    await rig.planner.look()
    rig.again(NIGHTLY)
    await rig.planner.look()
    assert rig.kinds() == ["scheduled"]


async def test_the_next_occurrence_is_planned_when_its_time_comes() -> None:
    rig = Rig(NIGHTLY)
    await rig.planner.look()
    rig.pass_time(TONIGHT.starts - NOON - 1)
    await rig.planner.look()
    assert len(rig.windows) == 1
    rig.pass_time(1)
    await rig.planner.look()
    assert [window.starts for window in rig.windows] == [TONIGHT.starts, TONIGHT.starts + DAY]


async def test_a_step_says_how_long_to_rest() -> None:
    rig = Rig(rule("0 13 * * *", notice=HOUR - 20 * SECOND))
    assert await rig.planner.step() == 20.0
    rig.pass_time(20 * SECOND)
    assert await rig.planner.step() == 60.0
    assert len(rig.windows) == 1


async def test_a_component_is_under_maintenance_at_once_when_an_occurrence_runs_already() -> None:
    rig = Rig(NOW_RUNNING)
    await rig.planner.look()
    assert rig.board.components["batch"].status is Status.MAINTENANCE
    assert rig.kinds() == ["scheduled", "started", "scheduled"]


@pytest.mark.parametrize("forgotten", [False, True])
async def test_a_cancelled_occurrence_is_never_planned_anew(forgotten: bool) -> None:
    rig = Rig(NIGHTLY)
    await rig.planner.look()
    await rig.obey(Cancelled(at=NOON, window=TONIGHT.id))
    if forgotten:
        rig.forget_windows()
        rig.again(NIGHTLY)
    rig.given.clear()
    await rig.planner.look()
    assert rig.given == []


async def test_an_occurrence_that_a_person_ended_does_not_begin_again() -> None:
    rig = Rig(NOW_RUNNING)
    await rig.planner.look()
    rig.pass_time(MINUTE)
    await rig.obey(Cancelled(at=rig.clock.at, window=RUNNING.id))
    rig.forget_windows()
    await rig.planner.look()
    assert rig.board.components["batch"].status is not Status.MAINTENANCE


async def test_a_config_without_the_rule_cancels_what_was_to_come_and_ends_what_runs() -> None:
    rig = Rig(NIGHTLY, NOW_RUNNING)
    await rig.planner.look()
    rig.pass_time(MINUTE)
    rig.planner.use([], rig.setup)
    await rig.planner.look()
    ended = {window.id: (window.cancelled, window.ends) for window in rig.windows}
    assert ended[TONIGHT.id] == (True, TONIGHT.ends)
    assert ended[RUNNING.id] == (False, NOON + MINUTE)
    assert rig.kinds()[-3:] == ["completed"] * 3


async def test_a_rule_that_takes_the_place_of_another_leaves_no_gap_in_the_maintenance() -> None:
    rig = Rig(NOW_RUNNING)
    await rig.planner.look()
    rig.events.clear()
    rig.pass_time(MINUTE)
    rig.planner.use([rule("30 11 * * *", title="Compaction and backup")], rig.setup)
    await rig.planner.look()
    assert rig.board.components["batch"].status is Status.MAINTENANCE
    assert EventKind.COMPONENT_STATUS_CHANGED not in {event.kind for event in rig.events}


async def test_a_rule_whose_component_is_not_yet_watched_plans_once_it_is() -> None:
    rig = Rig(rule(components=("cdn",)))
    await rig.planner.look()
    assert rig.windows == []
    rig.planner.use([rule(components=("cdn",))], setup(component_setup("cdn")))
    await rig.planner.look()
    assert [window.components for window in rig.windows] == [("cdn",)]


async def test_what_the_store_refuses_is_tried_again_soon() -> None:
    rig = Rig(NIGHTLY)
    rig.refuses = True
    assert await rig.planner.step() == TRIES_AGAIN
    rig.refuses = False
    await rig.planner.step()
    assert rig.windows == [TONIGHT]


# ── as the calendar ──────────────────────────────────────────────────────────────────────────────────


async def test_a_rule_planned_at_run_time_is_kept_and_its_occurrences_are_known_at_once() -> None:
    rig = Rig()
    await rig.planner.plan(NIGHTLY)
    assert rig.windows == [TONIGHT]
    rig.again()
    assert list(rig.planner.rules()) == [NIGHTLY]


async def test_a_rule_that_is_not_kept_is_not_planned() -> None:
    rig = Rig()
    rig.store.refuses = True
    with pytest.raises(StoreRefused, match="disk is full"):
        await rig.planner.plan(NIGHTLY)
    assert list(rig.planner.rules()) == []
    assert rig.given == []


async def test_a_rule_that_is_kept_stands_though_its_occurrences_cannot_be_planned_yet() -> None:
    rig = Rig()
    rig.refuses = True
    await rig.planner.plan(NIGHTLY)
    assert list(rig.planner.rules()) == [NIGHTLY]
    rig.refuses = False
    await rig.planner.step()
    assert rig.windows == [TONIGHT]


async def test_rules_of_the_config_come_first_and_each_rule_but_once() -> None:
    rig = Rig(HALF_HOURLY, NIGHTLY)
    await rig.planner.plan(NOW_RUNNING)
    await rig.planner.plan(rule(by="ada"))
    assert list(rig.planner.rules()) == [HALF_HOURLY, NIGHTLY, NOW_RUNNING]


async def test_a_rule_that_is_cancelled_is_gone_with_all_that_was_to_come_of_it() -> None:
    rig = Rig(NOW_RUNNING)
    await rig.planner.plan(NIGHTLY)
    await rig.planner.cancel(NIGHTLY.id)
    await rig.planner.look()
    assert [window.id for window in rig.windows if window.cancelled] == [TONIGHT.id]
    assert list(rig.planner.rules()) == [NOW_RUNNING]
    rig.again(NOW_RUNNING)
    assert list(rig.planner.rules()) == [NOW_RUNNING]


async def test_a_rule_that_could_not_be_cancelled_can_be_cancelled_again() -> None:
    rig = Rig()
    await rig.planner.plan(NIGHTLY)
    rig.store.refuses = True
    with pytest.raises(StoreRefused):
        await rig.planner.cancel(NIGHTLY.id)
    assert list(rig.planner.rules()) == [NIGHTLY]
    rig.store.refuses = False
    await rig.planner.cancel(NIGHTLY.id)
    assert list(rig.planner.rules()) == []
    assert [window.cancelled for window in rig.windows] == [True]
    assert rig.kinds() == ["scheduled", "completed"]


async def test_occurrences_of_a_rule_that_is_gone_go_as_soon_as_they_can() -> None:
    rig = Rig()
    await rig.planner.plan(NIGHTLY)
    rig.refuses = True
    await rig.planner.cancel(NIGHTLY.id)
    assert [window.cancelled for window in rig.windows] == [False]
    rig.refuses = False
    await rig.planner.step()
    assert [window.cancelled for window in rig.windows] == [True]


async def test_a_rule_of_the_config_that_comes_back_brings_its_occurrences_back() -> None:
    rig = Rig(NIGHTLY, NOW_RUNNING)
    await rig.planner.look()
    rig.pass_time(MINUTE)
    rig.planner.use([], rig.setup)
    await rig.planner.look()
    rig.pass_time(MINUTE)
    rig.planner.use([NIGHTLY, NOW_RUNNING], rig.setup)
    await rig.planner.look()
    assert {window.id for window in rig.windows if not window.cancelled} >= {TONIGHT.id, RUNNING.id}
    assert rig.board.components["batch"].status is Status.MAINTENANCE


async def test_an_occurrence_that_a_person_cancelled_does_not_come_back_with_its_rule() -> None:
    rig = Rig(NIGHTLY)
    await rig.planner.look()
    await rig.obey(Cancelled(at=rig.clock.now(), window=TONIGHT.id))
    for rules in ([], [NIGHTLY]):
        rig.planner.use(rules, rig.setup)
        await rig.planner.look()
    assert [window.cancelled for window in rig.windows] == [True]


async def test_a_rule_that_is_cancelled_while_it_is_looked_at_leaves_nothing_behind() -> None:
    rig = Rig()
    await rig.store.put_rule(NIGHTLY)
    rig.again()
    rig.store.gate.clear()
    looking = asyncio.ensure_future(rig.planner.look())
    await turns()
    cancelling = asyncio.ensure_future(rig.planner.cancel(NIGHTLY.id))
    await turns()
    rig.store.gate.set()
    await asyncio.gather(looking, cancelling)
    assert [window.cancelled for window in rig.windows] == [True]


async def test_what_comes_is_told_as_it_was_changed_and_without_what_was_cancelled() -> None:
    rig = Rig(NIGHTLY)
    await rig.planner.look()
    moved = Window(
        id=TONIGHT.id, title="Later", components=("batch",), starts=NOON + DAY, ends=NOON + 25 * HOUR, by=NIGHTLY.id
    )
    await rig.obey(Planned(at=NOON, window=moved))
    comes = rig.planner.coming(NIGHTLY, 2)
    assert [window.starts for window in comes] == [NOON + DAY, TONIGHT.starts + DAY]
    await rig.obey(Cancelled(at=NOON, window=TONIGHT.id))
    comes = rig.planner.coming(NIGHTLY, 2)
    assert [window.starts for window in comes] == [TONIGHT.starts + DAY, TONIGHT.starts + 2 * DAY]


def test_the_planner_is_the_calendar_and_says_what_is_wrong_with_a_rule() -> None:
    calendar: Calendar = Rig().planner
    calendar.check_cron("0 3 * * sun")
    calendar.check_timezone("Europe/Berlin")
    with pytest.raises(ValueError, match="five fields"):
        calendar.check_cron("0 3 * *")
    with pytest.raises(ValueError, match="no time zone"):
        calendar.check_timezone("Europe/Nowhere")


async def test_a_change_wakes_the_planner() -> None:
    rig = Rig()
    running = asyncio.ensure_future(rig.planner.run())
    await turns()
    assert rig.windows == []
    rig.planner.use([NIGHTLY], rig.setup)
    await turns()
    assert rig.windows == [TONIGHT]
    running.cancel()


async def turns() -> None:
    """Let others go on until they wait."""
    for _ in range(20):
        await asyncio.sleep(0)
