"""What happens when the store takes nothing, and when the trouble is our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from exporter.webhooks.dispatcher import AT_ONCE
from exporter.webhooks.post import Answer, OwnTrouble
from monitor.core.model import DAY, HOUR, MINUTE, SECOND
from monitor.core.subscribing import DeliveryState
from tests.builders import NOON
from tests.exporter.webhooks.dispatching.world import World, answers, breaks, hangs
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, status_change, story, subscription

DELIVERED, PENDING = DeliveryState.DELIVERED, DeliveryState.PENDING


async def lacks() -> Answer:
    raise OwnTrouble("EMFILE")


async def test_what_was_sent_is_not_sent_again_because_it_could_not_be_written_down(world: World) -> None:
    await world.subscribe(subscription())
    await world.dispatcher.start()
    world.outbox.refuses = True
    world.tell([status_change(), status_change("cdn")])
    await world.passes(HOUR)
    assert world.told() == [status_change().id]
    assert world.outbox.refused > 100
    world.outbox.refuses = False
    await world.passes(MINUTE)
    assert world.told() == [status_change().id, status_change("cdn").id]
    assert (world.outbox.attempts[0].at, world.outbox.attempts[0].status) == (NOON, 200)
    assert world.states() == [DELIVERED, DELIVERED]


async def test_a_refusal_is_said_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.subscribe(subscription())
    await world.dispatcher.start()
    world.outbox.refuses = True
    world.tell([status_change()])
    await world.passes(HOUR)
    (record,) = caplog.records
    assert record.getMessage().endswith("waits to be written down: no space left")


async def test_a_subscription_that_cannot_be_written_down_is_written_later(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(410)
    await world.dispatcher.start()
    world.registry.refuses = True
    world.tell([status_change()])
    await world.passes(HOUR)
    assert world.subscription().enabled
    world.registry.refuses = False
    await world.passes(MINUTE)
    assert not world.subscription().enabled
    assert len(world.posts) == 1


async def test_nothing_is_sent_while_the_store_does_not_let_an_end_stand_for_all(world: World) -> None:
    await world.subscribe(subscription())
    created, resolved = story(CREATED, RESOLVED)
    world.tell([created, resolved])
    world.outbox.refuses = True
    await world.dispatcher.start()
    await world.passes(HOUR)
    assert world.posts == []
    world.outbox.refuses = False
    await world.passes(MINUTE)
    assert world.told() == [resolved.id]


@pytest.mark.parametrize("trouble", [lacks, breaks])
async def test_trouble_of_our_own_is_not_held_against_the_receiver(
    world: World, trouble: Callable[[], Awaitable[Answer]], caplog: pytest.LogCaptureFixture
) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = trouble
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(DAY + SECOND)
    assert world.subscription() == subscription()
    assert (world.states(), world.outbox.attempts) == ([PENDING], [])
    assert "example" not in caplog.text
    world.receivers["sub_a"] = answers(200)
    await world.passes(30 * SECOND)
    assert world.states() == [DELIVERED]


async def test_an_event_that_cannot_be_told_holds_up_no_other(world: World) -> None:
    await world.subscribe(subscription())
    await world.dispatcher.start()
    owed = world.outbox.record([status_change()], world.debts.owed([status_change()]))
    del world.outbox.events[status_change().id]
    world.debts.owe(owed)
    world.tell([status_change("cdn")])
    await world.settles()
    assert world.told() == [status_change("cdn").id]


async def test_a_subscription_that_is_removed_under_way_leaves_nothing_behind(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = hangs
    await world.dispatcher.start()
    world.tell([status_change(), status_change("cdn")])
    await world.settles()
    async with world.roster.changing:
        await world.registry.drop_subscription("sub_a")
        world.debts.remove("sub_a")
    await world.passes(HOUR)
    assert len(world.posts) == 1
    assert world.registry.kept == {}
    assert world.dispatcher.pending == 0


async def test_a_subscription_that_is_removed_while_it_waits_is_owed_nothing(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(500)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(3 * HOUR)
    tried = len(world.posts)
    world.debts.remove("sub_a")
    await world.settles()
    assert world.dispatcher.pending == 0
    await world.passes(DAY)
    assert len(world.posts) == tried


async def test_attempts_under_way_may_end_before_we_stop_and_none_begins(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = hangs
    await world.dispatcher.start()
    world.tell([status_change(), status_change("cdn")])
    await world.settles()
    await world.dispatcher.stop(20.0)
    world.tell([status_change("auth")])
    await world.passes(HOUR)
    assert world.instants() == [0]
    assert [it.status for it in world.outbox.attempts] == [None]
    assert world.states() == [PENDING] * 3


async def test_stopping_takes_no_longer_than_it_may(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = hangs
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    await world.dispatcher.stop(2.0)
    assert world.now() <= NOON + 3 * SECOND
    assert world.under_way == []


async def test_who_waits_for_a_place_when_we_stop_is_told_after_the_restart(world: World) -> None:
    hung = [f"sub_{number}" for number in range(100)]
    await world.subscribe(*map(subscription, hung))
    world.receivers |= dict.fromkeys(hung, hangs)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    await world.dispatcher.stop(20.0)
    assert len(world.posts) == AT_ONCE
