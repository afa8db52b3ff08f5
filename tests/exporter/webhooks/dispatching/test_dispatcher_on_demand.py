"""What subscribers ask for themselves: a try, one delivery once more, all that died."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from exporter.webhooks.dispatcher import AT_ONCE, TRIES_AT_ONCE, Busy
from exporter.webhooks.post import Answer, OwnTrouble
from monitor.core.model import DAY, HOUR, MINUTE, SECOND
from monitor.core.ports import StoreRefused
from monitor.core.subscribing import Attempt, Delivery, DeliveryState
from tests.builders import NOON
from tests.exporter.webhooks.dispatching.world import World, answers, breaks, hangs
from tests.exporter.webhooks.nouns import CREATED, UPDATED, status_change, story, subscription

DEAD, DELIVERED, PENDING = DeliveryState.DEAD, DeliveryState.DELIVERED, DeliveryState.PENDING

LASTS = 118 * HOUR  # what is never taken is given up by then


def kept(world: World) -> list[Delivery]:
    return list(world.outbox.kept.values())


async def settled(world: World, status: int) -> Delivery:
    """A delivery of which nothing more will come."""
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(status)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(LASTS)
    world.receivers["sub_a"] = answers(200)
    return kept(world)[0]


async def test_a_try_is_one_post_that_nobody_writes_down(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(418)
    attempt = await world.dispatcher.try_out(subscription())
    (post,) = world.posts
    assert (attempt.status, attempt.excerpt, attempt.at) == (418, "well", NOON)
    assert json.loads(post.body) == {
        "type": "test",
        "timestamp": "2026-12-01T12:00:00Z",
        "data": {"subscription": "sub_a"},
    }
    assert world.outbox.attempts == []
    assert world.subscription() == subscription()


async def test_a_disabled_subscription_may_be_tried(world: World) -> None:
    await world.subscribe(subscription(disabled_at=NOON))
    assert (await world.dispatcher.try_out(subscription())).status == 200


async def test_a_try_says_when_the_trouble_is_our_own(world: World) -> None:
    async def lacks() -> Answer:
        raise OwnTrouble("EMFILE")

    await world.subscribe(subscription())
    world.receivers["sub_a"] = lacks
    with pytest.raises(OwnTrouble):
        await world.dispatcher.try_out(subscription())


async def tries_under_way(world: World, many: int) -> list[asyncio.Task[Attempt]]:
    """So many subscriptions whose endpoints hang, each of them being tried out."""
    hung = [subscription(f"sub_{number}") for number in range(many)]
    await world.subscribe(*hung)
    world.receivers |= {it.id: hangs for it in hung}
    tries = [asyncio.create_task(world.dispatcher.try_out(it)) for it in hung]
    await world.settles()
    return tries


async def test_a_subscription_is_tried_out_once_at_a_time(world: World) -> None:
    (first,) = await tries_under_way(world, 1)
    with pytest.raises(Busy):
        await world.dispatcher.try_out(subscription("sub_0"))
    await first
    world.receivers["sub_0"] = answers(200)
    assert (await world.dispatcher.try_out(subscription("sub_0"))).status == 200


async def test_only_so_many_subscriptions_are_tried_out_at_once(world: World) -> None:
    *tries, last = await tries_under_way(world, TRIES_AT_ONCE + 1)
    with pytest.raises(Busy):
        await last
    assert len(world.under_way) == TRIES_AT_ONCE
    await asyncio.gather(*tries)


async def test_a_try_that_could_not_be_sent_leaves_its_place(world: World) -> None:
    world.receivers["sub_a"] = breaks
    await world.subscribe(subscription())
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await world.dispatcher.try_out(subscription())


async def test_a_try_waits_for_nothing_that_is_owed(world: World) -> None:
    hung = [f"sub_{number}" for number in range(AT_ONCE)]
    await world.subscribe(*map(subscription, [*hung, "sub_well"]))
    world.receivers |= dict.fromkeys(hung, hangs)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    assert (await world.dispatcher.try_out(subscription("sub_well"))).at == NOON + 1


@pytest.mark.parametrize(("status", "state"), [(200, DELIVERED), (500, DEAD)])
async def test_what_is_settled_is_delivered_once_more(world: World, status: int, state: DeliveryState) -> None:
    delivery = await settled(world, status)
    assert delivery.state is state
    before = len(world.posts)
    await world.dispatcher.redeliver(delivery)
    await world.settles()
    assert world.told()[before:] == [delivery.event]
    assert world.states() == [DELIVERED]


async def test_what_is_delivered_once_more_is_tried_as_long_as_anything_new(world: World) -> None:
    delivery = await settled(world, 500)
    world.receivers["sub_a"] = answers(500, 500, 200)
    await world.dispatcher.redeliver(delivery)
    await world.settles()
    assert world.states() == [PENDING]
    await world.passes(MINUTE)
    assert world.states() == [DELIVERED]


async def test_what_waits_is_due_now_when_it_is_asked_for(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(500)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(5 * HOUR)
    world.receivers["sub_a"] = answers(200)
    await world.dispatcher.redeliver(kept(world)[0])
    await world.settles()
    assert world.states() == [DELIVERED]


async def test_what_is_under_way_is_not_sent_twice_at_once(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = hangs
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    await world.dispatcher.redeliver(kept(world)[0])
    await world.settles()
    assert (len(world.posts), world.most_at_once) == (1, 1)


async def test_all_that_died_since_an_instant_is_owed_again_in_its_order(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(500)
    await world.dispatcher.start()
    world.tell([status_change("early", at=NOON - 1)])
    world.tell([*story(CREATED, UPDATED), status_change("cdn")])
    await world.passes(20 * DAY)
    world.receivers["sub_a"] = answers(200)
    await world.roster.amend("sub_a", lambda disabled: subscription())
    before = len(world.posts)
    died = world.states().count(DEAD)
    assert await world.dispatcher.recover(subscription(), NOON) == died - 1
    await world.settles()
    recovered = [it for it in kept(world) if it.state is DELIVERED]
    assert world.told()[before:] == [it.event for it in sorted(recovered, key=lambda it: it.sequence)]
    assert world.states()[0] is DEAD


async def test_a_refused_redelivery_changes_nothing(world: World) -> None:
    delivery = await settled(world, 500)
    world.outbox.refuses = True
    with pytest.raises(StoreRefused):
        await world.dispatcher.redeliver(delivery)
    await world.settles()
    assert (world.states(), world.dispatcher.pending) == ([DEAD], 0)


async def test_the_metrics_count_attempts_and_what_is_owed(world: World) -> None:
    def value(name: str, **labels: str) -> float | None:
        return world.metrics.registry.get_sample_value(name, labels)

    await world.subscribe(subscription("sub_a"), subscription("sub_b"), subscription("sub_c"), subscription("sub_d"))
    world.receivers |= {"sub_b": answers(404), "sub_c": answers(None), "sub_d": answers(410)}
    assert value("justkalm_outbox_oldest_seconds") == 0
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(1_000)
    attempts = "justkalm_webhook_attempts_total"
    counts = {name: value(attempts, outcome=name) for name in ("delivered", "refused", "failed", "gone")}
    assert counts == {"delivered": 1, "refused": 1, "failed": 1, "gone": 1}
    assert value("justkalm_outbox_pending") == 2
    assert value("justkalm_outbox_oldest_seconds") == 1
    assert value("justkalm_subscriptions_disabled") == 1


async def test_what_is_settled_for_two_weeks_is_forgotten_and_what_is_owed_is_not(world: World) -> None:
    delivery = await settled(world, 200)
    waiting = replace(delivery, id="dlv_b", state=PENDING)
    world.outbox.kept["dlv_b"] = waiting
    await world.housekeeping.step()
    assert len(kept(world)) == 2
    await world.passes(14 * DAY - LASTS + SECOND)
    await world.housekeeping.step()
    assert kept(world) == [waiting]


async def test_who_was_told_of_an_incident_that_is_over_is_forgotten(world: World) -> None:
    await world.subscribe(subscription())
    world.tell(story(CREATED))
    world.tell(story(CREATED, of="inc_b"))
    over = next(id_ for id_, it in world.outbox.kept.items() if it.incident == "inc_a")
    del world.outbox.kept[over]
    await world.housekeeping.step()
    assert world.debts.told == {("sub_a", "inc_b")}


async def test_a_store_that_refuses_to_forget_has_time_until_the_next_hour(world: World) -> None:
    await settled(world, 200)
    world.outbox.refuses = True
    await world.housekeeping.step()
    assert len(kept(world)) == 1
