"""What a lane makes of how its receiver behaves: who goes first, who waits, and what another place changes."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from exporter.webhooks.lane import Lane
from monitor.core.model import HOUR, MINUTE, SECOND, Instant
from monitor.core.subscribing import Delivery, DeliveryState
from tests.builders import NOON
from tests.exporter.webhooks.nouns import UPDATED, delivery
from tests.exporter.webhooks.test_lane import STANDING, alone, lane_of, order


def tried(sequence: int, due: Instant = NOON) -> Delivery:
    return replace(alone(sequence, due), attempts=1)


@pytest.mark.parametrize(
    ("owed", "expected"),
    [
        ([tried(1), alone(2)], [2, 1]),
        ([tried(1), tried(2, NOON - HOUR), alone(3), alone(4, NOON - 1)], [4, 3, 2, 1]),
        ([delivery(1, attempts=1), delivery(2, UPDATED), alone(3)], [3, 1, 2]),
        ([tried(1), alone(2, NOON + HOUR)], [1, 2]),
        ([delivery(1, state=STANDING, attempts=1), tried(2), delivery(3, UPDATED)], [3, 1, 2]),
    ],
)
def test_of_what_is_due_goes_first_what_was_never_tried(owed: list[Delivery], expected: list[int]) -> None:
    assert order(lane_of(*owed)) == expected


def test_a_receiver_that_does_not_answer_is_told_of_incidents_before_all_else() -> None:
    owed = [alone(1), tried(2), delivery(3), delivery(4, incident="inc_b", attempts=1)]
    lane = lane_of(*owed)
    assert lane.next(NOON) == owed[0]
    lane.hear("there", answered=False)
    assert order(lane) == [3, 1, 2, 4]


def test_what_was_brought_forward_waits_again_for_its_time_when_no_answer_comes() -> None:
    lane = lane_of(tried(1, NOON + HOUR), tried(2, NOON + 2 * HOUR))
    lane.bring_forward(NOON)
    lane.hear("there", answered=False)
    assert lane.due == NOON + HOUR


def test_news_bring_forward_only_their_own_incident_while_no_answer_comes() -> None:
    lane = lane_of(delivery(1, attempts=1, due=NOON + HOUR), tried(2, NOON + HOUR))
    lane.hear("there", answered=False)
    lane.bring_forward(NOON, [alone(3)])
    assert lane.due == NOON + HOUR
    lane.bring_forward(NOON, [delivery(4, UPDATED)])
    assert [it.sequence for it in lane if lane._due(it) == NOON] == [1]


@pytest.mark.parametrize("said", ["answer", "asked"])
def test_all_that_waits_is_brought_forward_once_an_answer_came_or_somebody_asks(said: str) -> None:
    lane = lane_of(tried(1, NOON + HOUR), tried(2, NOON + HOUR))
    lane.hear("there", answered=False)
    if said == "answer":
        lane.hear("there", answered=True)
        lane.bring_forward(NOON, [alone(3)])
    else:
        lane.bring_forward(NOON)
    assert [lane._due(it) for it in lane] == [NOON, NOON]


def test_a_lane_that_rests_has_nothing_next() -> None:
    lane = lane_of(alone(1), tried(2, NOON + HOUR))
    lane.hear("there", answered=True, rests_until=NOON + MINUTE)
    lane.bring_forward(NOON)
    assert (lane.next(NOON), lane.due) == (None, NOON + MINUTE)
    assert lane.next(NOON + MINUTE) == alone(1)


def test_what_one_place_asked_for_is_not_kept_for_another() -> None:
    lane = lane_of(delivery(1))
    lane.hear("there", answered=False, rests_until=NOON + HOUR)
    lane.put(delivery(1, attempts=1, due=NOON + HOUR), asked_until=NOON + HOUR)
    lane.lead_to("there", NOON)
    lane.bring_forward(NOON)
    assert lane.due == NOON + HOUR
    lane.lead_to("elsewhere", NOON + MINUTE)
    lane.bring_forward(NOON + MINUTE)
    assert lane.due == NOON + MINUTE


def test_what_stood_in_one_place_is_said_in_another_at_once() -> None:
    lane = lane_of(delivery(1, state=STANDING, attempts=1, due=NOON + HOUR))
    lane.hear("there", answered=True)
    lane.lead_to("elsewhere", NOON)
    assert lane.due == NOON


def test_a_lane_that_was_cleared_owes_nothing_and_knows_nothing() -> None:
    lane = lane_of(alone(1), delivery(2))
    lane.hear("there", answered=True, rests_until=NOON + HOUR)
    lane.clear()
    lane.add(alone(1))
    assert (len(lane), lane.next(NOON)) == (1, alone(1))


class Reference(Lane):
    """Finds the next one by looking at all of them."""

    def next(self, now: Instant) -> Delivery | None:
        speakers = map(self._speaker, self._queues.values())
        due = [it for it in speakers if self._due(it) <= now]
        return min(due, key=self._place_of, default=None)

    def _place_of(self, delivery: Delivery) -> tuple[bool, bool, int, int]:
        tried = delivery.attempts > 0
        behind = self._silent and not tried and delivery.incident is None
        return tried, behind, self._due(delivery), delivery.sequence


def test_the_order_is_that_of_a_search_whatever_happens() -> None:
    """A few hundred deliveries that are taken, put off and brought forward."""
    lanes, draw, now = [Lane("sub_a"), Reference("sub_a")], random.Random(1), NOON
    for sequence in range(300):
        incident = draw.choice([None, "inc_a", "inc_b"])
        for lane in lanes:
            lane.add(delivery(sequence, incident=incident, due=NOON + sequence))
    for _ in range(3_000):
        now += draw.choice([0, SECOND, MINUTE])
        found, expected = (lane.next(now) for lane in lanes)
        assert found == expected
        if found is None:
            continue
        taken = draw.random() < 0.1
        state, wait = DeliveryState.DELIVERED if taken else found.state, draw.randrange(HOUR)
        for lane in lanes:
            lane.put(replace(found, state=state, attempts=found.attempts + 1, due=now + wait))
            lane.hear("there", answered=wait % 3 > 0)
            if taken:
                lane.bring_forward(now)
    assert all(len(lane) < 300 for lane in lanes)
