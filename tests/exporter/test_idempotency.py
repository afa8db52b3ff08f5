"""What people say under an Idempotency-Key is done once, and answered as often as it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.core.model import DAY
from monitor.core.subscribing import Scope
from tests.builders import NOON
from tests.exporter.desk import Desk, Reply, watching
from tests.exporter.people import INCIDENTS, WISH, opened
from tests.exporter.upkeep import COMPACTION, MAINTENANCES, NOW, UPGRADE

ONCE = {"Idempotency-Key": "a1"}
AMENDMENTS = "/api/v1/amendments"
AMENDMENT = {
    "component": "api",
    "since": "2026-12-01T11:00:00Z",
    "until": "2026-12-01T11:30:00Z",
    "kind": "false_alarm",
    "reason": "It was our own network.",
}
COMMANDS = [
    (INCIDENTS, WISH),
    (f"{INCIDENTS}/{{id}}/updates", {"message": "More."}),
    (MAINTENANCES, UPGRADE),
    (MAINTENANCES, COMPACTION),
    (AMENDMENTS, AMENDMENT),
]
every_command = pytest.mark.parametrize(("path", "wish"), COMMANDS)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with watching(tmp_path) as desk:
        yield desk


@pytest.fixture
async def key(desk: Desk) -> str:
    return await desk.key(Scope.INCIDENTS)


@pytest.fixture
async def about(desk: Desk) -> str:
    """An incident to say more of."""
    made = await opened(desk, components=["cdn"])
    return str(made["id"])


async def send(desk: Desk, path: str, wish: object, key: str) -> Reply:
    return await desk.ask("POST", path, wish, key=key, headers=ONCE)


@every_command
async def test_the_same_command_again_is_given_the_same_answer_and_not_done_again(
    desk: Desk, key: str, about: str, path: str, wish: object
) -> None:
    address = path.format(id=about)
    first = await send(desk, address, wish, key)
    done = desk.touched
    desk.clock.at += 1
    again = await send(desk, address, wish, key)
    assert (first.status, again.status, again.text) == (201, 201, first.text)
    assert again.headers["Content-Type"] == "application/json"
    assert desk.touched == done


@every_command
async def test_two_of_the_same_command_at_a_time_are_done_once(
    desk: Desk, key: str, about: str, path: str, wish: object
) -> None:
    before = len(desk.obey.orders) + len(desk.calendar.kept)
    one, other = await asyncio.gather(*(send(desk, path.format(id=about), wish, key) for _ in range(2)))
    assert (one.status, one.text) == (201, other.text)
    assert len(desk.obey.orders) + len(desk.calendar.kept) == before + 1


@every_command
async def test_another_command_under_the_same_idempotency_key_is_refused(
    desk: Desk, key: str, about: str, path: str, wish: dict[str, object]
) -> None:
    await send(desk, path.format(id=about), wish, key)
    done = desk.touched
    reply = await send(desk, path.format(id=about), wish | {"title": "Other"}, key)
    assert (reply.status, reply.errors) == (422, {"Idempotency-Key": "was used for another request; take a new one."})
    assert desk.touched == done


@every_command
async def test_a_refused_command_may_be_mended_under_its_idempotency_key(
    desk: Desk, key: str, about: str, path: str, wish: dict[str, object]
) -> None:
    assert (await send(desk, path.format(id=about), wish | {"by": "ada"}, key)).status == 422
    assert (await send(desk, path.format(id=about), wish, key)).status == 201


async def test_a_command_that_the_store_did_not_take_is_done_when_it_is_sent_again(desk: Desk, key: str) -> None:
    desk.obey.refuses = True
    assert (await send(desk, INCIDENTS, WISH, key)).status == 503
    desk.obey.refuses = False
    assert (await send(desk, INCIDENTS, WISH, key)).status == 201


async def test_a_command_whose_answer_cannot_be_kept_is_done_and_told(desk: Desk, key: str) -> None:
    desk.registry.refuses = True
    reply = await send(desk, INCIDENTS, WISH, key)
    assert reply.status == 201
    assert [incident.id for incident in desk.board.open_incidents()] == [reply.document["id"]]


async def test_the_same_answer_is_given_after_a_restart(tmp_path: Path) -> None:
    async with watching(tmp_path) as desk:
        key = await desk.key(Scope.INCIDENTS)
        first = await send(desk, INCIDENTS, WISH, key)
    async with watching(tmp_path) as desk:
        assert (await send(desk, INCIDENTS, WISH, key)).text == first.text
        assert desk.obey.orders == []


async def test_answers_are_kept_for_a_day(desk: Desk, key: str) -> None:
    made = []
    for later in (0, DAY, DAY + 1):
        desk.clock.at = NOON + later
        made.append((await send(desk, MAINTENANCES, NOW, key)).document["id"])
    assert made[0] == made[1] != made[2]


async def test_two_people_may_use_the_same_idempotency_key(desk: Desk) -> None:
    replies = []
    for _ in range(2):
        replies.append(await send(desk, MAINTENANCES, NOW, await desk.key(Scope.INCIDENTS)))
        desk.clock.at += 1
    assert replies[0].document["id"] != replies[1].document["id"]


async def test_nobody_is_given_the_answer_to_a_command_who_may_not_give_it(desk: Desk, key: str) -> None:
    await send(desk, INCIDENTS, WISH, key)
    for revoked in desk.subscribing.keyring.all():
        await desk.operate("DELETE", f"/keys/{revoked.id}")
    assert (await send(desk, INCIDENTS, WISH, key)).status == 401


async def test_without_an_idempotency_key_the_same_command_is_done_again(desk: Desk, key: str) -> None:
    for _ in range(2):
        assert (await desk.ask("POST", AMENDMENTS, AMENDMENT, key=key)).status == 201
        desk.clock.at += 1
    assert len(await desk.store.all_amendments(limit=9)) == 2


async def test_an_idempotency_key_that_is_none_does_nothing(desk: Desk, key: str) -> None:
    before = desk.touched
    reply = await desk.ask("POST", INCIDENTS, WISH, key=key, headers={"Idempotency-Key": "two words"})
    assert reply.errors == {"Idempotency-Key": "must be 1 to 255 visible ASCII characters."}
    assert desk.touched == before
