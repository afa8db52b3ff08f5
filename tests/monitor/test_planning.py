from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from monitor.core.model import HOUR, MINUTE, SECOND, Cancelled, Planned, Window
from monitor.core.recurring import Rule
from monitor.planning import next_look, orders
from monitor.recurrence import occurrences
from tests.builders import NOON
from tests.monitor.planners import HALF_HOURLY, NIGHTLY, NOW_RUNNING, RUNNING, TONIGHT, occurrence, rule

COMPONENTS = ("api", "batch")


def by_hand(**changes: Any) -> Window:
    defaults: dict[str, Any] = {"title": "Upgrade", "components": ("api",), "starts": NOON, "ends": NOON + HOUR}
    return Window(id="mnt_1", **(defaults | changes))


def told(given: Sequence[object]) -> list[tuple[str, str | int]]:
    """What is planned by its start in minutes from noon, what is cancelled by the id."""
    shown: list[tuple[str, str | int]] = []
    for order in given:
        if isinstance(order, Planned):
            shown.append(("planned", (order.window.starts - NOON) // MINUTE))
        elif isinstance(order, Cancelled):
            shown.append(("cancelled", order.window))
    return shown


@pytest.mark.parametrize(
    ("rules", "known", "expected"),
    [
        # what becomes known
        ([], [], []),
        ([NIGHTLY], [], [("planned", 15 * 60)]),
        ([NIGHTLY], [TONIGHT], []),
        ([rule(notice=15 * HOUR)], [], [("planned", 15 * 60)]),
        ([rule(notice=15 * HOUR - 1)], [], []),
        ([rule("0 12 * * *", notice=0)], [], [("planned", 0)]),
        ([NOW_RUNNING], [], [("planned", -30), ("planned", 24 * 60 - 30)]),
        ([rule("0 11 * * *", notice=0)], [], []),
        ([HALF_HOURLY], [], [("planned", 0), ("planned", 30), ("planned", 60)]),
        ([HALF_HOURLY], [occurrence(HALF_HOURLY)], [("planned", 0), ("planned", 60)]),
        ([NIGHTLY, HALF_HOURLY], [TONIGHT, *occurrences(HALF_HOURLY, NOON, NOON + 2 * HOUR)], []),
        # what nobody watches
        ([rule(components=("gone",))], [], []),
        # what has lost its rule
        ([], [TONIGHT], [("cancelled", TONIGHT.id)]),
        ([], [RUNNING], [("cancelled", RUNNING.id)]),
        ([NIGHTLY], [by_hand(by=rule(title="Backup").id)], [("planned", 15 * 60), ("cancelled", "mnt_1")]),
        ([], [by_hand(by=NIGHTLY.id, ends=NOON)], []),
        ([], [by_hand(by=NIGHTLY.id, starts=NOON + 1, cancelled=True)], []),
        # what stands by itself
        ([], [by_hand()], []),
        ([], [by_hand(by="ada")], []),
        ([], [by_hand(by="rule_breaker")], []),
    ],
)
def test_rules_plan_what_becomes_known_and_take_back_what_lost_its_rule(
    rules: list[Rule], known: list[Window], expected: list[tuple[str, object]]
) -> None:
    assert told(orders(rules, COMPONENTS, known, NOON)) == expected


def test_components_that_are_not_watched_are_left_out_of_what_is_planned() -> None:
    (order,) = orders([rule(components=("gone", "batch"))], COMPONENTS, [], NOON)
    assert isinstance(order, Planned)
    assert order.window.components == ("batch",)
    assert order.window.id == occurrence(rule(components=("gone", "batch"))).id


@pytest.mark.parametrize(
    ("rules", "after"),
    [
        ([], MINUTE),
        ([NIGHTLY], MINUTE),
        ([rule("1 12 * * *", notice=0)], MINUTE),
        ([rule("0 13 * * *", notice=HOUR - 20 * SECOND)], 20 * SECOND),
        ([rule("0 13 * * *", notice=HOUR)], MINUTE),
        ([NIGHTLY, rule("0 13 * * *", notice=HOUR - 1), rule("0 13 * * *", notice=HOUR - 9)], 1),
    ],
)
def test_the_next_look_is_when_an_occurrence_becomes_known_or_in_a_minute(rules: list[Rule], after: int) -> None:
    assert next_look(rules, NOON) == NOON + after


@pytest.mark.parametrize("beat", range(0, 3 * HOUR, 7 * MINUTE))
def test_nothing_becomes_known_before_the_next_look(beat: int) -> None:
    at = NOON + beat
    again = next_look([HALF_HOURLY], at)
    known = [order.window for order in orders([HALF_HOURLY], COMPONENTS, [], at) if isinstance(order, Planned)]
    assert orders([HALF_HOURLY], COMPONENTS, known, again - 1) == []
