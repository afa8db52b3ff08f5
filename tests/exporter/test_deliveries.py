"""Deliveries: seen with all that was tried, and asked for again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from exporter.documents import timestamp
from exporter.metrics import Metrics
from exporter.webhooks.dispatcher import Busy, Dispatcher
from exporter.webhooks.roster import Roster
from monitor.core.model import MINUTE, SECOND, Step, Tick
from monitor.core.subscribing import Attempt, Delivery, DeliveryState, Subscription
from tests.builders import NOON
from tests.exporter.desk import Desk, Reply, standing
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, story


@dataclass
class Subscriber:
    """One with a subscription to everything."""

    desk: Desk
    key: str
    id: str

    async def owed(self) -> list[Delivery]:
        """Three deliveries of one incident, a minute apart, as a commit would leave them."""
        events = story(CREATED, UPDATED, RESOLVED, every=MINUTE)
        owed = self.desk.subscribing.debts.owed(events)
        return list(await self.desk.store.commit([(Tick(NOON), Step(events=tuple(events)))], NOON, owed))

    async def settle(self, delivery: Delivery, state: DeliveryState, *attempts: Attempt) -> None:
        for attempt in attempts or (None,):
            await self.desk.store.outbox.put_deliveries([replace(delivery, state=state)], attempt)

    async def ask(self, method: str, path: str, document: object = None) -> Reply:
        return await self.desk.ask(method, f"{self.id}/{path}", document, key=self.key)

    async def listed(self, query: str = "") -> Any:
        reply = await self.ask("GET", f"deliveries{query}")
        assert reply.status == 200, reply.text
        return reply.document


@pytest.fixture
async def subscriber(tmp_path: Path) -> AsyncIterator[Subscriber]:
    async with standing(tmp_path) as desk:
        key = await desk.key()
        yield Subscriber(desk, key, (await desk.subscribe(key, events=["*"]))["id"])


# ── seeing them ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_delivery_is_shown_with_all_that_was_tried(subscriber: Subscriber) -> None:
    first, *_ = await subscriber.owed()
    attempts = [
        Attempt(delivery=first.id, at=NOON, status=None, duration_ms=5_000, excerpt="no connection within 5 s"),
        Attempt(delivery=first.id, at=NOON + 5 * SECOND, status=204, duration_ms=12, excerpt=""),
    ]
    await subscriber.settle(first, DeliveryState.DELIVERED, *attempts)
    assert (await subscriber.listed())["deliveries"][-1] == {
        "id": first.id,
        "event": first.event,
        "type": "incident.created",
        "incident": "inc_a",
        "state": "delivered",
        "created_at": "2026-12-01T12:00:00Z",
        "due_at": None,
        "attempts": [
            {
                "at": "2026-12-01T12:00:00Z",
                "status": None,
                "duration_ms": 5000,
                "excerpt": "no connection within 5 s",
            },
            {"at": "2026-12-01T12:00:05Z", "status": 204, "duration_ms": 12, "excerpt": ""},
        ],
    }


async def test_what_is_owed_still_is_shown_with_when_it_is_due(subscriber: Subscriber) -> None:
    owed = await subscriber.owed()
    listed = await subscriber.listed()
    assert [each["due_at"] for each in listed["deliveries"]] == [timestamp(each.due) for each in reversed(owed)]


async def test_those_that_the_end_of_their_incident_made_needless_are_shown(subscriber: Subscriber) -> None:
    _, second, _ = await subscriber.owed()
    await subscriber.settle(second, DeliveryState.SUPERSEDED)
    listed = await subscriber.listed()
    assert [each["state"] for each in listed["deliveries"]] == ["pending", "superseded", "pending"]


async def test_cursors_lead_through_the_whole_list_once_newest_first(subscriber: Subscriber) -> None:
    owed = await subscriber.owed()
    first = await subscriber.listed("?limit=2")
    second = await subscriber.listed(f"?limit=2&cursor={first['next_cursor']}")
    seen = [each["id"] for answer in (first, second) for each in answer["deliveries"]]
    assert seen == [each.id for each in reversed(owed)]
    assert "next_cursor" not in second


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("limit=0", ["limit"]),
        ("limit=101", ["limit"]),
        ("limit=", ["limit"]),
        ("cursor=", ["cursor"]),
        ("cursor=%C3%BC", ["cursor"]),
        ("cursor=bm90aGluZw&limit=x", ["limit", "cursor"]),
    ],
)
async def test_a_wrong_parameter_is_named(subscriber: Subscriber, query: str, wrong: list[str]) -> None:
    reply = await subscriber.ask("GET", f"deliveries?{query}")
    assert (reply.status, list(reply.errors)) == (422, wrong)


# ── having them again ────────────────────────────────────────────────────────────────────────────────


async def test_a_delivery_that_is_asked_for_again_is_owed_again(subscriber: Subscriber) -> None:
    first, *_ = await subscriber.owed()
    await subscriber.settle(first, DeliveryState.DELIVERED)
    reply = await subscriber.ask("POST", f"deliveries/{first.id}/redeliver")
    assert (reply.status, reply.document) == (202, {"id": first.id})
    again = await subscriber.desk.store.outbox.delivery(first.id)
    assert again is not None
    assert again.state is DeliveryState.PENDING


async def test_the_deliveries_of_others_are_not_there(subscriber: Subscriber) -> None:
    first, *_ = await subscriber.owed()
    other = await subscriber.desk.subscribe(subscriber.key)
    for subscription, delivery in ((other["id"], first.id), (subscriber.id, "dlv_0")):
        path = f"{subscription}/deliveries/{delivery}/redeliver"
        reply = await subscriber.desk.ask("POST", path, key=subscriber.key)
        assert (reply.status, reply.document["detail"]) == (
            404,
            f"There is no delivery '{delivery}' of this subscription.",
        )


async def test_what_died_since_then_is_owed_again(subscriber: Subscriber) -> None:
    owed = await subscriber.owed()
    for delivery in owed:
        await subscriber.settle(delivery, DeliveryState.DEAD)
    reply = await subscriber.ask("POST", "recover", {"since": "2026-12-01T13:01:00+01:00"})
    assert (reply.status, reply.document) == (202, {"recovered": 2})
    pending = [delivery.id for delivery in await subscriber.desk.store.outbox.unsettled()]
    assert pending == [delivery.id for delivery in owed[1:]]


@pytest.mark.parametrize(
    "since",
    ["yesterday", "2026-12-01", "2026-12-01T12:00:00", "2026-12-32T12:00:00Z", "2026-12-01T12:00:00+25:00", 1, None],
)
async def test_what_is_no_time_is_refused(subscriber: Subscriber, since: object) -> None:
    reply = await subscriber.ask("POST", "recover", {"since": since})
    assert reply.errors == {"since": "must be a time such as 2026-12-01T02:00:00Z."}


async def test_without_a_time_nothing_is_recovered(subscriber: Subscriber) -> None:
    assert (await subscriber.ask("POST", "recover")).errors == {"since": "is missing."}


@pytest.mark.parametrize("path", ["deliveries/{id}/redeliver", "recover"])
async def test_a_disabled_subscription_has_to_be_enabled_first(subscriber: Subscriber, path: str) -> None:
    first, *_ = await subscriber.owed()
    await subscriber.desk.subscribing.roster.amend(subscriber.id, lambda sub: replace(sub, disabled_at=NOON))
    document = {"since": "2026-12-01T00:00:00Z"} if path == "recover" else None
    reply = await subscriber.ask("POST", path.format(id=first.id), document)
    assert (reply.status, reply.document["detail"]) == (409, "The subscription is disabled; enable it again first.")


# ── trying it out ────────────────────────────────────────────────────────────────────────────────────


async def test_a_trial_is_answered_with_what_the_endpoint_answered(subscriber: Subscriber) -> None:
    reply = await subscriber.ask("POST", "test")
    assert (reply.status, reply.document) == (
        200,
        {"at": "2026-12-01T12:00:00Z", "status": 200, "duration_ms": 7, "excerpt": "thanks"},
    )
    assert subscriber.desk.post.sent == ["https://example.com/hook"]


async def test_a_trial_that_we_cannot_make_is_to_be_made_again(subscriber: Subscriber) -> None:
    subscriber.desk.post.able = False
    reply = await subscriber.ask("POST", "test")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "60")


class BusyDispatcher(Dispatcher):
    """One that tries nothing out just now."""

    async def try_out(self, subscription: Subscription) -> Attempt:
        raise Busy


async def test_who_tries_too_much_is_told_when_to_come_back(subscriber: Subscriber) -> None:
    desk = subscriber.desk
    desk.subscribing.dispatcher = BusyDispatcher(
        desk.store.outbox,
        Roster(desk.registry, ()),
        desk.clock,
        messages=desk.messages,
        send=desk.post,
        is_open=lambda incident: True,
        metrics=Metrics("1.2.3"),
    )
    reply = await subscriber.ask("POST", "test")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "5")
    assert reply.document["detail"] == "This subscription is being tried out already, or too many others are."
    assert desk.post.sent == []
