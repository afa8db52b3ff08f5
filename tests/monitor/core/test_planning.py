"""Maintenance planned, changed and cancelled at run time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, QUIET, Cancelled, Event, EventKind, Planned, Status, Step, Window
from tests.builders import NOON, component_setup, probe_setup, setup
from tests.monitor.core.story import Story, replayed

API, CDN = component_setup("api"), component_setup("cdn")
UPGRADE = Window(
    id="mnt_up", title="Upgrade", components=("api",), starts=NOON + HOUR, ends=NOON + 2 * HOUR, by="ada"
)
SCHEDULED, STARTED, COMPLETED = (
    EventKind.MAINTENANCE_SCHEDULED,
    EventKind.MAINTENANCE_STARTED,
    EventKind.MAINTENANCE_COMPLETED,
)


def planned(story: Story, window: Window = UPGRADE) -> Step:
    return story.observe(Planned(at=story.now, window=window))


def cancelled(story: Story, window: Window = UPGRADE) -> Step:
    return story.observe(Cancelled(at=story.now, window=window.id))


def told(story: Story) -> list[Event]:
    return [event for event in story.events if isinstance(event.subject, Window)]


def kinds(story: Story) -> list[EventKind]:
    return [event.kind for event in told(story)]


def test_a_window_is_told_of_when_it_becomes_known_when_it_begins_and_when_it_ends() -> None:
    story = Story(API)
    planned(story)
    assert kinds(story) == [SCHEDULED]
    story.wait(HOUR)
    assert story.status() is Status.MAINTENANCE
    story.wait(HOUR)
    assert kinds(story) == [SCHEDULED, STARTED, COMPLETED]


@pytest.mark.parametrize("stop", [30 * MINUTE, 59 * MINUTE, HOUR, 90 * MINUTE, 2 * HOUR, 3 * HOUR])
@pytest.mark.parametrize("gap", [MINUTE, HOUR, DAY])
def test_a_restart_at_any_moment_tells_the_same(stop: int, gap: int) -> None:
    story = Story(API)
    planned(story)
    story.wait(stop)
    story.board = story.board.copy()
    story.sleep(gap).wait(DAY)
    assert kinds(story) == [SCHEDULED, STARTED, COMPLETED]


def test_what_is_planned_at_run_time_outlives_a_reload() -> None:
    story = Story(API)
    planned(story)
    story.configure(setup(API, CDN))
    story.wait(HOUR)
    assert story.status() is Status.MAINTENANCE


def test_planning_the_same_again_changes_nothing() -> None:
    story = Story(API)
    planned(story)
    assert planned(story) is QUIET


def test_a_window_that_is_moved_is_told_of_again_under_another_id() -> None:
    story = Story(API)
    planned(story)
    planned(story, replace(UPGRADE, starts=NOON + 3 * HOUR, ends=NOON + 4 * HOUR))
    one, other = told(story)
    assert (one.kind, other.kind) == (SCHEDULED, SCHEDULED)
    assert one.id != other.id
    story.wait(2 * HOUR)
    assert story.status() is not Status.MAINTENANCE
    story.wait(3 * HOUR)
    assert kinds(story) == [SCHEDULED, SCHEDULED, STARTED, COMPLETED]


def test_a_window_that_runs_may_end_later_but_began_when_it_began() -> None:
    story = Story(API)
    planned(story)
    story.wait(90 * MINUTE)
    planned(story, replace(UPGRADE, starts=NOON + 100 * MINUTE, ends=NOON + 3 * HOUR))
    (window,) = story.board.setup.windows
    assert (window.starts, window.ends) == (UPGRADE.starts, NOON + 3 * HOUR)
    story.wait(HOUR)
    assert story.status() is Status.MAINTENANCE


def test_a_window_that_is_cancelled_before_it_begins_never_does() -> None:
    story = Story(API)
    planned(story)
    cancelled(story)
    story.wait(5 * HOUR)
    assert kinds(story) == [SCHEDULED, COMPLETED]
    last = told(story)[-1].subject
    assert isinstance(last, Window)
    assert last.cancelled


def test_cancelling_a_window_that_runs_ends_it_now() -> None:
    story = Story(API)
    planned(story)
    story.wait(90 * MINUTE)
    cancelled(story)
    assert story.status() is not Status.MAINTENANCE
    assert kinds(story) == [SCHEDULED, STARTED, COMPLETED]
    assert told(story)[-1].at == NOON + 90 * MINUTE


@pytest.mark.parametrize("after", [3 * HOUR, 12 * HOUR])
def test_what_is_over_cannot_be_cancelled(after: int) -> None:
    story = Story(API)
    planned(story)
    story.wait(after)
    assert cancelled(story) is QUIET
    assert cancelled(story, replace(UPGRADE, id="mnt_none")) is QUIET


def test_a_window_that_is_cancelled_as_it_begins_has_begun() -> None:
    story = Story(API)
    planned(story)
    story.wait(HOUR)
    cancelled(story)
    assert kinds(story) == [SCHEDULED, STARTED, COMPLETED]
    assert not story.windows["mnt_up"].cancelled


@pytest.mark.parametrize("after", [0, 3 * HOUR])
def test_what_was_cancelled_is_not_planned_again(after: int) -> None:
    story = Story(API)
    planned(story)
    cancelled(story)
    story.wait(after)
    assert planned(story, replace(UPGRADE, ends=NOON + 9 * HOUR)) is QUIET


def test_what_is_over_is_not_planned_again() -> None:
    story = Story(API)
    planned(story)
    story.wait(3 * HOUR)
    assert planned(story, replace(UPGRADE, ends=NOON + 9 * HOUR)) is QUIET


@pytest.mark.parametrize(("starts", "ends"), [(2 * HOUR, HOUR), (HOUR, HOUR), (-2 * HOUR, -HOUR), (-HOUR, 0)])
def test_a_window_is_not_moved_to_where_it_could_not_begin(starts: int, ends: int) -> None:
    story = Story(API)
    planned(story)
    assert planned(story, replace(UPGRADE, starts=NOON + starts, ends=NOON + ends)) is QUIET


@pytest.mark.parametrize(
    ("lost", "back", "expected"),
    [
        (0, HOUR // 2, [SCHEDULED, COMPLETED, SCHEDULED, STARTED, COMPLETED]),
        (0, 90 * MINUTE, [SCHEDULED, COMPLETED, SCHEDULED, STARTED, COMPLETED]),
        (80 * MINUTE, 90 * MINUTE, [SCHEDULED, STARTED, COMPLETED, SCHEDULED, STARTED, COMPLETED]),
        (0, 3 * HOUR, [SCHEDULED, COMPLETED]),
    ],
)
def test_what_went_with_its_rule_comes_back_with_it(lost: int, back: int, expected: list[EventKind]) -> None:
    story = Story(API)
    planned(story)
    story.wait(lost).observe(Cancelled(at=story.now, window=UPGRADE.id, orphaned=True))
    story.wait(back - lost)
    planned(story)
    story.wait(DAY)
    assert kinds(story) == expected
    assert len({event.id for event in told(story)}) == len(expected)


def test_what_is_cancelled_is_cancelled_once() -> None:
    story = Story(API)
    planned(story)
    cancelled(story)
    assert cancelled(story) is QUIET


def test_a_window_in_the_past_is_not_planned() -> None:
    assert planned(Story(API), replace(UPGRADE, starts=NOON - 2 * HOUR, ends=NOON - HOUR)) is QUIET


def test_a_window_that_began_already_begins_now() -> None:
    story = Story(API)
    planned(story, replace(UPGRADE, starts=NOON - HOUR))
    assert kinds(story) == [SCHEDULED, STARTED]
    assert story.board.setup.windows[0].starts == NOON


def test_trouble_that_outlives_the_window_opens_an_incident_that_starts_at_its_end() -> None:
    story = Story(API)
    planned(story, replace(UPGRADE, starts=NOON + 2 * MINUTE, ends=NOON + 10 * MINUTE))
    story.runs("....FFFFFFFFFFFFFFFFFFFFFF")
    (incident,) = story.incidents.values()
    assert incident.started_at == NOON + 10 * MINUTE


def test_trouble_of_components_that_the_window_does_not_name_is_treated_as_ever() -> None:
    story = Story(API, CDN)
    planned(story, replace(UPGRADE, starts=NOON))
    story.runs({"api/health": "FFFF", "cdn/health": "FFFF"})
    (incident,) = story.incidents.values()
    assert incident.components == ("cdn",)


def test_a_component_that_leaves_a_running_window_keeps_the_time_in_it_and_one_that_joins_gets_no_more() -> None:
    patient = [
        component_setup(name, probes=(probe_setup(f"{name}/health", failure_threshold=6),)) for name in ("api", "cdn")
    ]
    story = Story(*patient)
    planned(story, replace(UPGRADE, starts=NOON + MINUTE))
    story.runs({"api/health": ".FFF", "cdn/health": ".FFF"})
    planned(story, replace(UPGRADE, components=("cdn",)))
    story.runs({"api/health": "FFF", "cdn/health": "FFF"})
    assert story.ledger("api") == [(0, "."), (30, "M"), (60, "w"), (120, "M")]
    assert story.ledger("cdn") == [(0, "."), (30, "M"), (120, "w")]


def test_every_change_of_a_window_is_in_the_step() -> None:
    story = Story(API)
    assert planned(story).windows == {"mnt_up": UPGRADE}
    assert cancelled(story).windows == {"mnt_up": replace(UPGRADE, cancelled=True, changed=1)}


def test_it_does_not_matter_when_ticks_came() -> None:
    story = Story(API, CDN)
    planned(story)
    story.runs({"api/health": "." * 200, "cdn/health": "." * 100 + "F" * 100})
    silent = replayed(story.observed, ticks=False)
    silent.tick_at(story.board.at)
    assert (silent.rows, silent.incidents, silent.events) == (story.rows, story.incidents, story.events)
