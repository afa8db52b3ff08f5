"""Subscriptions, as the holders of keys make, see, change and end them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from exporter.subscriptions import MOST_PER_KEY
from exporter.webhooks.guard import Allowance
from monitor.core.model import DAY, HOUR, Impact
from tests.builders import NOON
from tests.exporter.desk import ENDPOINT, WISH, Desk, standing

EVENTS = (
    "incident.created, incident.updated, incident.resolved, component.status_changed, maintenance.scheduled, "
    "maintenance.started, maintenance.completed, incident.*, component.*, maintenance.*, *"
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        yield desk


# ── making one ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_subscription_is_answered_as_the_public_documentation_shows_it(desk: Desk) -> None:
    wish = {"endpoint": ENDPOINT, "events": ["incident.created", "component.*"]}
    reply = await desk.ask("POST", "", wish, key=await desk.key())
    assert reply.status == 201
    assert list(reply.document)[:5] == ["id", "endpoint", "events", "secret", "created_at"]
    made = reply.document
    assert made["id"].startswith("sub_")
    assert (made["endpoint"], made["events"]) == (wish["endpoint"], wish["events"])
    assert made["secret"].startswith("whsec_")
    assert made["created_at"] == "2026-12-01T12:00:00Z"
    assert (made["components"], made["least_impact"], made["test"], made["enabled"]) == ([], None, False, True)


async def test_what_was_answered_is_still_there_after_a_restart(tmp_path: Path) -> None:
    async with standing(tmp_path) as desk:
        key = await desk.key()
        made = await desk.subscribe(key, components=["cdn"], least_impact="major")
    del made["secret"]
    async with standing(tmp_path) as desk:
        assert (await desk.ask("GET", "", key=key)).document == {"subscriptions": [made]}


async def test_events_are_fanned_out_to_it_from_then_on(desk: Desk) -> None:
    made = await desk.subscribe(await desk.key(), components=["cdn"], least_impact="none")
    (known,) = desk.subscribing.roster
    assert (known.id, known.components, known.least_impact) == (made["id"], ("cdn",), Impact.NONE)


async def test_one_that_a_test_key_makes_is_for_tests(desk: Desk) -> None:
    assert (await desk.subscribe(await desk.key(test=True)))["test"] is True


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"endpoint": None}, "endpoint", "must be text."),
        ({"endpoint": [ENDPOINT]}, "endpoint", "must be text."),
        ({"endpoint": "https://example.com/\ud800"}, "endpoint", "must be text."),
        ({"endpoint": "http://example.com/"}, "endpoint", "The endpoint must begin with https://."),
        ({"endpoint": "https://10.0.0.1/"}, "endpoint", "The endpoint's address is not allowed."),
        ({"endpoint": "https://[::1]/"}, "endpoint", "The endpoint's address is not allowed."),
        ({"endpoint": "https://u:p@example.com/"}, "endpoint", "The endpoint must not contain a user or a password."),
        ({"events": []}, "events", f"must name at least one of {EVENTS}."),
        ({"events": "*"}, "events", f"must be a list of some of {EVENTS}."),
        ({"events": ["incident.deleted"]}, "events", f"must be a list of some of {EVENTS}."),
        ({"events": ["*", 5]}, "events", f"must be a list of some of {EVENTS}."),
        ({"events": [["*"]]}, "events", f"must be a list of some of {EVENTS}."),
        ({"components": ["apo"]}, "components", "must be a list of some of api, cdn."),
        ({"components": None}, "components", "must be a list of some of api, cdn."),
        ({"least_impact": "huge"}, "least_impact", "must be one of none, minor, major, critical."),
        ({"least_impact": 3}, "least_impact", "must be one of none, minor, major, critical."),
        ({"secret": "x"}, "secret", "is no field here; there are endpoint, events, components, least_impact."),
        ({"enabled": True}, "enabled", "is no field here; there are endpoint, events, components, least_impact."),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    reply = await desk.ask("POST", "", WISH | change, key=await desk.key())
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert reply.errors == {field: detail}
    assert await desk.registry.subscriptions() == []


async def test_of_very_many_wrong_fields_the_first_are_named(desk: Desk) -> None:
    body = json.dumps({f"f{number}": 0 for number in range(4_000)}).encode()
    reply = await desk.ask("POST", "", body=body, key=await desk.key())
    assert list(reply.errors) == ["endpoint", "events", *[f"f{number}" for number in range(18)]]
    assert reply.document["detail"].endswith(" … and 3982 more.")
    assert len(reply.text) < 5_000


async def test_of_twenty_wrong_fields_all_are_named(desk: Desk) -> None:
    wish = WISH | {f"f{number}": 0 for number in range(20)}
    reply = await desk.ask("POST", "", wish, key=await desk.key())
    assert len(reply.errors) == 20
    assert "more" not in reply.document["detail"]


async def test_all_wrong_fields_are_named_at_once(desk: Desk) -> None:
    reply = await desk.ask("POST", "", {"events": [], "colour": "red"}, key=await desk.key())
    assert list(reply.errors) == ["endpoint", "events", "colour"]
    assert reply.errors["endpoint"] == "is missing."


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"endpoint=x", 400, "The body is not JSON."),
        (b"\xff{}", 400, "The body is not JSON."),
        (b"[" * 60_000, 400, "The body is not JSON."),
        (b"9" * 60_000, 400, "The body is not JSON."),
        (b"[]", 400, "The body is not a JSON object."),
        (b"", 422, "endpoint: is missing. events: is missing."),
        (b"x" * 1024**2, 413, "The body is larger than 65536 bytes."),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(desk: Desk, body: bytes, status: int, detail: str) -> None:
    reply = await desk.ask("POST", "", body=body, key=await desk.key())
    assert (reply.status, reply.document["detail"]) == (status, detail)
    assert await desk.registry.subscriptions() == []


async def test_inner_networks_and_http_are_taken_where_the_config_allows_them(desk: Desk) -> None:
    desk.subscribing.allowance = Allowance(http=True, networks=(ip_network("10.0.0.0/8"),))
    made = await desk.subscribe(await desk.key(), endpoint="http://10.0.0.1/")
    assert made["endpoint"] == "http://10.0.0.1/"


async def test_a_key_has_a_hundred_and_another_key_its_own_hundred(desk: Desk) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    (one,) = desk.subscribing.roster
    for number in range(MOST_PER_KEY - 1):
        desk.subscribing.roster.put(replace(one, id=f"sub_{number}"))
    reply = await desk.ask("POST", "", WISH, key=key)
    assert reply.status == 409
    await desk.subscribe(await desk.key())
    await desk.ask("DELETE", made["id"], key=key)
    await desk.subscribe(key)


# ── making one once ──────────────────────────────────────────────────────────────────────────────────

ONCE = {"Idempotency-Key": "a1"}


async def test_the_same_request_again_is_given_the_same_answer(desk: Desk) -> None:
    key = await desk.key()
    replies = [await desk.ask("POST", "", WISH, key=key, headers=ONCE) for _ in range(2)]
    assert [reply.status for reply in replies] == [201, 201]
    assert replies[0].text == replies[1].text
    assert len(await desk.registry.subscriptions()) == 1


async def test_two_of_the_same_request_at_a_time_make_one_subscription(desk: Desk) -> None:
    key = await desk.key()
    one, other = await asyncio.gather(
        *(desk.ask("POST", "", WISH, key=key, headers=ONCE) for _ in range(2)),
    )
    assert (one.status, one.text) == (other.status, other.text)
    assert len(await desk.registry.subscriptions()) == 1


async def test_the_same_answer_is_given_after_a_restart(tmp_path: Path) -> None:
    async with standing(tmp_path) as desk:
        key = await desk.key()
        first = await desk.ask("POST", "", WISH, key=key, headers=ONCE)
    async with standing(tmp_path) as desk:
        assert (await desk.ask("POST", "", WISH, key=key, headers=ONCE)).text == first.text


async def test_another_body_under_the_same_idempotency_key_is_refused(desk: Desk) -> None:
    key = await desk.key()
    await desk.ask("POST", "", WISH, key=key, headers=ONCE)
    reply = await desk.ask("POST", "", WISH | {"events": ["*"]}, key=key, headers=ONCE)
    assert reply.status == 422
    assert reply.errors == {"Idempotency-Key": "was used for another request; take a new one."}


async def test_two_keys_may_use_the_same_idempotency_key(desk: Desk) -> None:
    one, other = [await desk.ask("POST", "", WISH, key=await desk.key(), headers=ONCE) for _ in range(2)]
    assert one.document["id"] != other.document["id"]


async def test_a_refused_request_may_be_mended_under_its_idempotency_key(desk: Desk) -> None:
    key = await desk.key()
    assert (await desk.ask("POST", "", WISH | {"events": []}, key=key, headers=ONCE)).status == 422
    assert (await desk.ask("POST", "", WISH, key=key, headers=ONCE)).status == 201


async def test_answers_are_kept_for_a_day(desk: Desk) -> None:
    key = await desk.key()
    made = []
    for later in (0, DAY, DAY + 1):
        desk.clock.at = NOON + later
        made.append((await desk.ask("POST", "", WISH, key=key, headers=ONCE)).document["id"])
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize("name", ["", "two words", "\u00fc", "x" * 256])
async def test_an_idempotency_key_is_visible_ascii(desk: Desk, name: str) -> None:
    reply = await desk.ask("POST", "", WISH, key=await desk.key(), headers={"Idempotency-Key": name})
    assert reply.errors == {"Idempotency-Key": "must be 1 to 255 visible ASCII characters."}


# ── seeing them ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_secret_is_shown_once(desk: Desk) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    listed, alone = await desk.ask("GET", "", key=key), await desk.ask("GET", made["id"], key=key)
    assert listed.document == {"subscriptions": [alone.document]}
    assert {**alone.document, "secret": made["secret"]} == made
    assert made["secret"] not in listed.text + alone.text


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("GET", "", None),
        ("PATCH", "", {"events": ["*"]}),
        ("DELETE", "", None),
        ("POST", "/test", None),
        ("POST", "/rotate-secret", None),
        ("GET", "/deliveries", None),
        ("POST", "/deliveries/dlv_0/redeliver", None),
        ("POST", "/recover", {"since": "2026-12-01T00:00:00Z"}),
    ],
)
async def test_the_subscriptions_of_others_are_not_there(
    desk: Desk, method: str, path: str, document: object
) -> None:
    made = await desk.subscribe(await desk.key())
    reply = await desk.ask(method, f"{made['id']}{path}", document, key=await desk.key())
    assert (reply.status, reply.document["detail"]) == (404, f"There is no subscription '{made['id']}'.")
    assert len(await desk.registry.subscriptions()) == 1


async def test_a_list_is_oldest_first_and_of_ones_own(desk: Desk) -> None:
    mine, other = await desk.key(), await desk.key()
    made = []
    for _ in range(3):
        desk.clock.at += 1
        made.append((await desk.subscribe(mine))["id"])
        await desk.subscribe(other)
    listed = await desk.ask("GET", "", key=mine)
    assert [each["id"] for each in listed.document["subscriptions"]] == made


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "OPTIONS"])
async def test_no_answer_is_kept_by_caches_or_read_by_pages_of_other_sites(desk: Desk, method: str) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    for path in ("", made["id"], "sub_0"):
        for bearing in (key, None):
            reply = await desk.ask(method, path, key=bearing)
            assert "Access-Control-Allow-Origin" not in reply.headers
            assert reply.headers["Cache-Control"] == "no-store"


# ── changing and ending them ─────────────────────────────────────────────────────────────────────────


async def test_what_is_not_named_stays_as_it_was(desk: Desk) -> None:
    key = await desk.key()
    made = await desk.subscribe(key, components=["api"], least_impact="minor")
    del made["secret"]
    reply = await desk.ask("PATCH", made["id"], {"events": ["*"], "least_impact": None}, key=key)
    assert (reply.status, reply.document) == (200, made | {"events": ["*"], "least_impact": None})
    (kept,) = await desk.registry.subscriptions()
    assert (kept.events, kept.components, kept.least_impact) == (("*",), ("api",), None)
    assert kept == desk.subscribing.roster.get(made["id"])


async def test_a_disabled_one_can_be_enabled_again(desk: Desk) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    await desk.subscribing.roster.amend(
        made["id"], lambda sub: replace(sub, failing_since=NOON, disabled_at=NOON, disabled_because="Gone.")
    )
    seen = (await desk.ask("GET", made["id"], key=key)).document
    assert (seen["enabled"], seen["disabled_because"], seen["disabled_at"]) == (
        False,
        "Gone.",
        "2026-12-01T12:00:00Z",
    )
    seen = (await desk.ask("PATCH", made["id"], {"enabled": True}, key=key)).document
    assert (seen["enabled"], seen["disabled_because"]) == (True, "")
    assert (seen["disabled_at"], seen["failing_since"]) == (None, None)


@pytest.mark.parametrize(
    ("endpoint", "failing_since"),
    [("https://example.com/elsewhere", None), (ENDPOINT, "2026-12-01T12:00:00Z")],
)
async def test_the_failures_of_an_endpoint_are_not_laid_to_the_next_one(
    desk: Desk, endpoint: str, failing_since: str | None
) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    await desk.subscribing.roster.amend(made["id"], lambda sub: replace(sub, failing_since=NOON))
    reply = await desk.ask("PATCH", made["id"], {"endpoint": endpoint}, key=key)
    assert (reply.document["endpoint"], reply.document["failing_since"]) == (endpoint, failing_since)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"enabled": False}, "enabled"),
        ({"enabled": 1}, "enabled"),
        ({"endpoint": "https://127.0.0.1/"}, "endpoint"),
        ({"events": []}, "events"),
        ({"id": "sub_0"}, "id"),
    ],
)
async def test_a_wrong_change_changes_nothing(desk: Desk, change: dict[str, object], field: str) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    before = await desk.registry.subscriptions()
    reply = await desk.ask("PATCH", made["id"], {"components": ["api"]} | change, key=key)
    assert (reply.status, list(reply.errors)) == (422, [field])
    assert await desk.registry.subscriptions() == before == list(desk.subscribing.roster)


async def test_a_deleted_one_is_gone(desk: Desk) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    reply = await desk.ask("DELETE", made["id"], key=key)
    assert (reply.status, reply.text) == (204, "")
    assert (await desk.ask("GET", made["id"], key=key)).status == 404
    assert await desk.registry.subscriptions() == list(desk.subscribing.roster) == []


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("document", "grace", "until"),
    [
        (None, DAY, "2026-12-02T12:00:00Z"),
        ({"grace": "2h"}, 2 * HOUR, "2026-12-01T14:00:00Z"),
        ({"grace": "0s"}, 0, "2026-12-01T12:00:00Z"),
    ],
)
async def test_both_secrets_sign_for_the_grace_period(desk: Desk, document: object, grace: int, until: str) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    reply = await desk.ask("POST", f"{made['id']}/rotate-secret", document, key=key)
    new = reply.document["secret"]
    (kept,) = await desk.registry.subscriptions()
    assert (reply.status, reply.document["previous_secret_until"]) == (200, until)
    assert new != made["secret"]
    assert kept.secrets(NOON + grace) == (new,)
    if grace:
        assert kept.secrets(NOON + grace - 1) == (new, made["secret"])


async def test_a_rotation_that_is_asked_for_again_is_answered_again_and_not_done_again(desk: Desk) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    path = f"{made['id']}/rotate-secret"
    first, again = [await desk.ask("POST", path, {"grace": "2h"}, key=key, headers=ONCE) for _ in range(2)]
    assert (first.status, first.text) == (again.status, again.text)
    assert desk.known(made["id"]).secrets(NOON) == (first.document["secret"], made["secret"])
    reply = await desk.ask("POST", path, {"grace": "3h"}, key=key, headers=ONCE)
    assert reply.errors == {"Idempotency-Key": "was used for another request; take a new one."}


async def test_one_subscription_is_not_given_the_answer_of_another(desk: Desk) -> None:
    key = await desk.key()
    one, other = await desk.subscribe(key), await desk.subscribe(key)
    assert (await desk.ask("POST", f"{one['id']}/rotate-secret", key=key, headers=ONCE)).status == 200
    assert (await desk.ask("POST", f"{other['id']}/rotate-secret", key=key, headers=ONCE)).status == 422
    assert desk.known(other["id"]).secret == other["secret"]


@pytest.mark.parametrize("grace", ["a while", "-1h", "31d", 24, None, "24h "])
async def test_a_wrong_grace_period_leaves_the_secret(desk: Desk, grace: object) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    reply = await desk.ask("POST", f"{made['id']}/rotate-secret", {"grace": grace}, key=key)
    assert reply.errors == {"grace": "must be a duration such as 30m or 24h, and at most 30d."}
    (kept,) = await desk.registry.subscriptions()
    assert kept.secret == made["secret"]


# ── a store that refuses ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("POST", "", WISH),
        ("PATCH", "{id}", {"events": ["*"]}),
        ("DELETE", "{id}", None),
        ("POST", "{id}/rotate-secret", None),
    ],
)
async def test_what_the_store_does_not_take_did_not_happen(
    desk: Desk, method: str, path: str, document: object
) -> None:
    key = await desk.key()
    made = await desk.subscribe(key)
    before = await desk.registry.subscriptions()
    desk.registry.refuses = True
    reply = await desk.ask(method, path.format_map(made), document, key=key)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "10")
    assert reply.document["detail"] == "The store takes no writes just now; nothing was changed."
    assert await desk.registry.subscriptions() == before == list(desk.subscribing.roster)


# ── canaries ─────────────────────────────────────────────────────────────────────────────────────────


async def test_endpoints_secrets_and_keys_are_told_to_nobody_else(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    key, path = await desk.key(), "canary-in-the-path"
    made = await desk.subscribe(key, endpoint=f"https://example.com/{path}?token={path}")
    secret = made["secret"].removeprefix("whsec_")
    heard = [
        await desk.ask("POST", "", WISH | {"endpoint": f"http://10.0.0.1/{path}"}, key=key),
        await desk.ask("POST", "", body=json.dumps(WISH | {"endpoint": path}).encode()[:-1], key=key),
        await desk.ask("PATCH", made["id"], {"endpoint": path, "colour": "red"}, key=key),
        await desk.ask("POST", f"{made['id']}/test", key=key),
        await desk.ask("GET", f"{made['id']}/deliveries", key=key),
        await desk.ask("GET", made["id"], key=await desk.key()),
        await desk.ask("GET", "", key=f"{key}x"),
        await desk.operate("GET", "/keys"),
        *[await desk.ask("GET", public) for public in ("/", "/metrics", "/api/v1/status", "/api/v1/components")],
    ]
    desk.registry.refuses = True
    heard.append(await desk.ask("POST", f"{made['id']}/rotate-secret", key=key))
    assert desk.post.sent == [f"https://example.com/{path}?token={path}"]
    told = "".join(f"{reply.text} {dict(reply.headers)}" for reply in heard) + caplog.text
    assert [canary for canary in (path, secret, key) if canary in told] == []
