"""What is different for alerts: what they refuse, what they do not care for, and what the config changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from exporter.webhooks.dispatcher import Busy
from exporter.webhooks.retry import GIVE_UP_AFTER
from exporter.webhooks.sending import Sent
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Event, EventKind, Impact, Window
from monitor.core.subscribing import Alert, Attempt, DeliveryState
from tests.builders import NOON, incident
from tests.exporter.webhooks.dispatching.world import Slow, World, answers, hangs
from tests.exporter.webhooks.formatting import alert
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, story

DEAD, DELIVERED, PENDING = DeliveryState.DEAD, DeliveryState.DELIVERED, DeliveryState.PENDING
STANDING, SUPERSEDED = DeliveryState.STANDING, DeliveryState.SUPERSEDED
ALERT = "alr_a"


async def standing(world: World, *alerts: Alert) -> None:
    """A dispatcher that tells these alerts."""
    await world.alerts.replace(alerts or (alert(),))
    await world.dispatcher.start()


def told(world: World) -> list[bytes]:
    return [post.body for post in world.posts_to(ALERT)]


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────


async def test_an_alert_is_told_what_its_format_says(world: World) -> None:
    await standing(world)
    world.tell(story(CREATED, RESOLVED))
    await world.settles()
    assert told(world) == [b"resolve inc_a/0"]
    assert world.states(ALERT) == [SUPERSEDED, DELIVERED]


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_message_that_will_never_be_taken_is_dead_at_once_and_the_lane_goes_on(
    world: World, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    await standing(world)
    world.receivers[ALERT] = answers(status, 200)
    created, updated = story(CREATED, UPDATED)
    world.tell([created, updated])
    await world.settles()
    assert (world.told(ALERT), world.states(ALERT)) == ([created.id, updated.id], [DEAD, DELIVERED])
    dead = next(iter(world.outbox.kept))
    assert [record.getMessage() for record in caplog.records] == [
        f"alert a does not take what it is sent: it answered {status}",
        f"delivery {dead} of inc_a to alert a is given up, it will never be taken: it answered {status}: well",
    ]


async def test_what_is_not_taken_for_now_is_told_again(world: World) -> None:
    await standing(world)
    world.receivers[ALERT] = answers(429)
    world.tell([status_change()])
    await world.passes(6 * SECOND)
    assert (len(world.posts), world.states(ALERT)) == (2, [PENDING])


@pytest.mark.parametrize("status", [None, 410, 500])
async def test_an_alert_is_never_disabled_however_long_it_fails(
    world: World, status: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    await standing(world)
    world.receivers[ALERT] = answers(status)
    world.tell([status_change()])
    await world.passes(GIVE_UP_AFTER + DAY)
    assert world.states(ALERT) == [DEAD]
    known = world.subscription(ALERT)
    assert (known.enabled, known.failing_since) == (True, NOON)
    assert len([record for record in caplog.records if "does not take" in record.getMessage()]) == 1
    world.receivers[ALERT] = answers(200)
    world.tell([status_change("cdn", at=world.now())])
    await world.settles()
    assert world.subscription(ALERT).failing_since is None


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (410, ", nothing more is wanted there: it answered 410"),
        (500, " after 120 hours: it answered 500"),
        (None, " after 120 hours: no connection"),
    ],
)
async def test_what_is_given_up_is_said_with_its_incident_and_the_latest_answer(
    world: World, status: int | None, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    await standing(world)
    world.receivers[ALERT] = answers(status)
    world.tell(story(CREATED))
    await world.passes(GIVE_UP_AFTER)
    (dead,) = world.outbox.kept
    assert caplog.records[-1].getMessage() == f"delivery {dead} of inc_a to alert a is given up{said}"


async def test_an_alert_that_wants_nothing_more_is_told_nothing_of_that_again(world: World) -> None:
    await standing(world)
    world.receivers[ALERT] = answers(410)
    world.tell([status_change()])
    await world.passes(DAY)
    assert (len(world.posts), world.states(ALERT)) == (1, [DEAD])


# ── nothing to say ───────────────────────────────────────────────────────────────────────────────────


async def test_what_a_format_has_nothing_to_say_of_is_settled_without_an_attempt(world: World) -> None:
    await standing(world)
    window = Window(id="mnt_a", title="Upgrade", components=("api",), starts=NOON, ends=NOON + HOUR)
    world.tell([Event("evt_m", EventKind.MAINTENANCE_SCHEDULED, NOON, window), status_change()])
    await world.settles()
    assert world.told(ALERT) == [status_change().id]
    assert world.states(ALERT) == [SUPERSEDED, DELIVERED]
    assert len(world.outbox.attempts) == 1


# ── how bad it must be ───────────────────────────────────────────────────────────────────────────────


def grown(*impacts: Impact) -> list[Event]:
    """One incident at these impacts, one event each; the last is its end."""
    kinds = [CREATED, *[UPDATED] * (len(impacts) - 2), RESOLVED]
    told = zip(story(*kinds), impacts, strict=True)
    return [replace(event, subject=incident("inc_a", impact=impact)) for event, impact in told]


async def test_who_wants_major_trouble_hears_nothing_of_minor_trouble(world: World) -> None:
    await standing(world, alert(least_impact=Impact.MAJOR))
    for event in grown(Impact.MINOR, Impact.MINOR, Impact.MINOR):
        world.tell([event])
        await world.settles()
    assert (world.posts, world.outbox.kept) == ([], {})


@pytest.mark.parametrize("events", [("incident.*",), ("incident.created", "incident.resolved")])
async def test_who_wants_major_trouble_hears_once_that_it_grew_so_bad_and_then_of_its_end(
    world: World, events: tuple[str, ...]
) -> None:
    await standing(world, alert(least_impact=Impact.MAJOR, events=events))
    series = grown(Impact.MINOR, Impact.MINOR, Impact.MAJOR, Impact.MAJOR)
    for event in series:
        world.tell([event])
        await world.settles()
    assert world.told(ALERT) == [series[2].id, series[3].id]
    assert told(world) == [b"trigger inc_a/0", b"resolve inc_a/0"]


async def test_who_heard_of_major_trouble_hears_of_its_end_though_a_person_called_it_minor(world: World) -> None:
    await standing(world, alert(least_impact=Impact.MAJOR))
    series = grown(Impact.MAJOR, Impact.MINOR, Impact.MINOR)
    for event in series:
        world.tell([event])
        await world.settles()
    assert world.told(ALERT) == [event.id for event in series]


# ── a change of the config ───────────────────────────────────────────────────────────────────────────


async def test_what_was_sent_to_the_place_before_is_owed_to_the_new_one(world: World) -> None:
    await standing(world)
    world.receivers[ALERT] = hangs
    world.tell([status_change()])
    await world.settles()
    await world.alerts.replace([alert(url="https://elsewhere.example/")])
    world.receivers[ALERT] = answers(200)
    await world.passes(MINUTE)
    assert (len(world.posts), world.states(ALERT)) == (2, [DELIVERED])
    assert world.subscription(ALERT).failing_since is None


async def test_what_was_sent_under_other_filters_is_not_sent_again(world: World) -> None:
    await standing(world)
    slow = world.receivers[ALERT] = Slow(answers(200))
    world.tell([status_change()])
    await world.settles()
    await world.alerts.replace([alert(events=("component.*",))])
    slow.answers.set()
    await world.passes(MINUTE)
    assert (len(world.posts), world.states(ALERT)) == (1, [DELIVERED])


async def test_an_alert_that_is_dropped_under_way_leaves_nothing_behind(world: World) -> None:
    await standing(world)
    world.receivers[ALERT] = hangs
    world.tell([status_change(), status_change("cdn")])
    await world.settles()
    await world.alerts.replace([])
    await world.passes(HOUR)
    assert (len(world.posts), world.registry.kept, world.dispatcher.pending) == (1, {}, 0)
    assert world.dispatcher._lanes == {}


async def test_an_alert_that_is_dropped_and_named_again_under_way_is_owed_nothing_of_before(world: World) -> None:
    await standing(world)
    slow = world.receivers[ALERT] = Slow(answers(200))
    world.tell([status_change(), status_change("cdn")])
    await world.settles()
    await world.alerts.replace([])
    await world.alerts.replace([alert()])
    slow.answers.set()
    await world.passes(HOUR)
    assert (len(world.posts), world.dispatcher.pending) == (1, 0)


# ── a rehearsal ──────────────────────────────────────────────────────────────────────────────────────


def attempts(told: list[tuple[EventKind, Sent]]) -> list[tuple[EventKind, int | None]]:
    return [(kind, sent.attempt("").status) for kind, sent in told]


async def test_a_rehearsal_is_two_messages_that_nobody_writes_down(world: World) -> None:
    await standing(world)
    world.receivers[ALERT] = answers(200, 418)
    found = await world.dispatcher.rehearse(world.subscription(ALERT))
    assert attempts(found) == [(CREATED, 200), (RESOLVED, 418)]
    opening, end = (body.split()[0] for body in told(world))
    assert (opening, end) == (b"trigger", b"resolve")
    assert (world.outbox.kept, list[Attempt](world.outbox.attempts)) == ({}, [])
    assert world.subscription(ALERT).failing_since is None


async def test_an_alert_is_rehearsed_once_at_a_time(world: World) -> None:
    await standing(world)
    world.receivers[ALERT] = hangs
    first = asyncio.create_task(world.dispatcher.rehearse(world.subscription(ALERT)))
    await world.settles()
    with pytest.raises(Busy):
        await world.dispatcher.rehearse(world.subscription(ALERT))
    assert attempts(await first) == [(CREATED, None), (RESOLVED, None)]
