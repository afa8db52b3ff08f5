"""Alerts over the control socket: what is shown of them, and how they are tried out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.model import MINUTE, Impact, Step, Tick
from monitor.core.subscribing import Attempt, Delivery, DeliveryState, Scope
from tests.builders import NOON
from tests.exporter.desk import Desk, standing
from tests.exporter.webhooks.formatting import alert
from tests.exporter.webhooks.nouns import CREATED, RESOLVED, UPDATED, status_change, story

CANARY = "canary-5e1f"
OPS = alert(
    "ops",
    "forgetful",
    url=f"https://ops.example/{CANARY}",
    events=("incident.*",),
    components=("api",),
    least_impact=Impact.MAJOR,
)
FRONT_DOOR = [
    ("GET", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("POST", "/test"),
    ("POST", "/rotate-secret"),
    ("GET", "/deliveries"),
    ("POST", "/recover"),
    ("POST", "/deliveries/dlv_a/redeliver"),
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        await desk.subscribing.alerts.replace([OPS, alert("all")])
        yield desk


async def owed(desk: Desk) -> list[Delivery]:
    """Three deliveries to each alert, of one incident, a minute apart."""
    events = story(CREATED, UPDATED, RESOLVED, every=MINUTE)
    recorded = await desk.store.commit(
        [(Tick(NOON), Step(events=tuple(events)))], NOON, desk.subscribing.debts.owed(events)
    )
    desk.subscribing.debts.owe(recorded)
    return list(recorded)


# ── seeing them ──────────────────────────────────────────────────────────────────────────────────────


async def test_alerts_are_listed_in_the_order_of_the_config_without_their_settings(desk: Desk) -> None:
    await owed(desk)
    await desk.subscribing.roster.amend("alr_ops", lambda known: replace(known, failing_since=NOON))
    reply = await desk.operate("GET", "/alerts")
    assert reply.document["alerts"] == [
        {
            "name": "ops",
            "format": "forgetful",
            "events": ["incident.*"],
            "components": ["api"],
            "least_impact": "major",
            "failing_since": "2026-12-01T12:00:00Z",
            "pending": 3,
        },
        {
            "name": "all",
            "format": "plain",
            "events": ["*"],
            "components": [],
            "least_impact": None,
            "failing_since": None,
            "pending": 3,
        },
    ]
    assert CANARY not in reply.text


async def test_what_became_of_an_alert_is_listed_page_by_page(desk: Desk) -> None:
    theirs = [each for each in await owed(desk) if each.subscription == "alr_ops"]
    attempt = Attempt(delivery=theirs[-1].id, at=NOON, status=503, duration_ms=7, excerpt="busy")
    await desk.store.outbox.put_deliveries([replace(theirs[-1], state=DeliveryState.STANDING)], attempt)
    first = (await desk.operate("GET", "/alerts/ops/deliveries?limit=2")).document
    rest = (await desk.operate("GET", f"/alerts/ops/deliveries?cursor={first['next_cursor']}")).document
    shown = [*first["deliveries"], *rest["deliveries"]]
    assert [each["id"] for each in shown] == [each.id for each in reversed(theirs)]
    assert (shown[0]["state"], shown[0]["attempts"][0]["excerpt"]) == ("standing", "busy")
    assert "next_cursor" not in rest


# ── a test ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_test_tells_of_an_opening_and_of_an_end_and_leaves_nothing_behind(desk: Desk) -> None:
    reply = await desk.operate("POST", "/alerts/ops/test")
    attempt = {"taken": True, "at": "2026-12-01T12:00:00Z", "status": 200, "duration_ms": 7, "excerpt": "thanks"}
    assert reply.document == {
        "attempts": [{"type": "incident.created", **attempt}, {"type": "incident.resolved", **attempt}]
    }
    assert [message.body.split()[0] for message in desk.post.messages] == [b"trigger", b"resolve"]
    assert await desk.store.outbox.deliveries("alr_ops", limit=9) == []
    assert CANARY not in reply.text


@pytest.mark.parametrize("status", [None, 400, 410, 500])
async def test_a_test_says_what_was_not_taken(desk: Desk, status: int | None) -> None:
    desk.post.status = status
    attempts = (await desk.operate("POST", "/alerts/ops/test")).document["attempts"]
    assert [(each["taken"], each["status"], each["excerpt"]) for each in attempts] == [(False, status, "thanks")] * 2
    assert desk.known("alr_ops").failing_since is None


async def test_a_test_that_we_cannot_make_is_to_be_made_again(desk: Desk) -> None:
    desk.post.able = False
    reply = await desk.operate("POST", "/alerts/ops/test")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "60")


# ── once more ──


@pytest.mark.parametrize(
    ("wish", "recovered"), [(None, 3), ({"since": "24h"}, 3), ({"since": "30s"}, 2), ({"since": "0s"}, 2)]
)
async def test_what_was_given_up_of_open_incidents_and_since_then_is_owed_again(
    desk: Desk, wish: object, recovered: int
) -> None:
    await given_up(desk)
    reply = await desk.operate("POST", "/alerts/all/recover", wish)
    assert (reply.status, reply.document) == (202, {"recovered": recovered})
    assert desk.subscribing.dispatcher.owed("alr_all") == recovered


async def given_up(desk: Desk) -> None:
    """Two deliveries of an incident and one of something else, a minute ago."""
    events = (*story(CREATED, UPDATED, since=NOON - MINUTE), status_change(at=NOON - MINUTE))
    recorded = await desk.store.commit([(Tick(NOON), Step(events=events))], NOON, desk.subscribing.debts.owed(events))
    await desk.store.outbox.put_deliveries([replace(each, state=DeliveryState.DEAD) for each in recorded])


@pytest.mark.parametrize("wrong", ["soon", "365d", 5])
async def test_how_far_back_must_be_a_time(desk: Desk, wrong: object) -> None:
    reply = await desk.operate("POST", "/alerts/all/recover", {"since": wrong})
    assert (reply.status, list(reply.errors)) == (422, ["since"])


# ── names ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/alerts/oops/test"), ("POST", "/alerts/oops/recover"), ("GET", "/alerts/oops/deliveries")],
)
async def test_an_unknown_name_is_answered_with_those_that_there_are(desk: Desk, method: str, path: str) -> None:
    reply = await desk.operate(method, path)
    assert (reply.status, reply.document["detail"]) == (404, "There is no alert 'oops'; there are ops, all.")


async def test_where_the_config_names_no_alerts_there_are_none(desk: Desk) -> None:
    await desk.subscribing.alerts.replace([])
    assert (await desk.operate("GET", "/alerts")).document == {"alerts": []}
    reply = await desk.operate("POST", "/alerts/ops/test")
    assert (reply.status, reply.document["detail"]) == (404, "There is no alert 'ops'; there are none.")


# ── the front door ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/alerts"), ("POST", "/alerts/ops/test"), ("POST", "/alerts/ops/recover")]
)
async def test_alerts_are_not_to_be_had_through_the_front_door(desk: Desk, method: str, path: str) -> None:
    assert (await desk.ask(method, path, key=await desk.key(Scope.ADMIN))).status == 404


async def test_no_key_sees_an_alert_among_its_subscriptions(desk: Desk) -> None:
    for scope in Scope:
        key = await desk.key(scope, Scope.SUBSCRIPTIONS)
        assert (await desk.ask("GET", "", key=key)).document == {"subscriptions": []}


@pytest.mark.parametrize(("method", "path"), FRONT_DOOR)
async def test_no_key_reaches_an_alert_by_its_id(desk: Desk, method: str, path: str) -> None:
    before = desk.known("alr_ops")
    reply = await desk.ask(method, f"alr_ops{path}", {}, key=await desk.key(Scope.ADMIN))
    assert (reply.status, desk.known("alr_ops"), desk.post.sent) == (404, before, [])
