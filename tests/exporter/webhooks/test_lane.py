"""Which delivery of a lane is next, and when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from exporter.webhooks.lane import Lane
from monitor.core.board import NEVER
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, EventKind, Instant
from monitor.core.subscribing import Delivery, DeliveryState
from tests.builders import NOON
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, delivery


def lane_of(*deliveries: Delivery) -> Lane:
    lane = Lane("sub_a")
    for owed in deliveries:
        lane.add(owed)
    return lane


def order(lane: Lane) -> list[int]:
    """Sequences in the order in which the lane lets them go, each at once delivered."""
    gone = []
    while (upcoming := lane.next(max(lane.due, NOON))) is not None:
        gone.append(upcoming.sequence)
        lane.put(replace(upcoming, state=DeliveryState.DELIVERED))
    return gone


def alone(sequence: int, due: int = NOON) -> Delivery:
    return delivery(sequence, EventKind.COMPONENT_STATUS_CHANGED, incident=None, due=due)


def test_an_empty_lane_has_nothing_next_and_is_never_due() -> None:
    lane = Lane("sub_a")
    assert (lane.next(NOON), lane.due, len(lane)) == (None, NEVER, 0)


def test_of_an_incident_only_the_earliest_may_go() -> None:
    first, second = delivery(1, due=NOON + HOUR), delivery(2, UPDATED)
    lane = lane_of(second, first)
    assert (lane.next(NOON), lane.next(NOON + HOUR), lane.due) == (None, first, NOON + HOUR)


def test_an_incident_that_waits_does_not_hold_up_others() -> None:
    waits, other = delivery(1, due=NOON + HOUR), delivery(2, incident="inc_b")
    assert lane_of(waits, other, alone(3)).next(NOON) == other


@pytest.mark.parametrize(
    ("owed", "expected"),
    [
        ([alone(1), alone(2), alone(3)], [1, 2, 3]),
        ([alone(3), alone(1), alone(2)], [1, 2, 3]),
        ([alone(1, NOON + 2), alone(2, NOON + 1), alone(3)], [3, 2, 1]),
        ([delivery(1, due=NOON + 2), delivery(2), alone(3, NOON + 1)], [3, 1, 2]),
        ([delivery(3), delivery(1), delivery(2, incident="inc_b")], [1, 2, 3]),
    ],
)
def test_others_go_by_due_then_by_sequence(owed: list[Delivery], expected: list[int]) -> None:
    assert order(lane_of(*owed)) == expected


def test_what_is_owed_already_is_not_owed_twice() -> None:
    lane = lane_of(delivery(1, attempts=3, due=NOON + HOUR))
    lane.add(delivery(1))
    assert (len(lane), lane.due) == (1, NOON + HOUR)


def test_what_left_does_not_come_back_by_what_became_of_it() -> None:
    lane = lane_of(delivery(1))
    lane.clear()
    lane.put(delivery(1, due=NOON + HOUR))
    assert len(lane) == 0


@pytest.mark.parametrize("state", [DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.SUPERSEDED])
def test_what_is_settled_leaves_and_lets_the_next_of_its_incident_go(state: DeliveryState) -> None:
    lane = lane_of(delivery(1), delivery(2, UPDATED))
    lane.put(delivery(1, state=state))
    assert lane.next(NOON) == delivery(2, UPDATED)


@pytest.mark.parametrize(
    ("kinds", "outdated"),
    [
        ([CREATED, RESOLVED], [1]),
        ([CREATED, UPDATED, UPDATED, RESOLVED], [1, 2, 3]),
        ([CREATED, RESOLVED, UPDATED, RESOLVED], [1, 2, 3]),
        ([CREATED, RESOLVED, UPDATED], [1]),
        ([CREATED, UPDATED], []),
        ([RESOLVED], []),
        ([RESOLVED, UPDATED], []),
    ],
)
def test_an_end_outdates_what_came_before_it(kinds: list[EventKind], outdated: list[int]) -> None:
    owed = [delivery(sequence, kind) for sequence, kind in enumerate(kinds, 1)]
    assert [it.sequence for it in lane_of(*owed).outdated_by_end(owed[0])] == outdated


def test_an_end_outdates_nothing_when_one_was_attempted() -> None:
    first = delivery(1, attempts=1)
    assert lane_of(first, delivery(2, RESOLVED)).outdated_by_end(first) == []


def test_an_end_outdates_nothing_of_another_incident() -> None:
    first = delivery(1)
    assert lane_of(first, delivery(2, RESOLVED, incident="inc_b")).outdated_by_end(first) == []


def test_what_waits_to_be_tried_again_is_brought_forward() -> None:
    lane = lane_of(delivery(1, attempts=2, due=NOON + HOUR), alone(2, NOON + 2 * HOUR))
    lane.bring_forward(NOON + SECOND)
    assert (lane.due, lane.next(NOON + SECOND)) == (NOON + SECOND, delivery(1, attempts=2, due=NOON + HOUR))
    lane.put(delivery(1, state=DeliveryState.DELIVERED))
    assert lane.due == NOON + 2 * HOUR


def test_what_is_due_already_keeps_its_turn() -> None:
    lane = lane_of(delivery(1, attempts=2))
    lane.bring_forward(NOON + SECOND)
    assert lane.due == NOON


def test_deliveries_are_brought_forward_at_most_once_a_minute() -> None:
    lane = lane_of(delivery(1, attempts=1, due=NOON + HOUR))
    forward = []
    for at in range(NOON, NOON + 5 * MINUTE, 10 * SECOND):
        lane.bring_forward(at)
        if lane.due <= at:
            forward.append(at)
            lane.put(delivery(1, attempts=2, due=at + HOUR))
    gaps = [later - earlier for earlier, later in pairwise(forward)]
    assert len(forward) == 5
    assert min(gaps) >= MINUTE


def test_what_comes_within_the_minute_is_brought_forward_to_its_end() -> None:
    lane = lane_of(delivery(1, attempts=1, due=NOON + HOUR))
    lane.bring_forward(NOON)
    lane.put(delivery(1, attempts=2, due=NOON + HOUR))
    lane.bring_forward(NOON + SECOND)
    lane.bring_forward(NOON + 2 * SECOND)
    assert lane.due == NOON + MINUTE


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (0, NOON + SECOND),
        (NOON - HOUR, NOON + SECOND),
        (NOON, NOON + SECOND),
        (NOON + 2 * MINUTE, NOON + 2 * MINUTE),
        (NOON + HOUR, NOON + HOUR),
        (NOON + DAY, NOON + HOUR),
    ],
)
def test_no_delivery_is_brought_forward_to_before_the_receiver_asked_for_it(asked: Instant, due: Instant) -> None:
    lane = lane_of(delivery(1))
    lane.put(delivery(1, attempts=1, due=NOON + HOUR), asked_until=asked)
    lane.bring_forward(NOON + SECOND)
    assert lane.due == due


def test_what_the_receiver_asked_for_outlasts_being_brought_forward() -> None:
    lane = lane_of(delivery(1))
    lane.put(delivery(1, attempts=1, due=NOON + HOUR), asked_until=NOON + 2 * MINUTE)
    for minute in range(1, 3):
        lane.bring_forward(NOON + minute)
        assert lane.due == NOON + 2 * MINUTE


def test_what_the_receiver_asked_for_holds_until_the_next_attempt() -> None:
    lane = lane_of(delivery(1))
    lane.put(delivery(1, attempts=1, due=NOON + HOUR), asked_until=NOON + HOUR)
    lane.put(delivery(1, attempts=2, due=NOON + 2 * HOUR))
    lane.bring_forward(NOON + 2 * SECOND)
    assert lane.due == NOON + 2 * SECOND


# ── what stands ──────────────────────────────────────────────────────────────────────────────────────

STANDING = DeliveryState.STANDING


def test_what_stands_is_due_again_and_is_not_owed() -> None:
    stands = delivery(1, state=STANDING, attempts=1, due=NOON + MINUTE)
    lane = lane_of(delivery(1))
    lane.put(stands)
    assert (lane.next(NOON + MINUTE), lane.due, lane.owed) == (stands, NOON + MINUTE, [])


@pytest.mark.parametrize("kind", [UPDATED, RESOLVED])
def test_more_of_an_incident_goes_before_what_stands_is_settled(kind: EventKind) -> None:
    stands, more = delivery(1, state=STANDING, attempts=1, due=NOON + HOUR), delivery(2, kind)
    lane = lane_of(stands, more)
    assert (lane.next(NOON), lane.due, lane.stands_before(more)) == (more, NOON, [stands])


def test_what_stands_is_said_again_while_what_follows_waits_to_be_tried_again() -> None:
    stands = delivery(1, state=STANDING, attempts=1, due=NOON + MINUTE)
    lane = lane_of(stands, delivery(2, UPDATED, attempts=1, due=NOON + HOUR))
    assert (lane.due, lane.next(NOON + MINUTE)) == (NOON + MINUTE, stands)


def test_what_stands_is_not_said_again_once_the_end_of_its_incident_is_owed() -> None:
    stands, end = delivery(1, state=STANDING, attempts=1), delivery(2, RESOLVED, attempts=1, due=NOON + HOUR)
    lane = lane_of(stands, end)
    assert (lane.next(NOON), lane.next(NOON + HOUR), lane.is_ended(stands)) == (None, end, True)


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.SUPERSEDED])
def test_what_stands_stays_when_what_follows_was_never_taken(state: DeliveryState) -> None:
    stands = delivery(1, state=STANDING, attempts=1, due=NOON + HOUR)
    lane = lane_of(stands, delivery(2, UPDATED))
    lane.put(delivery(2, UPDATED, state=state))
    assert list(lane) == [stands]


def test_what_stands_gives_no_way_to_another_incident() -> None:
    stands, other = delivery(1, state=STANDING, attempts=1, due=NOON + HOUR), delivery(2, incident="inc_b")
    lane = lane_of(stands, other)
    assert (lane.next(NOON), lane.stands_before(other)) == (other, [])
    lane.put(replace(other, state=DeliveryState.DELIVERED))
    assert lane.due == NOON + HOUR


def test_what_stands_is_not_brought_forward() -> None:
    lane = lane_of(delivery(1, state=STANDING, attempts=1, due=NOON + HOUR))
    lane.bring_forward(NOON + SECOND)
    assert lane.due == NOON + HOUR


def test_an_end_does_not_make_what_stands_unsaid() -> None:
    stands = delivery(1, state=STANDING, attempts=1)
    assert lane_of(stands, delivery(2, RESOLVED)).outdated_by_end(stands) == []


@pytest.mark.parametrize(
    ("kinds", "ended"),
    [
        ([CREATED, UPDATED], [False, False]),
        ([CREATED, RESOLVED], [True, False]),
        ([CREATED, RESOLVED, UPDATED], [True, False, False]),
    ],
)
def test_only_the_end_that_comes_after_it_ends_what_an_incident_came_to(
    kinds: list[EventKind], ended: list[bool]
) -> None:
    owed = [delivery(sequence, kind) for sequence, kind in enumerate(kinds, 1)]
    lane = lane_of(*owed)
    assert [lane.is_ended(it) for it in owed] == ended
