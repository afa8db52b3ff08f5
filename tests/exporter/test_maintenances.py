"""Maintenance as everybody sees it, and as people change and cancel it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exporter.documents import timestamp
from monitor.core.model import DAY, HOUR, MINUTE, Cancelled, Observation, Tick
from monitor.core.subscribing import Scope
from tests.builders import NOON
from tests.exporter.desk import Desk
from tests.exporter.upkeep import (
    CHANGES,
    COMPACTION,
    END,
    LENGTH,
    MAINTENANCES,
    NOW,
    OCCURRENCE,
    STANDING,
    STANDING_RULE,
    UPGRADE,
    cancelled,
    changed,
    listed,
    maintaining,
    pass_time,
    planned,
    shown,
    status_of,
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with maintaining(tmp_path) as desk:
        yield desk


# ── seeing it ────────────────────────────────────────────────────────────────────────────────────────


async def test_everybody_sees_windows_the_latest_first_and_rules_those_of_the_config_first(desk: Desk) -> None:
    upgrade, compaction = await planned(desk, UPGRADE), await planned(desk, COMPACTION)
    document = (await desk.ask("GET", MAINTENANCES)).document
    assert [window["id"] for window in document["maintenances"]] == [OCCURRENCE.id, upgrade["id"], STANDING.id]
    assert [rule["id"] for rule in document["recurring"]] == [STANDING_RULE.id, compaction["id"]]
    assert "next_cursor" not in document


async def test_cursors_lead_through_all_windows_once(desk: Desk) -> None:
    expected = [(await planned(desk, UPGRADE, title=f"{number}"))["id"] for number in range(3)]
    seen, path = [], f"{MAINTENANCES}?limit=2"
    for _ in range(3):
        document = (await desk.ask("GET", path)).document
        seen += [window["id"] for window in document["maintenances"]]
        path = f"{MAINTENANCES}?limit=2&cursor={document.get('next_cursor')}"
    assert seen == [OCCURRENCE.id, *sorted(expected, reverse=True), STANDING.id]
    assert "next_cursor" not in document


async def test_a_wrong_limit_is_named(desk: Desk) -> None:
    reply = await desk.ask("GET", f"{MAINTENANCES}?limit=0&cursor=x")
    assert (reply.status, list(reply.errors)) == (422, ["limit", "cursor"])


@pytest.mark.parametrize(
    ("name", "recurring"), [(STANDING.id, None), (OCCURRENCE.id, STANDING_RULE.id)], ids=["config", "occurrence"]
)
async def test_what_no_person_planned_is_nobody_s(desk: Desk, name: str, recurring: str | None) -> None:
    document = await shown(desk, name)
    assert (document["recurring"], document["by"]) == (recurring, None)


async def test_what_the_board_forgot_is_still_to_be_seen(desk: Desk) -> None:
    made = await planned(desk, NOW)
    await pass_time(desk, NOON + 3 * DAY)
    await planned(desk, NOW)
    assert made["id"] not in [window.id for window in desk.board.setup.windows]
    assert (await shown(desk, made["id"]))["status"] == "completed"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_what_is_not_there_is_not_found(desk: Desk, method: str) -> None:
    before = desk.touched
    reply = await desk.operate(method, f"{MAINTENANCES}/mnt_0", {"title": "New"} if method == "PATCH" else None)
    assert (reply.status, reply.document["detail"]) == (404, "There is no maintenance 'mnt_0'.")
    assert desk.touched == before


# ── changing it ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_window_that_is_changed_keeps_what_is_not_named(desk: Desk) -> None:
    made = await planned(desk, UPGRADE)
    reply = await changed(desk, made["id"], {"title": "Migration", "components": ["cdn"]})
    assert (reply.status, reply.document) == (200, made | {"title": "Migration", "components": ["cdn"]})
    assert await shown(desk, made["id"]) == reply.document
    reply = await changed(desk, made["id"], {"ends": "2026-12-01T16:00:00Z", "stops": True})
    assert (reply.document["title"], reply.document["stops"]) == ("Migration", True)
    window = await desk.store.maintenance(made["id"])
    assert window is not None
    assert (window.changed, window.ends) == (2, NOON + 4 * HOUR)


async def test_a_start_that_is_moved_into_the_past_is_now(desk: Desk) -> None:
    made = await planned(desk, UPGRADE)
    after = (await changed(desk, made["id"], {"starts": "2026-12-01T11:00:00Z"})).document
    assert (after["starts"], after["status"]) == ("2026-12-01T12:00:00Z", "in_progress")
    assert await status_of(desk, "api") == "under_maintenance"


async def test_who_changes_nothing_is_shown_it_as_it_is(desk: Desk) -> None:
    made = await planned(desk, UPGRADE)
    before = desk.touched
    reply = await changed(desk, made["id"], {"title": "Upgrade", "starts": made["starts"]})
    assert (reply.status, reply.document) == (200, made)
    assert desk.touched == before


async def test_a_window_that_runs_can_be_made_longer_shorter_and_another_s(desk: Desk) -> None:
    made = await planned(desk, NOW)
    await pass_time(desk, NOON + MINUTE)
    change = {"starts": made["starts"], "ends": "2026-12-01T12:30:00Z", "components": ["cdn"]}
    after = (await changed(desk, made["id"], change)).document
    assert (after["starts"], after["ends"], after["status"]) == (made["starts"], change["ends"], "in_progress")
    assert [await status_of(desk, name) for name in ("api", "cdn")] == ["unknown", "under_maintenance"]
    assert (await changed(desk, made["id"], {"ends": "2026-12-02T12:00:00Z"})).status == 200


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"starts": "2026-12-01T12:30:00Z"}, "starts", "cannot be moved: it has begun."),
        ({"starts": "2026-12-01T11:00:00Z"}, "starts", "cannot be moved: it has begun."),
        ({"ends": "2026-12-01T12:01:00Z"}, "ends", END),
        ({"ends": "2027-01-01T12:00:01Z"}, "ends", LENGTH),
    ],
)
async def test_a_window_that_runs_does_not_begin_again_nor_end_in_the_past(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    made = await planned(desk, NOW)
    await pass_time(desk, NOON + MINUTE)
    before = desk.touched
    reply = await changed(desk, made["id"], change)
    assert (reply.status, reply.errors) == (422, {field: detail})
    assert desk.touched == before


async def test_a_window_that_begins_this_instant_has_begun(desk: Desk) -> None:
    made = await planned(desk, NOW)
    reply = await changed(desk, made["id"], {"starts": "2026-12-01T12:30:00Z"})
    assert (reply.status, reply.errors) == (422, {"starts": "cannot be moved: it has begun."})


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({}, f"Nothing is to be changed; there are {CHANGES}."),
        ({"ends": "2026-12-01T14:00:00Z"}, f"ends: {END}"),
        ({"starts": "2026-12-01T15:00:00Z"}, "starts: must be before its end."),
        ({"starts": "2026-10-31T14:59:59Z"}, "starts: must be at most 31 days before its end."),
        ({"starts": "2026-12-01T16:00:00Z", "ends": "2026-12-01T15:30:00Z"}, f"ends: {END}"),
        ({"starts": "2026-12-01T11:00:00Z", "ends": "2026-12-01T12:00:00Z"}, f"ends: {END}"),
        ({"ends": "2027-01-01T14:00:01Z"}, f"ends: {LENGTH}"),
        ({"components": []}, "components: must name at least one of api, cdn."),
        ({"title": None}, "title: must be text."),
        ({"duration": "1h"}, f"duration: is no field here; there are {CHANGES}."),
        ({"cron": "0 3 * * *"}, f"cron: is no field here; there are {CHANGES}."),
    ],
)
async def test_a_wrong_change_is_named_and_changes_nothing(
    desk: Desk, change: dict[str, object], detail: str
) -> None:
    made = await planned(desk, UPGRADE)
    before = desk.touched
    reply = await changed(desk, made["id"], change)
    assert (reply.status, reply.document["detail"]) == (422, detail)
    assert desk.touched == before


async def test_an_occurrence_of_a_rule_of_the_config_can_be_changed_and_stays_one(desk: Desk) -> None:
    reply = await changed(desk, OCCURRENCE.id, {"starts": "2026-12-01T15:30:00Z"})
    assert (reply.status, reply.document["starts"]) == (200, "2026-12-01T15:30:00Z")
    assert (reply.document["recurring"], reply.document["by"]) == (STANDING_RULE.id, None)
    assert await shown(desk, OCCURRENCE.id) == reply.document


# ── cancelling it ────────────────────────────────────────────────────────────────────────────────────


async def test_a_window_that_is_cancelled_never_begins_and_stays_to_be_seen(desk: Desk) -> None:
    made = await planned(desk, UPGRADE)
    assert (await cancelled(desk, made["id"])).status == 204
    assert await shown(desk, made["id"]) == made | {"status": "cancelled"}
    await pass_time(desk, NOON + 2 * HOUR + MINUTE)
    assert await status_of(desk, "api") == "unknown"
    assert (await shown(desk, made["id"]))["status"] == "cancelled"


async def test_a_window_that_runs_ends_when_it_is_cancelled(desk: Desk) -> None:
    made = await planned(desk, NOW)
    await pass_time(desk, NOON + MINUTE)
    assert (await cancelled(desk, made["id"])).status == 204
    after = await shown(desk, made["id"])
    assert (after["status"], after["ends"]) == ("completed", "2026-12-01T12:01:00Z")
    assert await status_of(desk, "api") == "unknown"


async def test_an_occurrence_of_a_rule_of_the_config_can_be_cancelled(desk: Desk) -> None:
    assert (await cancelled(desk, OCCURRENCE.id)).status == 204
    assert (await shown(desk, OCCURRENCE.id))["status"] == "cancelled"


async def test_a_rule_that_is_cancelled_is_not_there_any_more(desk: Desk) -> None:
    made = await planned(desk, COMPACTION)
    assert (await cancelled(desk, made["id"])).status == 204
    assert desk.calendar.kept == [STANDING_RULE]
    assert (await cancelled(desk, made["id"])).status == 404


# ── what cannot be ───────────────────────────────────────────────────────────────────────────────────


async def test_what_stands_in_the_config_is_changed_and_taken_out_there(desk: Desk) -> None:
    before = desk.touched
    for reply, detail in (
        (await changed(desk, STANDING.id, {"title": "New"}), f"{STANDING.id} stands in the config: change it there."),
        (await cancelled(desk, STANDING.id), f"{STANDING.id} stands in the config: take it out there."),
        (await cancelled(desk, STANDING_RULE.id), f"{STANDING_RULE.id} stands in the config: take it out there."),
    ):
        assert (reply.status, reply.document["detail"]) == (409, detail)
    assert desk.touched == before


async def test_a_rule_is_not_changed(desk: Desk) -> None:
    made = await planned(desk, COMPACTION)
    before = desk.touched
    for rule in (made["id"], STANDING_RULE.id):
        reply = await changed(desk, rule, {"title": "New"})
        detail = "a rule is not changed: cancel it and plan another."
        assert (reply.status, reply.document["detail"]) == (409, detail)
    assert desk.touched == before


@pytest.mark.parametrize("end", ["completed", "cancelled"])
async def test_what_is_over_or_cancelled_is_neither_changed_nor_cancelled(desk: Desk, end: str) -> None:
    made = await planned(desk, UPGRADE)
    if end == "cancelled":
        await cancelled(desk, made["id"])
    else:
        await pass_time(desk, NOON + 3 * HOUR)
    before = desk.touched
    for reply in (
        await changed(desk, made["id"], {"ends": "2026-12-01T20:00:00Z"}),
        await cancelled(desk, made["id"]),
    ):
        assert (reply.status, reply.document["detail"]) == (422, f"{made['id']} is {end}.")
    assert desk.touched == before


WRITING = [
    ("POST", MAINTENANCES, UPGRADE),
    ("POST", MAINTENANCES, COMPACTION),
    ("PATCH", f"{MAINTENANCES}/{OCCURRENCE.id}", {"title": "New"}),
    ("DELETE", f"{MAINTENANCES}/{OCCURRENCE.id}", None),
    ("DELETE", f"{MAINTENANCES}/{{rule}}", None),
]


@pytest.mark.parametrize(("method", "path", "wish"), WRITING)
async def test_nobody_plans_without_a_key_that_may(desk: Desk, method: str, path: str, wish: object) -> None:
    rule = (await planned(desk, COMPACTION, title="Other"))["id"]
    before, address = desk.touched, path.format(rule=rule)
    assert (await desk.ask(method, address, wish)).status == 401
    reply = await desk.ask(method, address, wish, key=await desk.key(Scope.SUBSCRIPTIONS))
    assert (reply.status, reply.document["detail"]) == (403, "This key lacks the scope incidents.")
    assert desk.touched == before


@pytest.mark.parametrize(("method", "path", "wish"), WRITING)
async def test_what_the_store_does_not_take_was_not_planned(desk: Desk, method: str, path: str, wish: object) -> None:
    rule = (await planned(desk, COMPACTION, title="Other"))["id"]
    before = desk.touched
    desk.obey.refuses = desk.calendar.refuses = True
    reply = await desk.operate(method, path.format(rule=rule), wish)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "10")
    assert desk.touched == before


@pytest.mark.parametrize("end", [Tick(OCCURRENCE.ends), Cancelled(at=NOON, window=OCCURRENCE.id)])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_who_is_passed_by_the_end_is_told(desk: Desk, method: str, end: Observation) -> None:
    desk.obey.sooner = [end]
    reply = await desk.operate(
        method, f"{MAINTENANCES}/{OCCURRENCE.id}", {"title": "New"} if method == "PATCH" else None
    )
    detail = f"{OCCURRENCE.id} has changed meanwhile, and nothing was planned: look at it again."
    assert (reply.status, reply.document["detail"]) == (409, detail)
    desk.clock.at = OCCURRENCE.ends
    after = await shown(desk, OCCURRENCE.id)
    expected = "completed" if isinstance(end, Tick) else "cancelled"
    assert (after["title"], after["status"]) == (OCCURRENCE.title, expected)


async def test_a_window_that_would_be_over_before_it_is_planned_is_not(desk: Desk) -> None:
    desk.obey.sooner = [Tick(NOON + 4 * HOUR)]
    reply = await desk.operate("POST", MAINTENANCES, UPGRADE)
    assert reply.status == 409
    assert len(await listed(desk)) == 2


# ── caches ───────────────────────────────────────────────────────────────────────────────────────────


async def seen(desk: Desk, path: str, tag: str) -> int:
    return (await desk.ask("GET", path, headers={"If-None-Match": tag})).status


@pytest.mark.parametrize("path", [MAINTENANCES, f"{MAINTENANCES}/{OCCURRENCE.id}"])
async def test_what_becomes_of_a_window_is_seen_at_once(desk: Desk, path: str) -> None:
    tag = (await desk.ask("GET", path)).headers["ETag"]
    assert await seen(desk, path, tag) == 304
    await changed(desk, OCCURRENCE.id, {"title": "Another"})
    assert await seen(desk, path, tag) == 200
    tag = (await desk.ask("GET", path)).headers["ETag"]
    await cancelled(desk, OCCURRENCE.id)
    assert await seen(desk, path, tag) == 200


async def test_a_new_window_is_seen_at_once_and_a_new_rule_too(desk: Desk) -> None:
    tags = [(await desk.ask("GET", MAINTENANCES)).headers["ETag"]]
    for wish in (UPGRADE, COMPACTION):
        await planned(desk, wish)
        assert await seen(desk, MAINTENANCES, tags[-1]) == 200
        tags.append((await desk.ask("GET", MAINTENANCES)).headers["ETag"])
    assert await seen(desk, MAINTENANCES, tags[-1]) == 304


async def test_a_rule_that_is_cancelled_is_seen_nowhere_any_more(desk: Desk) -> None:
    made = await planned(desk, COMPACTION)
    path = f"{MAINTENANCES}/{made['id']}"
    assert (await desk.ask("GET", path)).status == 200
    await cancelled(desk, made["id"])
    assert (await desk.ask("GET", path)).status == 404
    assert made["id"] not in (await desk.ask("GET", MAINTENANCES)).text


async def test_a_window_that_begins_is_seen_at_once(desk: Desk) -> None:
    made = await planned(desk, UPGRADE, starts=timestamp(NOON + 1))
    assert (await shown(desk, made["id"]))["status"] == "scheduled"
    await pass_time(desk, NOON + 1)
    assert (await shown(desk, made["id"]))["status"] == "in_progress"


async def test_two_changes_of_a_window_at_a_time_both_hold(desk: Desk) -> None:
    window = (await planned(desk, UPGRADE))["id"]
    await asyncio.gather(
        changed(desk, window, {"title": "Great upgrade"}), changed(desk, window, {"components": ["cdn"]})
    )
    after = await shown(desk, window)
    assert (after["title"], after["components"]) == ("Great upgrade", ["cdn"])
