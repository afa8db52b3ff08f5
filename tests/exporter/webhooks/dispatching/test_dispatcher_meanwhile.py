"""What subscribers change while an attempt is under way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from exporter.webhooks.post import Answer, OwnTrouble
from monitor.core.model import SECOND
from monitor.core.subscribing import DeliveryState, Subscription
from tests.exporter.webhooks.dispatching.world import Receiver, Slow, World, answers
from tests.exporter.webhooks.nouns import status_change, subscription

DELIVERED, PENDING = DeliveryState.DELIVERED, DeliveryState.PENDING
ELSEWHERE = "https://elsewhere.example/hook"


async def lacks() -> Answer:
    raise OwnTrouble("EMFILE")


async def under_way(world: World, then: Receiver) -> Slow:
    """An attempt that will be answered so."""
    slow = world.receivers["sub_a"] = Slow(then)
    await world.subscribe(subscription())
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    world.receivers["sub_a"] = answers(200)
    return slow


async def moves(world: World) -> None:
    """The subscriber names another endpoint."""

    def moved(before: Subscription) -> Subscription:
        return replace(before, endpoint=ELSEWHERE)

    await world.roster.amend("sub_a", moved)


# ── another endpoint ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [None, 410, 500])
async def test_what_the_endpoint_before_answers_is_not_held_against_the_new_one(
    world: World, status: int | None
) -> None:
    slow = await under_way(world, answers(status))
    await moves(world)
    slow.answers.set()
    await world.settles()
    assert world.subscription() == subscription(endpoint=ELSEWHERE)
    assert [attempt.status for attempt in world.outbox.attempts] == [status, 200]


async def test_an_endpoint_that_takes_what_it_is_sent_clears_no_other_of_failing(world: World) -> None:
    slow = await under_way(world, answers(200))
    await moves(world)
    await world.roster.amend("sub_a", lambda known: replace(known, failing_since=world.now()))
    world.receivers["sub_a"] = answers(500)
    slow.answers.set()
    await world.settles()
    assert world.subscription().failing_since is not None


@pytest.mark.parametrize("status", [None, 200, 410, 500])
async def test_what_was_sent_to_the_endpoint_before_is_owed_to_the_new_one_at_once(
    world: World, status: int | None
) -> None:
    slow = await under_way(world, answers(status))
    await moves(world)
    slow.answers.set()
    await world.settles()
    assert len(world.posts) == 2
    assert world.states() == [DELIVERED]


async def test_a_new_endpoint_is_tried_from_the_beginning_of_the_schedule(world: World) -> None:
    slow = await under_way(world, answers(500))
    await moves(world)
    world.receivers["sub_a"] = answers(500)
    slow.answers.set()
    await world.passes(6 * SECOND)
    (delivery,) = world.outbox.kept.values()
    assert (world.instants(), delivery.attempts) == ([0, 1, 5 * SECOND + 1], 2)


async def test_what_the_endpoint_before_asked_for_does_not_hold_up_the_new_one(world: World) -> None:
    world.receivers["sub_a"] = answers(503, retry_after="36000")
    await world.subscribe(subscription())
    await world.dispatcher.start()
    world.tell([status_change(), status_change("cdn")])
    await world.passes(SECOND)
    assert len(world.posts) == 1
    world.receivers["sub_a"] = answers(200)
    await moves(world)
    world.dispatcher.hasten("sub_a")
    await world.settles()
    assert world.states() == [DELIVERED, DELIVERED]


# ── a redelivery ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [200, 410, 500])
async def test_what_is_asked_for_again_under_way_is_sent_again(world: World, status: int) -> None:
    slow = await under_way(world, answers(status))
    (delivery,) = world.outbox.kept.values()
    await world.dispatcher.redeliver(delivery)
    slow.answers.set()
    await world.settles()
    asked_again = status != 410  # who wants nothing more gets nothing more
    assert len(world.posts) == (2 if asked_again else 1)
    assert world.states() == [DELIVERED if asked_again else DeliveryState.DEAD]
    assert world.outbox.attempts[0].status == status


async def test_what_is_asked_for_again_is_sent_again_at_once_though_we_could_not_send_it(world: World) -> None:
    slow = await under_way(world, lacks)
    (delivery,) = world.outbox.kept.values()
    await world.dispatcher.redeliver(delivery)
    slow.answers.set()
    await world.settles()
    assert (len(world.posts), world.states()) == (2, [DELIVERED])


async def test_what_is_asked_for_again_as_the_attempt_ends_is_owed_whoever_is_written_down_first(
    world: World,
) -> None:
    slow = await under_way(world, answers(200))
    again = world.receivers["sub_a"] = Slow(answers(200))
    (delivery,) = world.outbox.kept.values()
    world.outbox.says_so.clear()
    asking = asyncio.create_task(world.dispatcher.redeliver(delivery))
    await world.settles()
    slow.answers.set()
    await world.settles()
    world.outbox.says_so.set()
    await asking
    await world.settles()
    assert (len(world.posts), world.states()) == (2, [PENDING])
    again.answers.set()
    await world.settles()
    assert world.states() == [DELIVERED]


async def test_what_waits_is_tried_at_once_when_it_is_hastened(world: World) -> None:
    world.receivers["sub_a"] = answers(500)
    await world.subscribe(subscription())
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(10 * SECOND)
    assert world.states() == [PENDING]
    world.receivers["sub_a"] = answers(200)
    world.dispatcher.hasten("sub_a")
    await world.settles()
    assert world.states() == [DELIVERED]
