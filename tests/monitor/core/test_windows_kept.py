"""Which windows stay known, and for how long."""

from __future__ import annotations

import pytest

from monitor.core.maintenance import cancelled, carried_over, planned
from monitor.core.model import DAY, HOUR, Duration, Setup, Window
from tests.builders import NOON

OTHER = Window(id="mnt_other", title="Other", components=("api",), starts=NOON + HOUR, ends=NOON + 2 * HOUR, by="ada")


def ended(ago: Duration, **changes: object) -> Window:
    fixed = {"id": "mnt_1", "title": "Upgrade", "components": ("api",), "starts": NOON - 3 * DAY, "by": "ada"}
    return Window(ends=NOON - ago, **{**fixed, **changes})  # type: ignore[arg-type]


def names(setup: Setup) -> set[str]:
    return {window.id for window in setup.windows}


@pytest.mark.parametrize(("ago", "kept"), [(0, True), (DAY - 1, True), (DAY, False), (DAY + 1, False)])
def test_a_window_that_is_over_stays_known_for_a_day(ago: Duration, kept: bool) -> None:
    before = Setup(windows=(ended(ago),))
    assert ("mnt_1" in names(planned(before, OTHER, NOON))) is kept
    assert ("mnt_1" in names(carried_over(Setup(), before, NOON))) is kept


def test_planning_one_window_leaves_the_others_as_they_are() -> None:
    first = ended(-HOUR)
    assert planned(Setup(windows=(first,)), OTHER, NOON).windows[0] == first
    assert len(planned(Setup(windows=(first, OTHER)), OTHER, NOON).windows) == 2


@pytest.mark.parametrize(("starts", "ends", "taken"), [(-2, 1, True), (-2, 0, False), (-2, -1, False), (1, 2, True)])
def test_a_window_is_taken_when_any_of_it_lies_ahead(starts: int, ends: int, taken: bool) -> None:
    asked = Window(id="mnt_1", title="", components=("api",), starts=NOON + starts, ends=NOON + ends)
    after = planned(Setup(), asked, NOON)
    assert [(each.starts, each.known, each.revised) for each in after.windows] == (
        [(NOON + max(starts, 0), NOON, NOON)] if taken else []
    )


@pytest.mark.parametrize(
    ("starts", "ends", "after"),
    [
        (1, 2, (2, True, 1)),
        (0, 2, (0, False, 1)),
        (-1, 2, (0, False, 1)),
        (-1, 0, (0, False, 0)),
        (-2, -1, (-1, False, 0)),
    ],
    ids=["ahead", "begins now", "runs", "ends now", "over"],
)
def test_what_is_cancelled_never_begins_or_ends_now(starts: int, ends: int, after: tuple[int, bool, int]) -> None:
    known = Window(id="mnt_1", title="", components=("api",), starts=NOON + starts, ends=NOON + ends)
    (left, other) = cancelled(Setup(windows=(known, OTHER)), "mnt_1", NOON, orphaned=False).windows
    assert (left.ends - NOON, left.cancelled, left.changed) == after
    assert other == OTHER


@pytest.mark.parametrize("orphaned", [True, False])
def test_only_what_lost_its_rule_is_orphaned(orphaned: bool) -> None:
    (left,) = cancelled(Setup(windows=(OTHER,)), OTHER.id, NOON, orphaned=orphaned).windows
    assert left.orphaned is orphaned


def test_what_is_over_as_its_rule_goes_is_not_orphaned() -> None:
    (left,) = cancelled(Setup(windows=(ended(0),)), "mnt_1", NOON, orphaned=True).windows
    assert left == ended(0)


def test_a_window_of_the_config_that_is_gone_from_it_is_cancelled_and_one_of_people_is_not() -> None:
    mine = Window(id="mnt_cfg", title="", components=("api",), starts=NOON + 1, ends=NOON + 2)
    after = {window.id: window for window in carried_over(Setup(), Setup(windows=(mine, OTHER)), NOON).windows}
    assert after["mnt_cfg"].cancelled
    assert not after["mnt_cfg"].orphaned
    assert after[OTHER.id] == OTHER


@pytest.mark.parametrize(("moved", "ends"), [(5, 5), (0, 0), (-5, 0)])
def test_the_end_of_a_window_that_runs_may_be_moved_but_not_into_the_past(moved: int, ends: int) -> None:
    runs = Window(id="mnt_1", title="", components=("api",), starts=NOON - 9, ends=NOON + 9, changed=2, known=7)
    wanted = Window(id="mnt_1", title="", components=("api",), starts=NOON - 1, ends=NOON + moved)
    (after,) = carried_over(Setup(windows=(wanted,)), Setup(windows=(runs,)), NOON).windows
    assert (after.starts, after.ends) == (NOON - 9, NOON + ends)
    assert (after.changed, after.known, after.revised) == (3, 7, NOON)
