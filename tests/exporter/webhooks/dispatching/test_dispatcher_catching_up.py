"""What an alert is owed of before, once it is new, leads to another place, or somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, Event, IncidentStatus, Update
from monitor.core.ports import StoreRefused
from monitor.core.subscribing import Alert, DeliveryState
from tests.builders import NOON, incident
from tests.exporter.webhooks.dispatching.test_dispatcher_alerts import ALERT, told
from tests.exporter.webhooks.dispatching.world import Slow, World, answers
from tests.exporter.webhooks.formatting import AGAIN_AFTER, alert
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, story

DEAD, DELIVERED = DeliveryState.DEAD, DeliveryState.DELIVERED
STANDING, SUPERSEDED = DeliveryState.STANDING, DeliveryState.SUPERSEDED
ELSEWHERE = "https://elsewhere.example/"
STATUSES = {
    CREATED: IncidentStatus.INVESTIGATING,
    UPDATED: IncidentStatus.IDENTIFIED,
    RESOLVED: IncidentStatus.RESOLVED,
}


async def stands(world: World, *alerts: Alert) -> None:
    await world.dispatcher.start()
    await world.configure(*alerts)
    await world.settles()


async def refused(world: World, *events: Event, kinds: tuple[str, ...] = ("*",)) -> None:
    """A place with a wrong key was told of these, one after the other."""
    await stands(world, alert(events=kinds))
    world.receivers[ALERT] = answers(400)
    for event in events:
        world.tell([event])
        await world.settles()
    assert set(world.states(ALERT)) == {DEAD}
    world.posts.clear()
    world.receivers[ALERT] = answers(200)


def happened(world: World, *events: Event) -> None:
    """All that there is of an incident, on the board and told."""
    updates = tuple(Update(STATUSES[event.kind], "", event.at) for event in events)
    known = incident("inc_a", status=updates[-1].status, updates=updates)
    world.board.incidents["inc_a"] = known
    world.tell(events)


# ── another place ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moved", [alert(url=ELSEWHERE), alert(format="forgetful")])
async def test_what_the_place_before_refused_of_an_open_incident_is_told_in_its_order(
    world: World, moved: Alert
) -> None:
    events = story(CREATED, UPDATED)
    await refused(world, *events)
    await world.configure(moved)
    await world.settles()
    assert world.told(ALERT) == [event.id for event in events]


async def test_what_was_refused_is_not_told_again_where_nothing_is_different(world: World) -> None:
    await refused(world, *story(CREATED))
    await world.configure(alert(events=("incident.*",)))
    await world.passes(HOUR)
    assert (world.posts, world.states(ALERT)) == ([], [DEAD])


async def test_what_was_refused_of_an_incident_that_is_over_is_not_told_elsewhere(world: World) -> None:
    await refused(world, *story(CREATED, RESOLVED), status_change())
    world.over.add("inc_a")
    await world.configure(alert(url=ELSEWHERE))
    await world.passes(HOUR)
    assert world.posts == []


async def test_where_it_leads_is_settled_when_the_store_writes_again(world: World) -> None:
    await refused(world, *story(CREATED))
    world.outbox.refuses = True
    with pytest.raises(StoreRefused):
        await world.configure(alert(url=ELSEWHERE))
    world.outbox.refuses = False
    await world.configure(alert(url=ELSEWHERE))
    await world.settles()
    assert world.states(ALERT) == [DELIVERED]


async def test_what_the_place_before_asked_for_does_not_hold_up_the_new_one(world: World) -> None:
    await stands(world, alert())
    world.receivers[ALERT] = answers(503, retry_after="36000")
    world.tell([status_change(), status_change("cdn")])
    await world.passes(MINUTE)
    world.receivers[ALERT] = answers(200)
    await world.configure(alert(url=ELSEWHERE))
    await world.settles()
    assert world.states(ALERT) == [DELIVERED, DELIVERED]


async def test_what_the_place_before_asks_for_afterwards_does_not_hold_up_the_new_one(world: World) -> None:
    await stands(world, alert())
    slow = world.receivers[ALERT] = Slow(answers(503, retry_after="36000"))
    world.tell([status_change()])
    await world.settles()
    await world.configure(alert(url=ELSEWHERE))
    world.receivers[ALERT] = answers(200)
    slow.answers.set()
    await world.settles()
    assert (len(world.posts), world.states(ALERT)) == (2, [DELIVERED])


# ── on demand ────────────────────────────────────────────────────────────────────────────────────────


async def recovered(world: World, since: int = NOON) -> int:
    return await world.dispatcher.recover(world.subscription(ALERT), since)


async def test_what_is_no_incident_is_told_again_when_it_is_not_older_than_asked_for(world: World) -> None:
    early, late = status_change("early", at=NOON - 1), status_change("late")
    await refused(world, early, late)
    assert await recovered(world) == 1
    await world.settles()
    assert world.told(ALERT) == [late.id]


async def test_of_an_open_incident_all_is_told_again_however_old(world: World) -> None:
    events = story(CREATED, UPDATED)
    await refused(world, *events)
    assert await recovered(world, NOON + DAY) == 2
    await world.settles()
    assert world.told(ALERT) == [event.id for event in events]


async def test_of_an_incident_that_is_over_nothing_is_told_again(world: World) -> None:
    await refused(world, *story(CREATED), kinds=("incident.created",))
    world.over.add("inc_a")
    assert await recovered(world) == 0


async def test_nobody_is_paged_after_the_end_was_taken(world: World) -> None:
    created, resolved = story(CREATED, RESOLVED)
    await refused(world, created)
    world.over.add("inc_a")
    world.tell([resolved])
    await world.settles()
    assert told(world) == [b"resolve inc_a/0"]
    world.over.clear()  # reopened
    assert await recovered(world) == 0


async def test_nobody_is_paged_though_the_end_was_taken_just_as_the_beginning_was_owed_again(world: World) -> None:
    created, resolved = story(CREATED, RESOLVED)
    await refused(world, created)
    world.over.add("inc_a")
    world.tell([resolved])
    await world.settles()
    (beginning, _) = world.outbox.kept.values()
    await world.dispatcher.redeliver(beginning)
    await world.settles()
    assert (told(world), world.states(ALERT)) == ([b"resolve inc_a/0"], [SUPERSEDED, DELIVERED])


# ── who forgets ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", [[], [alert("b", "forgetful")], [alert("a", "plain")]])
async def test_who_forgets_and_is_new_or_another_hears_how_an_open_incident_stands(
    world: World, before: Sequence[Alert]
) -> None:
    events = story(CREATED, UPDATED)
    await stands(world, *before)
    happened(world, *events)
    await world.settles()
    world.posts.clear()
    await world.configure(alert("a", "forgetful"))
    await world.passes(AGAIN_AFTER + MINUTE)
    assert world.told(ALERT) == [events[1].id, events[1].id]
    assert world.states(ALERT)[-1] is STANDING
    resolved = story(CREATED, UPDATED, RESOLVED)[2]
    world.tell([resolved])
    await world.settles()
    assert world.told(ALERT)[-1] == resolved.id


@pytest.mark.parametrize(
    ("events", "heard"),
    [(("incident.created",), [0]), (("incident.*",), [2]), (("incident.resolved",), []), (("component.*",), [])],
)
async def test_who_is_new_hears_the_latest_that_it_asked_for(
    world: World, events: tuple[str, ...], heard: list[int]
) -> None:
    series = story(CREATED, UPDATED, UPDATED)
    happened(world, *series)
    await stands(world, alert("a", "forgetful", events=events))
    assert world.told(ALERT) == [series[place].id for place in heard]


async def test_who_is_new_hears_nothing_of_before_an_incident_was_reopened(world: World) -> None:
    series = story(CREATED, RESOLVED, UPDATED)
    happened(world, *series)
    await stands(world, alert("a", "forgetful", events=("incident.created",)), alert("b", "forgetful"))
    assert (world.told(ALERT), world.told("alr_b")) == ([], [series[2].id])


async def test_who_forgets_nothing_hears_of_what_happens_from_then_on(world: World) -> None:
    happened(world, *story(CREATED))
    await stands(world, alert())
    assert world.posts == []


async def test_who_is_new_hears_nothing_of_what_is_over(world: World) -> None:
    happened(world, *story(CREATED, RESOLVED))
    await stands(world, alert(format="forgetful"))
    assert world.posts == []


async def test_what_stands_in_one_place_is_said_at_once_in_the_next(world: World) -> None:
    await stands(world, alert(format="forgetful"))
    happened(world, *story(CREATED))
    await world.passes(MINUTE)
    await world.configure(alert(format="forgetful", url=ELSEWHERE))
    await world.settles()
    assert (len(world.posts), world.states(ALERT)) == (2, [STANDING])


async def test_what_stands_stands_on_though_the_next_place_refuses_it(world: World) -> None:
    await stands(world, alert(format="forgetful"))
    happened(world, *story(CREATED))
    await world.settles()
    world.receivers[ALERT] = answers(400)
    await world.configure(alert(format="forgetful", url=ELSEWHERE))
    await world.passes(MINUTE)
    assert (len(world.posts), world.states(ALERT)) == (2, [STANDING])


async def test_an_event_that_nobody_wrote_down_is_passed_over(world: World) -> None:
    (created,) = story(CREATED)
    happened(world, created)
    later = Update(IncidentStatus.IDENTIFIED, "", NOON)
    known = world.board.incidents["inc_a"]
    world.board.incidents["inc_a"] = replace(known, updates=(*known.updates, later))
    await stands(world, alert(format="forgetful"))
    assert world.told(ALERT) == [created.id]
