"""The control socket: who may open it, and what is to be had there."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.server import Server
from exporter.socketfile import CONTROL_SOCKET, NoSocketFile, bound_socket
from monitor.core.model import DAY, Step, Tick
from monitor.core.subscribing import Scope
from tests.builders import NOON
from tests.exporter.desk import WISH, Desk, standing
from tests.exporter.fakes import sources
from tests.exporter.webhooks.nouns import CREATED, story

LIVE_KEY = {"name": "ci", "scopes": ["subscriptions"]}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        yield desk


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_key_is_good_at_once_and_its_text_is_shown_once(desk: Desk) -> None:
    reply = await desk.operate("POST", "/keys", LIVE_KEY)
    text = reply.document.pop("key")
    assert reply.status == 201
    assert text.startswith("jk_live_")
    assert reply.document == {
        "id": reply.document["id"],
        "name": "ci",
        "prefix": "jk_live_",
        "last_four": text[-4:],
        "scopes": ["subscriptions"],
        "created_at": "2026-12-01T12:00:00Z",
        "expires_at": None,
        "last_used_at": None,
        "revoked_at": None,
    }
    assert (await desk.operate("GET", "/keys")).document == {"keys": [reply.document]}
    assert (await desk.ask("GET", "", key=text)).status == 200


async def test_a_key_may_be_for_tests_and_expire(desk: Desk) -> None:
    wish = {"name": "  trial ", "scopes": ["admin", "incidents", "admin"], "test": True, "expires_in": "90d"}
    made = (await desk.operate("POST", "/keys", wish)).document
    assert made["key"].startswith("jk_test_")
    assert (made["name"], made["scopes"]) == ("trial", ["admin", "incidents"])
    (kept,) = await desk.registry.keys()
    assert (kept.test, kept.expires_at) == (True, NOON + 90 * DAY)


RESERVED = "must not be machine, operator, config or the id of a rule."


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"name": ""}, "name", "must be one line of 1 to 100 characters."),
        ({"name": "x" * 101}, "name", "must be one line of 1 to 100 characters."),
        ({"name": "two\nlines"}, "name", "must be one line of 1 to 100 characters."),
        ({"name": 5}, "name", "must be text."),
        ({"name": "machine"}, "name", RESERVED),
        ({"name": " Operator "}, "name", RESERVED),
        ({"name": "config"}, "name", RESERVED),
        ({"name": "ＣＯＮＦＩＧ"}, "name", RESERVED),
        ({"name": "oper\N{LATIN SMALL LETTER A WITH ACUTE}tor"}, "name", RESERVED),
        ({"name": "Machine\N{VARIATION SELECTOR-16}"}, "name", RESERVED),
        ({"name": "rule_0123456789abcdef"}, "name", RESERVED),
        ({"name": "Series_0123456789ABCDEF"}, "name", RESERVED),
        ({"scopes": []}, "scopes", "must name at least one of subscriptions, incidents, admin."),
        ({"scopes": ["all"]}, "scopes", "must be a list of some of subscriptions, incidents, admin."),
        ({"scopes": "admin"}, "scopes", "must be a list of some of subscriptions, incidents, admin."),
        ({"test": "yes"}, "test", "must be true or false."),
        ({"test": 1}, "test", "must be true or false."),
        ({"expires_in": "0d"}, "expires_in", "must be longer than nothing."),
        ({"expires_in": "3651d"}, "expires_in", "must be a duration such as 30m or 24h, and at most 3650d."),
        ({"expires": "90d"}, "expires", "is no field here; there are name, scopes, test, expires_in."),
    ],
)
async def test_a_wrong_wish_is_named_and_makes_no_key(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    reply = await desk.operate("POST", "/keys", LIVE_KEY | change)
    assert (reply.status, reply.errors) == (422, {field: detail})
    assert await desk.registry.keys() == desk.subscribing.keyring.all() == []


@pytest.mark.parametrize("name", ["operators", "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}", "config-bot"])
async def test_a_name_may_be_like_a_reserved_one(desk: Desk, name: str) -> None:
    assert (await desk.operate("POST", "/keys", LIVE_KEY | {"name": name})).document["name"] == name


async def test_a_key_can_be_revoked_again_and_stays_revoked_as_it_was(desk: Desk) -> None:
    made = (await desk.operate("POST", "/keys", LIVE_KEY)).document
    for _ in range(2):
        assert (await desk.operate("DELETE", f"/keys/{made['id']}")).status == 204
        desk.clock.at += DAY
    (kept,) = await desk.registry.keys()
    assert kept.revoked_at == NOON
    assert (await desk.ask("GET", "", key=made["key"])).status == 401


async def test_the_subscriptions_of_a_revoked_key_receive_nothing_any_more(desk: Desk) -> None:
    mine, theirs = [(await desk.subscribe(await desk.key(), events=["*"]))["id"] for _ in range(2)]
    assert (await desk.operate("DELETE", f"/keys/{desk.known(mine).key}")).status == 204
    kept = {each.id: each for each in await desk.registry.subscriptions()}
    assert (kept[mine].disabled_at, kept[mine].disabled_because) == (NOON, "Its key was revoked.")
    assert kept[mine] == desk.known(mine)
    assert [each.subscription for each in desk.subscribing.debts.owed(story(CREATED))] == [theirs]


async def test_what_is_owed_already_when_its_key_is_revoked_is_never_sent(desk: Desk) -> None:
    made = await desk.subscribe(await desk.key(), events=["*"])
    events = tuple(story(CREATED))
    owed = desk.subscribing.debts.owed(events)
    recorded = await desk.store.commit([(Tick(NOON), Step(events=events))], NOON, owed)
    await desk.operate("DELETE", f"/keys/{desk.known(made['id']).key}")
    desk.subscribing.debts.owe(recorded)
    await desk.dispatcher.start()
    while desk.dispatcher.pending:
        await asyncio.sleep(0)
    assert desk.post.sent == []


async def test_what_was_disabled_before_its_key_was_revoked_keeps_its_reason(desk: Desk) -> None:
    made = await desk.subscribe(await desk.key())
    await desk.subscribing.roster.amend(
        made["id"], lambda sub: replace(sub, disabled_at=NOON - 1, disabled_because="Gone.")
    )
    await desk.operate("DELETE", f"/keys/{desk.known(made['id']).key}")
    kept = desk.known(made["id"])
    assert (kept.disabled_at, kept.disabled_because) == (NOON - 1, "Gone.")


async def test_a_revocation_that_the_store_refused_halfway_can_be_ended(desk: Desk) -> None:
    made = await desk.subscribe(await desk.key())
    key = desk.known(made["id"]).key
    await desk.subscribing.keyring.revoke(key)
    assert (await desk.operate("DELETE", f"/keys/{key}")).status == 204
    assert not desk.known(made["id"]).enabled


async def test_the_operator_cannot_enable_what_a_revoked_key_made(desk: Desk) -> None:
    made = await desk.subscribe(await desk.key())
    await desk.operate("DELETE", f"/keys/{desk.known(made['id']).key}")
    reply = await desk.operate("PATCH", f"/api/v1/subscriptions/{made['id']}", {"enabled": True})
    assert (reply.status, reply.document["detail"]) == (409, "Its key was revoked; subscribe with another key.")
    assert not desk.known(made["id"]).enabled


async def test_a_key_that_is_revoked_while_it_subscribes_gets_no_subscription(desk: Desk) -> None:
    text = await desk.key()
    (key,) = desk.subscribing.keyring.all()
    async with desk.subscribing.roster.changing:
        asking = asyncio.create_task(desk.ask("POST", "", WISH, key=text))
        while desk.subscribing.keyring.all()[0].last_used_at is None:  # noted once the key was found good
            await asyncio.sleep(0)
        await desk.subscribing.keyring.revoke(key.id)
    assert (await asking).status == 401
    assert await desk.registry.subscriptions() == []


async def test_a_key_that_is_not_there_cannot_be_revoked(desk: Desk) -> None:
    reply = await desk.operate("DELETE", "/keys/key_0")
    assert (reply.status, reply.document["detail"]) == (404, "There is no key 'key_0'.")


async def test_what_the_store_does_not_take_did_not_happen(desk: Desk) -> None:
    made = (await desk.operate("POST", "/keys", LIVE_KEY)).document
    desk.registry.refuses = True
    assert (await desk.operate("POST", "/keys", LIVE_KEY)).status == 503
    assert (await desk.operate("DELETE", f"/keys/{made['id']}")).status == 503
    assert (await desk.ask("GET", "", key=made["key"])).status == 200
    assert len(desk.subscribing.keyring.all()) == 1


@pytest.mark.parametrize(("method", "path"), [("GET", "/keys"), ("POST", "/keys"), ("DELETE", "/keys/key_0")])
async def test_keys_are_not_to_be_had_through_the_front_door(desk: Desk, method: str, path: str) -> None:
    assert (await desk.ask(method, path, LIVE_KEY, key=await desk.key(Scope.ADMIN))).status == 404


# ── the routes of the API ────────────────────────────────────────────────────────────────────────────


async def test_the_operator_needs_no_key_for_the_api(desk: Desk) -> None:
    made = await desk.operate("POST", "/api/v1/subscriptions", WISH)
    assert made.status == 201
    assert (await desk.operate("GET", "/api/v1/status")).document["status"] == "unknown"


async def test_the_operator_sees_and_ends_the_subscriptions_of_all_keys(desk: Desk) -> None:
    made = [await desk.subscribe(await desk.key()) for _ in range(2)]
    listed = await desk.operate("GET", "/api/v1/subscriptions")
    assert {each["id"] for each in listed.document["subscriptions"]} == {each["id"] for each in made}
    assert (await desk.operate("DELETE", f"/api/v1/subscriptions/{made[0]['id']}")).status == 204


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_the_file_is_open_to_its_owner_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / CONTROL_SOCKET
    before = os.umask(umask)
    try:
        bound_socket(path).close()
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    mode = path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_a_socket_that_a_killed_daemon_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / CONTROL_SOCKET
    bound_socket(path).close()
    with bound_socket(path) as taken, socket.socket(socket.AF_UNIX) as caller:
        taken.listen()
        caller.connect(str(path))
        assert caller.getpeername() == str(path)


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / CONTROL_SOCKET
    path.write_text("precious")
    with pytest.raises(NoSocketFile, match=r"control\.sock cannot be made \(something else is there\): "):
        bound_socket(path)
    assert path.read_text() == "precious"


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / CONTROL_SOCKET, tmp_path / "elsewhere"
    bound_socket(elsewhere).close()
    path.symlink_to(elsewhere)
    with pytest.raises(NoSocketFile):
        bound_socket(path)
    assert path.is_symlink()
    assert elsewhere.exists()


def test_a_path_that_is_too_long_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 100) / CONTROL_SOCKET
    with pytest.raises(NoSocketFile, match=r"bytes long, a socket's path at most 107: choose a shorter one$"):
        bound_socket(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSocketFile, match=r"cannot be made \(No such file or directory\)"):
        bound_socket(tmp_path / "nowhere" / CONTROL_SOCKET)


async def test_the_file_goes_when_the_server_stops(tmp_path: Path) -> None:
    server = Server(sources())
    await server.start_control(tmp_path)
    assert (tmp_path / CONTROL_SOCKET).exists()
    await server.stop()
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_was_not_ours_stays_when_the_server_stops(tmp_path: Path) -> None:
    (tmp_path / CONTROL_SOCKET).write_text("precious")
    server = Server(sources())
    with pytest.raises(NoSocketFile):
        await server.start_control(tmp_path)
    await server.stop()
    assert (tmp_path / CONTROL_SOCKET).read_text() == "precious"
