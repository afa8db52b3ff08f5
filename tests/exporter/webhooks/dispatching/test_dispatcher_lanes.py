"""What goes before what, and who waits for whom."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from exporter.webhooks.dispatcher import AT_ONCE
from monitor.core.ids import delivery_id
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Duration, EventKind
from monitor.core.subscribing import Attempt, DeliveryState
from tests.builders import NOON
from tests.exporter.webhooks.dispatching.world import HANGS_FOR, World, answers, hangs
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, story, subscription

DELIVERED, PENDING, SUPERSEDED = DeliveryState.DELIVERED, DeliveryState.PENDING, DeliveryState.SUPERSEDED


async def test_what_is_owed_is_posted_in_the_order_of_the_events(world: World) -> None:
    await world.subscribe(subscription())
    await world.dispatcher.start()
    events = [*story(CREATED, UPDATED, UPDATED), status_change(), *story(CREATED, UPDATED, of="inc_b")]
    world.tell(events)
    await world.settles()
    assert world.told() == [event.id for event in events]
    assert world.states() == [DELIVERED] * len(events)


async def test_the_bytes_of_an_event_are_made_once_for_all(world: World) -> None:
    await world.subscribe(*(subscription(f"sub_{number}") for number in range(9)))
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    assert len(world.posts) == 9
    assert len({post.body for post in world.posts}) == 1
    assert world.outbox.asked_for == [status_change().id]
    assert json.loads(world.posts[0].body)["type"] == "component.status_changed"


async def test_an_incident_that_waits_holds_up_its_own_news_only(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(500, 200)
    await world.dispatcher.start()
    created, updated = story(CREATED, UPDATED)
    world.tell([created])
    await world.settles()
    other = status_change()
    world.tell([updated, other])
    await world.settles()
    assert world.told() == [created.id, other.id, created.id, updated.id]


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ((CREATED, RESOLVED), [1]),
        ((CREATED, UPDATED, UPDATED, RESOLVED), [3]),
        ((CREATED, RESOLVED, UPDATED, RESOLVED), [3]),
        ((CREATED, RESOLVED, UPDATED), [1, 2]),
        ((CREATED, UPDATED), [0, 1]),
    ],
)
async def test_who_never_heard_of_an_incident_hears_of_its_end_only(
    world: World, kinds: tuple[EventKind, ...], told: list[int]
) -> None:
    await world.subscribe(subscription())
    events = story(*kinds)
    world.tell(events)
    await world.dispatcher.start()
    await world.settles()
    assert world.told() == [events[place].id for place in told]
    assert world.states() == [DELIVERED if place in told else SUPERSEDED for place in range(len(kinds))]


async def test_who_may_have_heard_of_an_incident_hears_it_all(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(500, 200)
    await world.dispatcher.start()
    created, updated, resolved = story(CREATED, UPDATED, RESOLVED)
    world.tell([created])
    await world.settles()
    world.tell([updated, resolved])
    await world.settles()
    assert world.told() == [created.id, created.id, updated.id, resolved.id]


async def test_who_heard_of_an_incident_before_the_restart_hears_it_all(world: World) -> None:
    await world.subscribe(subscription())
    created, updated, resolved = story(CREATED, UPDATED, RESOLVED)
    world.tell([created, updated, resolved])
    first = world.outbox.kept[delivery_id(created.id, "sub_a")]
    heard = Attempt(delivery=first.id, at=NOON, status=200, duration_ms=1, excerpt="")
    await world.outbox.put_deliveries([replace(first, state=DELIVERED)], heard)
    world.dispatcher = world.new_dispatcher()
    await world.dispatcher.start()
    await world.settles()
    assert world.told() == [updated.id, resolved.id]


async def test_who_does_not_care_for_the_end_hears_the_beginning(world: World) -> None:
    await world.subscribe(subscription(events=("incident.created",), least_impact="none"))
    world.outbox.record(story(CREATED, RESOLVED), [])
    created, resolved = world.debts.owed(story(CREATED, UPDATED))[0], story(CREATED, RESOLVED)[1]
    end = replace(created, id="dlv_end", event=resolved.id, kind=RESOLVED)
    world.debts.owe(world.outbox.record([], [created, end]))
    await world.dispatcher.start()
    await world.settles()
    assert world.told() == [created.event, end.event]


async def test_a_new_event_brings_forward_what_waits(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(500)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(4 * HOUR)
    tried = len(world.posts)
    world.receivers["sub_a"] = answers(200)
    world.tell([status_change("cdn", at=world.now())])
    await world.settles()
    assert len(world.posts) == tried + 2
    assert world.states() == [DELIVERED, DELIVERED]


async def test_news_bring_forward_what_waits_at_most_once_a_minute(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(500)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(DAY)
    before = world.told().count(status_change().id)
    for second in range(0, 180, 10):
        world.tell([status_change(f"part-{second}", at=world.now())])
        await world.passes(10 * SECOND)
    assert world.told().count(status_change().id) == before + 3


async def test_a_success_brings_forward_what_waits(world: World) -> None:
    await world.subscribe(subscription())
    world.tell([status_change(f"part-{number}") for number in range(9)])
    waits = enumerate(world.outbox.kept.values(), 1)
    await world.outbox.put_deliveries([replace(it, attempts=5, due=NOON + hours * HOUR) for hours, it in waits])
    world.dispatcher = world.new_dispatcher()
    await world.dispatcher.start()
    await world.passes(HOUR - 1)
    assert world.posts == []
    await world.passes(2)
    assert world.states() == [DELIVERED] * 9


@pytest.mark.parametrize("after", [MINUTE, 20 * MINUTE])
async def test_a_new_page_waits_for_nothing_that_a_dead_receiver_did_not_take(world: World, after: Duration) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = hangs
    await world.dispatcher.start()
    world.tell([status_change(f"part-{number}") for number in range(40)])
    await world.passes(after)
    page = story(CREATED, since=world.now())[0]
    world.tell([page])
    await world.passes(round(HANGS_FOR) * SECOND)
    assert page.id in world.told()


async def test_news_do_not_bring_forward_what_a_dead_receiver_did_not_take(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(None)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.passes(4 * HOUR)
    tried = world.told().count(status_change().id)
    for number in range(3):
        world.tell([status_change(f"part-{number}", at=world.now())])
        await world.passes(MINUTE)
    assert world.told().count(status_change().id) == tried


async def test_news_of_an_incident_have_a_dead_receiver_tried_with_that_incident_alone(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(None)
    await world.dispatcher.start()
    first, (second, news) = story(CREATED, of="inc_a"), story(CREATED, UPDATED, of="inc_b")
    world.tell([*first, second])
    await world.passes(4 * HOUR)
    tried = len(world.posts)
    world.tell([news])
    await world.passes(MINUTE)
    assert world.told()[tried:] == [second.id]


async def test_news_of_an_incident_are_told_to_who_answers_again_though_its_beginning_waits(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = answers(None)
    await world.dispatcher.start()
    created, updated = story(CREATED, UPDATED)
    world.tell([created])
    await world.passes(4 * HOUR)
    world.receivers["sub_a"] = answers(200)
    world.tell([updated])
    await world.settles()
    assert world.states() == [DELIVERED, DELIVERED]


async def test_a_lane_never_has_two_attempts_under_way(world: World) -> None:
    await world.subscribe(subscription())
    world.receivers["sub_a"] = hangs
    await world.dispatcher.start()
    world.tell([status_change(f"part-{number}") for number in range(20)])
    for _ in range(10):
        await world.passes(MINUTE)
        world.tell([status_change(f"part-{world.now()}")])
    assert world.most_at_once == 1


async def test_fifty_healthy_receivers_have_two_hundred_events_before_three_hung_ones_answer(world: World) -> None:
    healthy = [f"sub_{number}" for number in range(50)]
    hung = ["sub_x", "sub_y", "sub_z"]
    await world.subscribe(*map(subscription, [*hung, *healthy]))
    world.receivers |= dict.fromkeys(hung, hangs)
    await world.dispatcher.start()
    events = [status_change(f"part-{number}") for number in range(200)]
    world.tell(events)
    await world.settles()
    for receiver in healthy:
        assert world.told(receiver) == [event.id for event in events]
    assert [world.told(receiver) for receiver in hung] == [[events[0].id]] * 3
    assert {post.at for post in world.posts} == {NOON}


async def test_however_many_receivers_hang_the_healthy_ones_never_wait_for_them(world: World) -> None:
    hung = [f"sub_hung_{number}" for number in range(100)]
    await world.subscribe(*map(subscription, [*hung, "sub_well"]))
    world.receivers |= dict.fromkeys(hung, hangs)
    await world.dispatcher.start()
    world.tell([status_change("before")])
    await world.passes(2 * round(HANGS_FOR) * SECOND)  # long enough for all to be known as sick
    for second in range(60):
        event = status_change(f"part-{second}", at=world.now())
        world.tell([event])
        await world.settles()
        assert event.id in world.told("sub_well")
        await world.passes(SECOND - 1)
    assert world.most_at_once <= AT_ONCE


async def test_at_most_so_many_attempts_are_under_way_at_once(world: World) -> None:
    hung = [f"sub_{number}" for number in range(200)]
    await world.subscribe(*map(subscription, hung))
    world.receivers |= dict.fromkeys(hung, hangs)
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    assert len(world.under_way) == AT_ONCE
    await world.passes(10 * MINUTE)
    assert world.most_at_once == AT_ONCE
    assert len(world.under_way) <= AT_ONCE // 2
    assert {post.subscription for post in world.posts} == set(hung)


async def test_lanes_without_work_leave_nothing_behind(world: World) -> None:
    await world.subscribe(*(subscription(f"sub_{number}") for number in range(20)))
    await world.dispatcher.start()
    world.tell([status_change()])
    await world.settles()
    assert (world.dispatcher._lanes, world.dispatcher._tasks, world.dispatcher._timers) == ({}, {}, {})
