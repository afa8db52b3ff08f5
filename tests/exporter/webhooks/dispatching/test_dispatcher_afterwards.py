"""What is written of an incident after its end: told to all, and in nobody's way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import MINUTE, Event, IncidentStatus
from monitor.core.subscribing import DeliveryState, Subscription
from tests.builders import NOON, incident
from tests.exporter.webhooks.dispatching.world import World, answers
from tests.exporter.webhooks.formatting import AGAIN_AFTER, alert
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, story, subscription

ALERT = "alr_a"
DELIVERED, SUPERSEDED = DeliveryState.DELIVERED, DeliveryState.SUPERSEDED


def ended() -> list[Event]:
    """An incident that opens and ends, and what somebody writes then."""
    opening, end, word = story(CREATED, RESOLVED, UPDATED)
    over = incident("inc_a", status=IncidentStatus.RESOLVED, resolved_at=NOON, postmortem="A cable.")
    return [opening, replace(end, subject=replace(over, postmortem="")), replace(word, subject=over)]


async def told_one_by_one(world: World, events: list[Event]) -> None:
    for event in events:
        if event.kind is RESOLVED:
            world.over.add("inc_a")
        world.tell([event])
        await world.settles()


@pytest.fixture(params=["plain", "forgetful"])
async def alerted(world: World, request: pytest.FixtureRequest) -> World:
    """With an alert that may forget what it does not hear again."""
    await world.alerts.replace([alert(format=request.param)])
    await world.dispatcher.start()
    return world


async def test_an_alert_hears_what_was_learned_once_it_heard_of_the_end(alerted: World) -> None:
    events = ended()
    await told_one_by_one(alerted, events)
    assert alerted.told(ALERT) == [event.id for event in events]


async def test_what_was_learned_is_not_said_again(alerted: World) -> None:
    await told_one_by_one(alerted, ended())
    await alerted.passes(3 * AGAIN_AFTER)
    assert len(alerted.posts) == 3
    assert alerted.states(ALERT) == [DELIVERED] * 3


async def test_who_never_heard_of_it_hears_of_its_end_and_of_what_was_learned(alerted: World) -> None:
    events = ended()
    alerted.over.add("inc_a")
    alerted.tell(events)
    await alerted.settles()
    assert alerted.told(ALERT) == [event.id for event in events[1:]]
    assert alerted.states(ALERT) == [SUPERSEDED, DELIVERED, DELIVERED]


async def test_trouble_that_is_owed_again_after_its_end_is_still_told_to_no_alert(alerted: World) -> None:
    await told_one_by_one(alerted, ended())
    first = next(iter(alerted.outbox.kept.values()))
    await alerted.dispatcher.redeliver(first)
    await alerted.settles()
    assert len(alerted.posts) == 3


async def test_what_was_learned_may_be_owed_again_to_an_alert(alerted: World) -> None:
    events = ended()
    await told_one_by_one(alerted, events)
    await alerted.dispatcher.redeliver(list(alerted.outbox.kept.values())[-1])
    await alerted.settles()
    assert alerted.told(ALERT)[3:] == [events[2].id]


async def test_who_subscribed_hears_it_all_in_order(world: World) -> None:
    await world.subscribe(subscription())
    await world.dispatcher.start()
    events = ended()
    await told_one_by_one(world, events)
    assert world.told() == [event.id for event in events]


@pytest.mark.parametrize("wanted", [subscription(events=("incident.*",)), subscription(components=("api",))])
async def test_who_was_told_nothing_for_long_hears_what_was_learned(world: World, wanted: Subscription) -> None:
    await world.subscribe(wanted)
    await world.dispatcher.start()
    events = ended()
    await told_one_by_one(world, events[:2])
    world.debts.forget(world.debts.told)
    await told_one_by_one(world, events[2:])
    assert world.told() == [event.id for event in events]


async def test_what_was_learned_waits_for_the_end_that_is_not_taken(world: World) -> None:
    await world.subscribe(subscription())
    await world.dispatcher.start()
    opening, end, word = ended()
    await told_one_by_one(world, [opening])
    world.receivers["sub_a"] = answers(500, 200)
    await told_one_by_one(world, [end, word])
    await world.passes(MINUTE)
    assert world.told() == [opening.id, end.id, end.id, word.id]


async def test_what_was_learned_and_is_not_taken_holds_up_nothing_else(world: World) -> None:
    await world.subscribe(subscription())
    await world.dispatcher.start()
    opening, end, word = ended()
    await told_one_by_one(world, [opening, end])
    world.receivers["sub_a"] = answers(500, 200)
    await told_one_by_one(world, [word, status_change()])
    assert world.told()[2:4] == [word.id, status_change().id]
