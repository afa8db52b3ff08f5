from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlite_utils import Database

from monitor.core.model import DAY, HOUR
from monitor.core.subscribing import DeliveryState
from storage import answers, deliveries, events, subscriptions
from tests.builders import NOON
from tests.storage.costs import costly, machine_steps
from tests.storage.owing import answered, attempt, delivery, event, subscription

NEWEST = NOON // HOUR  # events are numbered by their hour
ASKED: dict[str, Callable[[Database], object]] = {
    "unsettled": deliveries.unsettled,
    "an event": lambda db: events.told(db, f"evt_{NEWEST}"),
    "one delivery": lambda db: deliveries.one(db, delivery(NEWEST).id),
    "deliveries": lambda db: deliveries.page(db, "sub_1", 5, None),
    "older deliveries": lambda db: deliveries.page(db, "sub_1", 5, (NOON, "dlv_")),
    "dead deliveries": lambda db: deliveries.dead_since(db, "sub_1", 0),
    "an incident attempted": lambda db: deliveries.was_attempted(db, "sub_1", "inc_1"),
    "an incident not attempted": lambda db: deliveries.was_attempted(db, "sub_1", "inc_2"),
    "an answer": lambda db: answers.one(db, "key_1", "once"),
}
OF_THE_ANSWER = {
    "unsettled": ["SCAN d USING INDEX deliveries_unsettled"],  # which holds nothing else
    "dead deliveries": ["USE TEMP B-TREE FOR ORDER BY"],
}


def live(db: Database, days: int) -> None:
    """So many days in which one delivery an hour was settled; the newest ones are owed, standing, and dead."""
    hours = range(NEWEST - days * DAY // HOUR, NEWEST + 1)
    settled = [delivery(hour, created_at=hour * HOUR, state=DeliveryState.DELIVERED) for hour in hours[:-3]]
    dead = delivery(hours[-3], created_at=NOON, state=DeliveryState.DEAD, incident="inc_1")
    owed = [delivery(hours[-2], created_at=NOON), delivery(hours[-1], created_at=NOON, state=DeliveryState.STANDING)]
    with db.atomic():
        subscriptions.drop(db, "sub_1")
        subscriptions.put(db, subscription(), None)
        events.record(db, [event(hour) for hour in hours])
        deliveries.record(db, [*settled, dead, *owed])
        for hour in hours[:-2]:
            deliveries.put(db, [], attempt(hour))
        answers.forget(db, NOON + 1)
        answers.record(db, "key_1", "once", answered())


@pytest.mark.parametrize("asked", ASKED)
def test_no_question_scans_or_sorts_more_than_it_answers(db: Database, asked: str) -> None:
    live(db, days=1)
    assert costly(db, ASKED[asked]) == OF_THE_ANSWER.get(asked, [])


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_month_of_deliveries_costs_no_more_than_a_day_of_them(
    db: Database, ask: Callable[[Database], object]
) -> None:
    live(db, days=1)
    of_a_day = machine_steps(db, ask)
    live(db, days=30)
    assert machine_steps(db, ask) == of_a_day


@pytest.mark.parametrize(
    "forget",
    [
        lambda db: deliveries.forget_settled(db, NOON),
        lambda db: deliveries.drop(db, "sub_1"),
    ],
    ids=["what is settled", "a subscription"],
)
def test_forgetting_scans_no_deliveries(db: Database, forget: Callable[[Database], object]) -> None:
    live(db, days=1)
    assert [step for step in costly(db, forget) if "subscriptions" not in step] == []


def test_forgetting_costs_no_more_when_there_is_more_that_stays(db: Database) -> None:
    before = NOON - 30 * DAY
    live(db, days=1)
    of_a_day = machine_steps(db, lambda db: deliveries.forget_settled(db, before))
    live(db, days=30)
    assert machine_steps(db, lambda db: deliveries.forget_settled(db, before)) == of_a_day
