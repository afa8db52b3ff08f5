"""What stands with who forgets what is not said again: nothing ends there without a word."""

from __future__ import annotations

from itertools import pairwise

import pytest

from exporter.webhooks.post import Answer, OwnTrouble
from monitor.core.model import DAY, HOUR, MINUTE, SECOND
from monitor.core.subscribing import DeliveryState
from tests.builders import NOON
from tests.exporter.webhooks.dispatching.test_dispatcher_alerts import ALERT, standing, told
from tests.exporter.webhooks.dispatching.world import Slow, World, answers, breaks, hangs
from tests.exporter.webhooks.formatting import AGAIN_AFTER, alert
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, story

DEAD, DELIVERED, PENDING = DeliveryState.DEAD, DeliveryState.DELIVERED, DeliveryState.PENDING
STANDING = DeliveryState.STANDING
FIRST, SECOND_WORD, THIRD = story(CREATED, UPDATED, UPDATED)


async def forgetful(world: World, **changes: tuple[str, ...]) -> None:
    """An alert that forgets what it does not hear again, told of an incident that is open."""
    await standing(world, alert(format="forgetful", **changes))  # type: ignore[arg-type]
    world.tell(story(CREATED))
    await world.settles()


async def test_what_was_taken_of_an_open_incident_is_said_again_and_again(world: World) -> None:
    await forgetful(world)
    await world.passes(HOUR)
    assert world.states(ALERT) == [STANDING]
    assert world.instants(ALERT) == list(range(0, HOUR + 1, AGAIN_AFTER))
    assert len(world.outbox.attempts) == 1
    assert world.dispatcher.pending == world.dispatcher.oldest == 0
    attempts = world.metrics.registry.get_sample_value("justkalm_webhook_attempts_total", {"outcome": "delivered"})
    assert attempts == len(world.posts)


async def test_what_does_not_say_that_an_incident_is_open_is_said_once(world: World) -> None:
    await standing(world, alert(format="forgetful"))
    world.tell([status_change(), *story(RESOLVED)])
    await world.passes(HOUR)
    assert (len(world.posts), world.states(ALERT)) == (2, [DELIVERED, DELIVERED])


async def test_the_next_word_on_an_incident_takes_the_place_of_what_stands(world: World) -> None:
    await forgetful(world)
    _, updated, resolved = story(CREATED, UPDATED, RESOLVED)
    await world.passes(MINUTE)
    world.tell([updated])
    await world.settles()
    assert world.states(ALERT) == [DELIVERED, STANDING]
    await world.passes(MINUTE)
    world.tell([resolved])
    await world.passes(HOUR)
    assert world.states(ALERT) == [DELIVERED, DELIVERED, DELIVERED]
    assert world.told(ALERT) == [story(CREATED)[0].id, updated.id, resolved.id]


async def test_what_comes_while_the_beginning_is_under_way_keeps_it_from_standing(world: World) -> None:
    await standing(world, alert(format="forgetful"))
    created, resolved = story(CREATED, RESOLVED)
    slow = world.receivers[ALERT] = Slow(answers(200))
    world.tell([created])
    await world.settles()
    world.tell([resolved])
    slow.answers.set()
    await world.passes(HOUR)
    assert (world.told(ALERT), world.states(ALERT)) == ([created.id, resolved.id], [DELIVERED, DELIVERED])


async def test_an_end_that_comes_while_what_stands_is_said_again_is_told_after_it(world: World) -> None:
    await forgetful(world)
    world.receivers[ALERT] = hangs
    await world.passes(AGAIN_AFTER)
    assert world.under_way == [ALERT]
    world.tell([story(CREATED, RESOLVED)[1]])
    await world.settles()
    assert told(world) == [b"trigger inc_a/0"] * 2
    world.receivers[ALERT] = answers(200)
    await world.passes(HOUR)
    assert told(world) == [b"trigger inc_a/0"] * 2 + [b"resolve inc_a/0"]
    assert world.states(ALERT) == [DELIVERED, DELIVERED]


@pytest.mark.parametrize("status", [None, 400, 410, 500])
async def test_what_is_not_taken_again_is_said_again_all_the_same(world: World, status: int | None) -> None:
    await forgetful(world)
    world.receivers[ALERT] = answers(status)
    await world.passes(DAY)
    assert (world.states(ALERT), len(world.outbox.attempts)) == ([STANDING], 1)
    assert len(world.posts) == 1 + DAY // AGAIN_AFTER
    assert world.subscription(ALERT).failing_since == NOON + AGAIN_AFTER
    world.receivers[ALERT] = answers(200)
    await world.passes(AGAIN_AFTER)
    assert world.subscription(ALERT).failing_since is None


async def test_trouble_of_our_own_does_not_end_what_stands(world: World) -> None:
    async def lacks() -> Answer:
        raise OwnTrouble("EMFILE")

    await forgetful(world)
    world.receivers[ALERT] = lacks
    await world.passes(HOUR)
    assert len(world.posts) == 1 + HOUR // AGAIN_AFTER
    assert world.subscription(ALERT).failing_since is None


