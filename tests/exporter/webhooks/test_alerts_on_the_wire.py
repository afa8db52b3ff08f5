"""Alerts with a real store, real sockets and the formats of real receivers."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

import pytest
from aiohttp import web

from monitor.core.ids import incident_event_id
from monitor.core.model import MINUTE, Event, EventKind, IncidentStatus
from monitor.core.subscribing import Alert, DeliveryState
from tests.builders import NOON, incident
from tests.exporter.fakes import FakeClock
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED
from tests.exporter.webhooks.sites import Office, Receiver, Site

ALERT = "alr_a"
INCIDENT = "inc_a"
LOST = 0  # it was taken, but the answer never came


def chapter(ordinal: int, kind: EventKind, reopened: int) -> Event:
    """What happened to one incident, as it was then."""
    status = IncidentStatus.RESOLVED if kind is RESOLVED else IncidentStatus.INVESTIGATING
    subject = incident(INCIDENT, status=status, reopened=reopened, resolved_at=NOON if kind is RESOLVED else None)
    return Event(incident_event_id(INCIDENT, ordinal, kind), kind, NOON + ordinal, subject)


KINDS = [(CREATED, 0), (UPDATED, 0), (RESOLVED, 0), (UPDATED, 1), (RESOLVED, 1), (UPDATED, 2), (RESOLVED, 2)]
STORY = [chapter(ordinal, kind, reopened) for ordinal, (kind, reopened) in enumerate(KINDS)]
OPENED, ENDED, REOPENED, ENDED_AGAIN = STORY[0], *STORY[2:5]


class Pager:
    """An office with one alert of PagerDuty's format, and the receiver in the place of PagerDuty."""

    def __init__(self, office: Office, receiver: Receiver, clock: FakeClock) -> None:
        self.office = office
        self.receiver = receiver
        self.clock = clock

    @property
    def said(self) -> list[str]:
        bodies = [json.loads(body) for _, body in self.receiver.messages]
        return [f"{body['event_action']} {body['dedup_key'].removeprefix(INCIDENT)}" for body in bodies]

    async def passes_on(self) -> None:
        """A while later, all that may be sent was sent."""
        self.clock.at += 2 * MINUTE
        self.office.dispatcher.hasten(ALERT)
        await self.office.rests()


async def pager(site: Site, answer: Callable[[], int]) -> Pager:
    async def answered(receiver: Receiver) -> web.StreamResponse:
        status = answer()
        if status == LOST:
            raise ConnectionResetError
        return web.Response(status=status)

    receiver, clock = await site.receiver(answered), FakeClock()
    office = await site.office(clock=clock)
    settings = {"routing_key": "R0UT1NG", "url": receiver.endpoint.removesuffix("/hook")}
    await office.alerts.replace([Alert(name="a", format="pagerduty", settings=settings, events=("*",))])
    return Pager(office, receiver, clock)


def answers(*statuses: int) -> Callable[[], int]:
    """One after the other, then 202 to everything."""
    waiting = list(statuses)
    return lambda: waiting.pop(0) if waiting else 202


# ── order ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "statuses", "after", "said"),
    [
        (
            [OPENED],
            [500],
            [ENDED, REOPENED, ENDED_AGAIN],
            ["trigger /0", "trigger /0", "resolve /0", "trigger /1", "resolve /1"],
        ),
        ([], [], [OPENED, ENDED, REOPENED, ENDED_AGAIN], ["resolve /1"]),
        ([OPENED], [], [ENDED, REOPENED, ENDED_AGAIN], ["trigger /0", "resolve /0", "trigger /1", "resolve /1"]),
        (
            [OPENED, ENDED],
            [503, 503],
            [REOPENED, ENDED_AGAIN],
            ["resolve /0", "resolve /0", "resolve /0", "trigger /1", "resolve /1"],
        ),
        (
            [OPENED],
            [400],
            [ENDED, REOPENED, ENDED_AGAIN],
            ["trigger /0", "resolve /0", "trigger /1", "resolve /1"],
        ),
    ],
    ids=["fails-at-first", "never-tried", "well", "fails-at-the-end", "refused-for-good"],
)
async def test_a_receiver_that_failed_for_a_while_is_told_in_order_or_of_the_end_alone(
    site: Site, before: list[Event], statuses: list[int], after: list[Event], said: list[str]
) -> None:
    paged = await pager(site, answers(*statuses))
    await paged.office.dispatcher.start()
    if before:
        await paged.office.tell(*before)
        await paged.passes_on()
    await paged.office.tell(*after)
    while paged.office.dispatcher.pending:
        await paged.passes_on()
    assert paged.said == said


def keys_triggered_after_their_resolve(said: Sequence[str]) -> set[str]:
    resolved, wrong = set(), set()
    for each in said:
        verb, key = each.split()
        if verb == "resolve":
            resolved.add(key)
        elif key in resolved:
            wrong.add(key)
    return wrong


def test_a_key_that_is_triggered_after_its_resolve_is_found() -> None:
    said = ["trigger /0", "resolve /0", "trigger /1", "trigger /0"]
    assert keys_triggered_after_their_resolve(said) == {"/0"}


@pytest.mark.parametrize("seed", range(12))
async def test_however_a_receiver_fails_no_key_is_triggered_after_its_resolve(site: Site, seed: int) -> None:
    chance = random.Random(seed)
    paged = await pager(site, lambda: chance.choice([202, 202, 500, 503, LOST, 400]))
    await paged.office.dispatcher.start()
    for event in STORY:
        await paged.office.tell(event)
        for _ in range(chance.randrange(3)):
            await paged.passes_on()
    while paged.office.dispatcher.pending:
        await paged.passes_on()
    assert keys_triggered_after_their_resolve(paged.said) == set()
    assert paged.said[-1] == "resolve /2"


# ── what stands ──────────────────────────────────────────────────────────────────────────────────────


async def test_what_alertmanager_was_told_stands_until_the_end_also_over_a_restart(site: Site) -> None:
    receiver = await site.receiver()
    settings = {"url": receiver.endpoint.removesuffix("/hook")}
    wanted = [Alert(name="a", format="alertmanager", settings=settings, events=("*",))]
    clock = FakeClock(NOON + MINUTE)
    office = await site.office(clock=clock)
    await office.alerts.replace(wanted)
    await office.dispatcher.start()
    await office.tell(OPENED)
    await office.owes_nothing()
    (stands,) = await office.store.outbox.unsettled()
    assert stands.state is DeliveryState.STANDING
    await site.close(office)
    office = await site.office(clock=clock)
    await office.alerts.replace(wanted)
    await office.dispatcher.start()
    await receiver.has(2)
    await office.tell(ENDED)
    await receiver.has(3)
    await office.rests()
    assert await office.store.outbox.unsettled() == []
    ((_, attempts), (_, first)) = await office.store.outbox.deliveries(ALERT, limit=9)
    assert (len(attempts), len(first)) == (1, 1)
