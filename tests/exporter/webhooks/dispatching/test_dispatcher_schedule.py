"""Days of a receiver that does not take what it is sent."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

import pytest

from exporter.webhooks.retry import GIVE_UP_AFTER, LAST_WAIT, WAITS
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration
from monitor.core.subscribing import DeliveryState
from tests.builders import NOON
from tests.exporter.webhooks.dispatching.world import World, answers, hangs
from tests.exporter.webhooks.nouns import CREATED, UPDATED, status_change, story, subscription

DEAD, DELIVERED, PENDING = DeliveryState.DEAD, DeliveryState.DELIVERED, DeliveryState.PENDING

SCHEDULE = [at for at in accumulate([*WAITS, *[LAST_WAIT] * 20]) if at <= GIVE_UP_AFTER]


async def failing(world: World, status: int | None = 500) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(status)
    await world.dispatcher.start()
    world.tell([status_change()])


@pytest.mark.parametrize("status", [None, 199, 301, 302, 307, 404, 429, 500, 503])
async def test_what_is_no_2xx_is_tried_again(world: World, status: int | None) -> None:
    await failing(world, status)
    await world.passes(MINUTE)
    assert world.instants() == [0, 5 * SECOND, 35 * SECOND]
    assert world.states() == [PENDING]


async def test_a_receiver_that_is_down_is_tried_on_schedule_until_the_delivery_is_dead(world: World) -> None:
    await failing(world)
    await world.passes(GIVE_UP_AFTER - 1)
    (delivery,) = world.outbox.kept.values()
    assert world.instants() == SCHEDULE
    assert (delivery.state, delivery.attempts) == (DEAD, len(SCHEDULE))
    await world.passes(30 * DAY)
    assert world.instants() == SCHEDULE


async def test_a_receiver_that_hangs_is_tried_after_each_wait_from_its_end_on(world: World) -> None:
    await failing(world)
    world.receivers["sub_a"] = hangs
    await world.passes(MINUTE)
    assert world.instants() == [0, 20 * SECOND]


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 4_000), (0.5, 5_000), (1.0, 6_000)])
async def test_waits_differ_by_a_fifth_either_way(world: World, jitter: float, wait: Duration) -> None:
    world.jitter = jitter
    await failing(world)
    await world.passes(10 * SECOND)
    assert world.instants() == [0, wait]


async def test_every_attempt_is_written_down_as_it_is_made(world: World) -> None:
    await failing(world)
    world.receivers["sub_a"] = answers(500, None, 200)
    await world.passes(MINUTE)
    seen = [(attempt.at - NOON, attempt.status, attempt.excerpt) for attempt in world.outbox.attempts]
    assert seen == [(0, 500, "well"), (5 * SECOND, None, "no connection"), (35 * SECOND, 200, "well")]
    assert world.states() == [DELIVERED]


async def test_every_attempt_bears_the_id_of_the_event_and_the_same_bytes(world: World) -> None:
    await failing(world)
    await world.passes(DAY)
    assert {post.event for post in world.posts} == {status_change().id}
    assert len({post.body for post in world.posts}) == 1


async def test_a_receiver_that_asks_for_time_gets_it(world: World) -> None:
    await failing(world)
    world.receivers["sub_a"] = answers(503, retry_after="3600")
    await world.passes(2 * HOUR - 1)
    assert world.instants() == [0, HOUR]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_receiver_that_asks_for_time_is_told_nothing_at_all_before(world: World, status: int) -> None:
    await failing(world)
    world.receivers["sub_a"] = answers(status, 200, retry_after="3600")
    world.tell([status_change("cdn"), *story(CREATED)])
    await world.passes(MINUTE)
    world.tell([status_change("batch")])
    await world.passes(HOUR - 2 * MINUTE)
    assert world.instants() == [0]
    await world.passes(2 * MINUTE)
    assert world.instants() == [0, HOUR, HOUR, HOUR, HOUR]


async def test_a_receiver_that_asks_for_days_is_told_after_ten_hours(world: World) -> None:
    await failing(world)
    world.receivers["sub_a"] = answers(429, 200, retry_after="864000")
    await world.passes(HOUR)
    world.tell([status_change("cdn")])
    await world.passes(10 * HOUR)
    assert world.instants() == [0, 10 * HOUR, 10 * HOUR]


async def test_time_that_is_asked_for_one_message_holds_up_no_other(world: World) -> None:
    await failing(world)
    world.receivers["sub_a"] = answers(500, 200, retry_after="3600")
    await world.passes(MINUTE)
    world.tell([status_change("cdn")])
    await world.passes(HOUR)
    assert (world.instants(), world.told()[1]) == ([0, MINUTE, HOUR], status_change("cdn").id)


async def test_a_subscription_is_disabled_once_it_failed_for_five_days_without_a_break(world: World) -> None:
    await failing(world)
    await world.passes(4 * DAY)
    world.tell([status_change("cdn", at=world.now())])
    await world.passes(DAY - 1)
    assert world.subscription().enabled
    await world.passes(12 * HOUR)
    disabled = world.subscription()
    assert disabled.disabled_because == "Nothing but failures for 120 hours."
    assert (disabled.failing_since, disabled.disabled_at) == (NOON, world.posts[-1].at)
    assert world.posts[-1].at - NOON >= GIVE_UP_AFTER > world.posts[-2].at - NOON
    assert world.states() == [DEAD, DEAD]


async def test_one_success_in_between_begins_the_five_days_anew(world: World) -> None:
    await failing(world)
    await world.passes(4 * DAY)
    world.receivers["sub_a"] = answers(200, 500)
    world.tell([status_change("cdn", at=world.now())])
    await world.passes(2 * DAY)
    assert world.subscription().enabled
    assert world.subscription().failing_since is not None


async def test_a_success_ends_the_failing(world: World) -> None:
    await failing(world)
    await world.settles()
    assert world.subscription().failing_since == NOON
    world.receivers["sub_a"] = answers(204)
    await world.passes(5 * SECOND)
    assert world.subscription().failing_since is None


async def test_a_receiver_that_is_gone_is_disabled_at_once_and_what_it_is_owed_is_dead(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(410)
    await world.dispatcher.start()
    world.tell([*story(CREATED, UPDATED), status_change(), status_change("cdn")])
    await world.passes(DAY)
    assert len(world.posts) == 1
    assert world.states() == [DEAD] * 4
    assert world.subscription().disabled_because == "The endpoint answered 410 Gone."
    assert world.dispatcher.pending == 0


async def test_a_disabled_subscription_is_owed_nothing_more(world: World) -> None:
    await failing(world, 410)
    await world.settles()
    world.tell([status_change("cdn")])
    await world.settles()
    assert len(world.outbox.kept) == 1


async def test_a_subscription_that_was_enabled_again_is_told_again(world: World) -> None:
    await failing(world, 410)
    await world.settles()
    world.receivers["sub_a"] = answers(200)
    await world.roster.amend("sub_a", lambda disabled: subscription())
    world.tell([status_change("cdn")])
    await world.settles()
    assert world.states() == [DEAD, DELIVERED]


async def test_the_log_says_when_trouble_begins_and_ends_and_names_no_endpoint(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await failing(world)
    await world.passes(MINUTE)
    world.receivers["sub_a"] = answers(200)
    await world.passes(HOUR)
    world.receivers["sub_a"] = answers(410)
    world.tell([status_change("cdn", at=world.now())])
    await world.settles()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "subscription sub_a does not take what it is sent",
        "subscription sub_a takes what it is sent again",
        "subscription sub_a is disabled",
        f"delivery {list(world.outbox.kept)[1]} to subscription sub_a is given up, nothing more is wanted there",
    ]
    assert "example" not in caplog.text
    assert "whsec" not in caplog.text


async def test_waits_outlast_a_restart(world: World) -> None:
    await failing(world)
    await world.passes(10 * MINUTE)
    before = world.instants()
    await world.dispatcher.stop(0)
    world.dispatcher = world.new_dispatcher()
    await world.dispatcher.start()
    await world.passes(2 * HOUR)
    assert world.instants()[: len(before)] == before
    assert world.instants() == [at for at in SCHEDULE if at <= 2 * HOUR + 10 * MINUTE]
    assert all(later - earlier >= 5 * SECOND for earlier, later in pairwise(world.instants()))


async def test_an_outage_of_minutes_is_over_in_minutes_however_much_was_owed_meanwhile(world: World) -> None:
    await failing(world)
    for number in range(10):
        await world.passes(70 * SECOND)
        world.tell([status_change(f"part-{number}", at=world.now())])
    world.receivers["sub_a"] = answers(200)
    await world.passes(20 * MINUTE)
    assert set(world.states()) == {DELIVERED}


@pytest.mark.parametrize("asked", ["0", "Wed, 21 Oct 2015 07:28:00 GMT", "120"])
async def test_a_receiver_that_asks_for_little_time_is_told_with_the_next_news(world: World, asked: str) -> None:
    await failing(world)
    world.receivers["sub_a"] = answers(503, retry_after=asked)
    await world.passes(3 * HOUR + 30 * MINUTE)
    world.receivers["sub_a"] = answers(200)
    world.tell([status_change("cdn", at=world.now())])
    await world.settles()
    assert world.states() == [DELIVERED, DELIVERED]


async def restarted(world: World, **changes: Any) -> None:
    """A dispatcher that finds a delivery as it was left, of a receiver that takes everything by now."""
    await world.subscribe(subscription())
    world.tell([status_change()])
    (owed,) = world.outbox.kept.values()
    await world.outbox.put_deliveries([replace(owed, **changes)])
    world.dispatcher = world.new_dispatcher()
    await world.dispatcher.start()


async def test_what_was_never_tried_is_due_at_the_start_though_the_clock_was_set_back(world: World) -> None:
    await restarted(world, due=NOON + 365 * DAY)
    await world.settles()
    assert world.instants() == [0]


async def test_what_was_tried_is_due_within_the_longest_wait_though_the_clock_was_set_back(world: World) -> None:
    later = NOON + 365 * DAY
    await restarted(world, due=later, attempts=3, first_attempt_at=later)
    await world.passes(12 * HOUR + SECOND)
    assert world.instants() == [12 * HOUR]