async def test_what_stands_outlasts_a_restart_and_is_said_at_once(world: World) -> None:
    await forgetful(world)
    await world.passes(MINUTE)
    await world.dispatcher.stop(0)
    world.dispatcher = world.new_dispatcher()
    await world.dispatcher.start()
    await world.passes(MINUTE)
    await world.passes(AGAIN_AFTER)
    assert world.instants(ALERT) == [0, MINUTE + 1, MINUTE + 1 + AGAIN_AFTER]


async def test_what_came_while_we_were_away_takes_the_place_of_what_stands(world: World) -> None:
    await forgetful(world)
    await world.dispatcher.stop(0)
    world.tell([story(CREATED, RESOLVED)[1]])
    world.dispatcher = world.new_dispatcher()
    await world.dispatcher.start()
    await world.passes(HOUR)
    assert told(world) == [b"trigger inc_a/0", b"resolve inc_a/0"]


async def test_who_does_not_care_for_the_end_hears_no_more_once_the_incident_is_over(world: World) -> None:
    await forgetful(world, events=("incident.created",))
    world.over.add("inc_a")
    await world.passes(HOUR)
    assert (len(world.posts), world.states(ALERT)) == (1, [DELIVERED])
    assert world.dispatcher._lanes == {}


async def test_what_stands_ends_when_the_config_names_another_format(world: World) -> None:
    await forgetful(world)
    await world.alerts.replace([alert(format="plain")])
    await world.passes(HOUR)
    assert (len(world.posts), world.states(ALERT)) == (1, [DELIVERED])


async def test_news_and_success_do_not_bring_forward_what_stands(world: World) -> None:
    await forgetful(world)
    world.tell([status_change()])
    world.dispatcher.hasten(ALERT)
    await world.passes(AGAIN_AFTER - SECOND)
    assert world.told(ALERT) == [story(CREATED)[0].id, status_change().id]


async def test_what_stands_is_not_forgotten(world: World) -> None:
    await forgetful(world)
    await world.passes(15 * DAY)
    await world.housekeeping.step()
    assert world.states(ALERT) == [STANDING]


# ── what follows it ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [400, 410])
async def test_an_update_that_is_refused_does_not_take_away_what_stood(world: World, status: int) -> None:
    await forgetful(world)
    world.receivers[ALERT] = answers(status, 200)
    world.tell([SECOND_WORD])
    await world.settles()
    assert world.states(ALERT) == [STANDING, DEAD]
    await world.passes(3 * AGAIN_AFTER)
    assert world.told(ALERT) == [FIRST.id, SECOND_WORD.id, FIRST.id, FIRST.id, FIRST.id]


async def test_what_stood_is_settled_when_the_next_word_is_taken(world: World) -> None:
    await forgetful(world)
    world.receivers[ALERT] = answers(400, 200)
    world.tell([SECOND_WORD])
    await world.settles()
    world.tell([THIRD])
    await world.passes(HOUR)
    assert world.states(ALERT) == [DELIVERED, DEAD, STANDING]
    assert FIRST.id not in world.told(ALERT)[2:]


async def test_of_two_words_that_come_at_once_the_first_stands_until_the_other_is_taken(world: World) -> None:
    await forgetful(world)
    world.receivers[ALERT] = answers(200, 400, 200)
    world.tell([SECOND_WORD, THIRD])
    await world.passes(AGAIN_AFTER + MINUTE)
    assert world.states(ALERT) == [DELIVERED, STANDING, DEAD]
    assert world.told(ALERT) == [FIRST.id, SECOND_WORD.id, THIRD.id, SECOND_WORD.id]


async def test_what_stands_is_said_again_while_we_cannot_send_the_next_word(world: World) -> None:
    await forgetful(world)
    world.receivers[ALERT] = breaks
    world.tell([SECOND_WORD])
    await world.passes(2 * AGAIN_AFTER)
    assert world.told(ALERT).count(FIRST.id) >= 2
    assert world.states(ALERT) == [STANDING, PENDING]


async def test_what_stood_is_over_though_its_end_was_refused(world: World) -> None:
    await forgetful(world)
    world.receivers[ALERT] = answers(400, 200)
    world.over.add("inc_a")
    world.tell([story(CREATED, RESOLVED)[1]])
    await world.passes(HOUR)
    assert (len(world.posts), world.states(ALERT)) == (2, [DELIVERED, DEAD])


async def test_who_forgets_is_tried_again_before_it_would_have_forgotten(world: World) -> None:
    await forgetful(world)
    world.receivers[ALERT] = answers(503)
    world.tell([SECOND_WORD])
    await world.passes(HOUR)
    waits = [later - earlier for earlier, later in pairwise(world.instants(ALERT))]
    assert max(waits) <= AGAIN_AFTER
    world.receivers[ALERT] = answers(200)
    await world.passes(AGAIN_AFTER)
    assert world.states(ALERT) == [DELIVERED, STANDING]


async def test_time_that_is_asked_for_as_something_is_said_again_holds_up_all(world: World) -> None:
    await forgetful(world)
    world.receivers[ALERT] = answers(429, 200, retry_after="600")
    await world.passes(AGAIN_AFTER)
    world.tell([SECOND_WORD])
    await world.passes(9 * MINUTE)
    assert len(world.posts) == 2
    await world.passes(MINUTE + SECOND)
    assert world.told(ALERT)[2] == SECOND_WORD.id
