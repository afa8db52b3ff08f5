"""Who is let in, who is not, and what becomes of those who keep trying."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from exporter.origin import origin
from exporter.throttle import MOST_ADDRESSES, MOST_FAILURES, Throttle
from monitor.core.keys import LIVE, RANDOM_BYTES, key_text
from monitor.core.model import DAY, MINUTE, SECOND
from monitor.core.subscribing import Scope
from tests.builders import NOON
from tests.exporter.conftest import Serve
from tests.exporter.desk import Desk, standing
from tests.exporter.fakes import FakeClock

UNKNOWN = key_text(LIVE, bytes(range(RANDOM_BYTES)))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        yield desk


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
async def test_a_good_key_is_let_in(desk: Desk, scheme: str) -> None:
    reply = await desk.ask("GET", "", headers={"Authorization": f"{scheme}{await desk.key()}"})
    assert (reply.status, reply.document) == (200, {"subscriptions": []})


async def test_without_a_key_the_challenge_names_no_error(desk: Desk) -> None:
    reply = await desk.ask("GET", "")
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert reply.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        ("Basic dTpw", 'The Authorization header must be "Bearer jk_live_…".'),
        ("Bearer", 'The Authorization header must be "Bearer jk_live_…".'),
        ("Bearer one two", 'The Authorization header must be "Bearer jk_live_…".'),
        ("Bearer jk_live_xxx", "This is no key: a character is wrong or missing."),
        (f"Bearer {UNKNOWN[:-1]}", "This is no key: a character is wrong or missing."),
        (f"Bearer {UNKNOWN.replace('jk_live_', 'jk_test_')}", "This is no key: a character is wrong or missing."),
        ("Bearer jk_live_\u00fc", "This is no key: a character is wrong or missing."),
        (f"Bearer {UNKNOWN}", "This key is not known here."),
    ],
)
async def test_a_bad_key_is_refused_with_what_is_wrong_with_it(desk: Desk, authorization: str, detail: str) -> None:
    reply = await desk.ask("GET", "", headers={"Authorization": authorization})
    assert (reply.status, reply.document["detail"]) == (401, detail)
    assert reply.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert reply.headers["Content-Type"] == "application/problem+json"


async def test_a_key_is_good_until_the_instant_at_which_it_expires(desk: Desk) -> None:
    _, text = await desk.subscribing.keyring.create("short", (Scope.ADMIN,), test=False, lifetime=DAY)
    desk.clock.at = NOON + DAY - 1
    assert (await desk.ask("GET", "", key=text)).status == 200
    desk.clock.at += 1
    reply = await desk.ask("GET", "", key=text)
    assert (reply.status, reply.document["detail"]) == (401, "This key expired at 2026-12-02T12:00:00Z.")


async def test_a_revoked_key_is_good_for_nothing(desk: Desk) -> None:
    key, text = await desk.subscribing.keyring.create("gone", (Scope.ADMIN,), test=False, lifetime=None)
    await desk.subscribing.keyring.revoke(key.id)
    reply = await desk.ask("GET", "", key=text)
    assert (reply.status, reply.document["detail"]) == (401, "This key was revoked at 2026-12-01T12:00:00Z.")


async def test_a_key_without_the_scope_is_let_in_but_not_to_this(desk: Desk) -> None:
    reply = await desk.ask("GET", "", key=await desk.key(Scope.INCIDENTS))
    assert (reply.status, reply.document["detail"]) == (403, "This key lacks the scope subscriptions.")
    assert reply.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="subscriptions"'


async def test_an_admin_may_whatever_the_others_may(desk: Desk) -> None:
    assert (await desk.ask("GET", "", key=await desk.key(Scope.ADMIN))).status == 200


async def test_keys_are_known_after_a_restart_and_their_text_is_nowhere(tmp_path: Path) -> None:
    async with standing(tmp_path) as desk:
        text = await desk.key()
    assert not any(text.encode() in file.read_bytes() for file in tmp_path.iterdir())
    async with standing(tmp_path) as desk:
        assert (await desk.ask("GET", "", key=text)).status == 200


async def test_where_nobody_may_subscribe_no_key_is_good(serve: Serve) -> None:
    client = await serve()
    async with client.get("/api/v1/subscriptions", headers={"Authorization": f"Bearer {UNKNOWN}"}) as response:
        assert response.status == 403


# ── last use ─────────────────────────────────────────────────────────────────────────────────────────


async def test_use_is_written_down_once_a_minute_at_most(desk: Desk) -> None:
    text = await desk.key()
    noted = []
    for later in (0, MINUTE - 1, MINUTE):
        desk.clock.at = NOON + later
        await desk.ask("GET", "", key=text)
        (kept,) = await desk.registry.keys()
        noted.append(kept.last_used_at)
    assert noted == [NOON, NOON, NOON + MINUTE]


async def test_a_store_that_refuses_keeps_nobody_out(desk: Desk) -> None:
    text = await desk.key()
    desk.registry.refuses = True
    assert (await desk.ask("GET", "", key=text)).status == 200


async def test_use_that_was_noted_late_does_not_undo_a_revocation(desk: Desk) -> None:
    keyring = desk.subscribing.keyring
    key, _ = await keyring.create("gone", (Scope.ADMIN,), test=False, lifetime=None)
    await keyring.revoke(key.id)
    await keyring.note_use(key)
    (kept,) = await desk.registry.keys()
    assert (kept.revoked_at, kept.last_used_at) == (NOON, NOON)


# ── too many ─────────────────────────────────────────────────────────────────────────────────────────


async def test_who_sends_ten_bad_keys_has_to_wait_for_the_rest_of_the_minute(desk: Desk) -> None:
    replies = []
    for _ in range(MOST_FAILURES + 1):
        replies.append(await desk.ask("GET", "", key=UNKNOWN))
        desk.clock.at += SECOND
    assert [reply.status for reply in replies] == [401] * 10 + [429]
    assert replies[-1].headers["Retry-After"] == "50"
    desk.clock.at = NOON + MINUTE
    assert (await desk.ask("GET", "", key=UNKNOWN)).status == 401


async def test_a_good_key_is_not_refused_for_the_bad_ones_from_its_address(desk: Desk) -> None:
    good = await desk.key()
    for _ in range(MOST_FAILURES + 1):
        bad = await desk.ask("GET", "", key=UNKNOWN)
    assert bad.status == 429
    assert (await desk.ask("GET", "", key=good)).status == 200


async def test_no_key_at_all_is_not_a_bad_one(desk: Desk) -> None:
    statuses = {(await desk.ask("GET", "")).status for _ in range(MOST_FAILURES + 1)}
    assert statuses == {401}


async def test_callers_behind_a_trusted_proxy_are_told_apart(desk: Desk) -> None:
    for _ in range(MOST_FAILURES):
        await desk.ask("GET", "", key=UNKNOWN, headers={"X-Forwarded-For": "invented, 192.0.2.1"})
    for caller, status in (("192.0.2.1", 429), ("192.0.2.2", 401)):
        reply = await desk.ask("GET", "", key=UNKNOWN, headers={"X-Forwarded-For": caller})
        assert reply.status == status


async def test_what_a_stranger_says_of_where_it_is_from_counts_for_nothing(desk: Desk) -> None:
    desk.subscribing.trusted_proxies = ()
    for caller in range(MOST_FAILURES + 1):
        reply = await desk.ask("GET", "", key=UNKNOWN, headers={"X-Forwarded-For": f"192.0.2.{caller}"})
    assert reply.status == 429


def test_the_address_that_failed_longest_ago_is_forgotten_when_there_are_too_many() -> None:
    throttle = Throttle(FakeClock())
    for _ in range(MOST_FAILURES + 1):
        throttle.failed("first")
    for other in range(MOST_ADDRESSES - 1):
        throttle.failed(str(other))
    assert len(throttle._failures) == MOST_ADDRESSES
    assert throttle.failed("first") is not None
    for other in range(MOST_ADDRESSES):
        throttle.failed(str(-other))
    assert len(throttle._failures) == MOST_ADDRESSES
    assert throttle.failed("first") is None


def test_a_clock_that_was_set_back_forgives() -> None:
    clock = FakeClock()
    throttle = Throttle(clock)
    for _ in range(MOST_FAILURES + 1):
        throttle.failed("someone")
    clock.at -= DAY
    assert throttle.failed("someone") is None


# ── where from ───────────────────────────────────────────────────────────────────────────────────────

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, 10.0.0.2, 10.0.0.3"], "198.51.100.7"),
        ("10.0.0.1", ["10.0.0.4,10.0.0.2"], "10.0.0.4"),
        ("10.0.0.1", ["198.51.100.7, unknown"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::/64"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("fd00::1", ["2001:db8:0:0:1:2:3:4"], "2001:db8::/64"),
        ("2001:db8::1:0:0:0:1", [], "2001:db8:0:1::/64"),
        ("", ["198.51.100.7"], ""),
    ],
)
def test_the_right_most_hop_that_is_not_trusted_is_where_a_request_came_from(
    peer: str, forwarded_for: list[str], expected: str
) -> None:
    assert origin(peer, forwarded_for, PROXIES) == expected


async def test_a_key_of_another_digest_is_not_the_one_that_was_asked_for(desk: Desk) -> None:
    keyring = desk.subscribing.keyring
    key, text = await keyring.create("someone", (Scope.ADMIN,), test=False, lifetime=None)
    keyring._keys[key.id] = replace(key, digest="0" * 64)
    assert keyring.find(text) is None
