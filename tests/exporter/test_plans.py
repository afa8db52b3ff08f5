"""Maintenance as people plan it: once, or again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.core.subscribing import Scope
from tests.exporter.desk import Desk
from tests.exporter.upkeep import (
    COMPACTION,
    DURATION,
    END,
    LENGTH,
    MAINTENANCES,
    NOW,
    STANDING_RULE,
    TIME,
    TITLE,
    UPGRADE,
    cancelled,
    maintaining,
    planned,
    shown,
    status_of,
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with maintaining(tmp_path) as desk:
        yield desk


# ── planning a window ────────────────────────────────────────────────────────────────────────────────


async def test_a_window_that_a_person_plans_is_told_whole(desk: Desk) -> None:
    reply = await desk.ask("POST", MAINTENANCES, UPGRADE, key=await desk.key(Scope.INCIDENTS))
    assert reply.status == 201
    assert reply.document == {
        "id": reply.document["id"],
        "title": "Upgrade",
        "status": "scheduled",
        "components": ["api"],
        "starts": "2026-12-01T14:00:00Z",
        "ends": "2026-12-01T15:00:00Z",
        "stops": False,
        "recurring": None,
        "by": "someone",
    }
    assert await shown(desk, reply.document["id"]) == reply.document
    assert await desk.store.maintenance(reply.document["id"]) in desk.board.setup.windows


async def test_without_a_start_it_begins_now(desk: Desk) -> None:
    made = await planned(desk, NOW, stops=True)
    assert (made["status"], made["starts"], made["ends"]) == (
        "in_progress",
        "2026-12-01T12:00:00Z",
        "2026-12-01T13:00:00Z",
    )
    assert (made["stops"], made["by"]) == (True, "operator")
    assert await status_of(desk, "api") == "under_maintenance"


async def test_a_duration_is_counted_from_the_start_that_was_named_also_if_that_is_past(desk: Desk) -> None:
    made = await planned(desk, NOW, starts="2026-12-01T11:30:00Z")
    assert (made["starts"], made["ends"]) == ("2026-12-01T12:00:00Z", "2026-12-01T12:30:00Z")


async def test_a_window_may_last_31_days(desk: Desk) -> None:
    made = await planned(desk, NOW, starts="2026-12-01T14:00:00Z", duration="31d")
    assert made["ends"] == "2027-01-01T14:00:00Z"


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"title": "two\nlines"}, "title", TITLE),
        ({"title": 5}, "title", "must be text."),
        ({"components": []}, "components", "must name at least one of api, cdn."),
        ({"components": ["apo"]}, "components", "must be a list of some of api, cdn."),
        ({"starts": "tomorrow"}, "starts", TIME),
        ({"starts": "2026-12-01T14:00:00"}, "starts", TIME),
        ({"starts": None}, "starts", TIME),
        ({"ends": "2026-13-01T14:00:00Z"}, "ends", TIME),
        ({"ends": "9999-12-31T23:59:59-23:59"}, "ends", TIME),
        ({"ends": "2026-12-01T14:00:00Z"}, "ends", END),
        ({"starts": "2026-12-01T11:00:00Z", "ends": "2026-12-01T12:00:00Z"}, "ends", END),
        ({"starts": "2026-12-01T11:00:00Z", "ends": "2026-12-01T11:30:00Z"}, "ends", END),
        ({"ends": "2027-01-01T14:00:01Z"}, "ends", LENGTH),
        ({"stops": "yes"}, "stops", "must be true or false."),
        ({"duration": "1h"}, "duration", "is no field here; there are title, components, stops, starts, ends."),
        ({"timezone": "UTC"}, "timezone", "is no field here; there are title, components, stops, starts, ends."),
        ({"by": "ada"}, "by", "is no field here; there are title, components, stops, starts, ends."),
    ],
)
async def test_a_wrong_field_of_a_window_is_named_and_nothing_is_planned(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    before = desk.touched
    reply = await desk.operate("POST", MAINTENANCES, UPGRADE | change)
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert reply.errors == {field: detail}
    assert desk.touched == before


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"duration": "59s"}, "duration", "must be at least 1m."),
        ({"duration": "32d"}, "duration", DURATION),
        ({"duration": "1h30m"}, "duration", DURATION),
        ({"duration": 3_600}, "duration", DURATION),
        ({"starts": "2026-12-01T11:00:00Z"}, "ends", END),
    ],
)
async def test_a_wrong_duration_is_named_and_nothing_is_planned(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    before = desk.touched
    reply = await desk.operate("POST", MAINTENANCES, NOW | change)
    assert (reply.status, reply.errors) == (422, {field: detail})
    assert desk.touched == before


async def test_all_that_is_missing_is_named_at_once(desk: Desk) -> None:
    reply = await desk.operate("POST", MAINTENANCES, {})
    assert reply.errors == dict.fromkeys(("title", "components", "ends"), "is missing.")


# ── planning what recurs ─────────────────────────────────────────────────────────────────────────────


async def test_a_rule_that_a_person_plans_is_told_whole(desk: Desk) -> None:
    reply = await desk.ask("POST", MAINTENANCES, COMPACTION, key=await desk.key(Scope.INCIDENTS))
    assert reply.status == 201
    following = reply.document.pop("next")
    assert reply.document == {
        "id": reply.document["id"],
        "title": "Compaction",
        "components": ["cdn"],
        "cron": "0 3 * * sun",
        "duration": "90m",
        "timezone": "Europe/Berlin",
        "stops": False,
        "notice": "1d",
        "by": "someone",
    }
    assert following[0] == {"starts": "2026-12-06T02:00:00Z", "ends": "2026-12-06T03:30:00Z"}
    assert len(following) == 5
    assert (await shown(desk, reply.document["id"]))["next"] == following
    assert [rule.id for rule in desk.calendar.kept] == [STANDING_RULE.id, reply.document["id"]]


async def test_its_notice_may_be_other_and_it_may_stop_things(desk: Desk) -> None:
    made = await planned(desk, COMPACTION, notice="0d", stops=True, duration="1m")
    assert (made["notice"], made["stops"], made["duration"]) == ("0d", True, "1m")


async def test_a_cron_expression_is_its_fields_however_they_are_spaced(desk: Desk) -> None:
    assert (await planned(desk, COMPACTION, cron="0   3 * *  sun"))["cron"] == "0 3 * * sun"


@pytest.mark.parametrize(
    "wish",
    [
        COMPACTION | {"notice": "2d"},
        COMPACTION | {"cron": " 0  3 * *   sun "},
        {
            "title": "Reindexing",
            "components": ["cdn"],
            "cron": "0 15 * * *",
            "duration": "60m",
            "timezone": "UTC",
        },
    ],
)
async def test_a_rule_that_is_known_already_is_named(desk: Desk, wish: dict[str, object]) -> None:
    made = await planned(desk, COMPACTION)
    before = desk.touched
    reply = await desk.operate("POST", MAINTENANCES, wish)
    known = made["id"] if wish["title"] == "Compaction" else STANDING_RULE.id
    detail = f"{known} is the same maintenance: it is planned already."
    assert (reply.status, reply.document["detail"]) == (409, detail)
    assert desk.touched == before


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"cron": "0 3 * *"}, "cron", "write five fields."),
        ({"cron": 5}, "cron", "must be text."),
        ({"cron": "0 3\n* * *"}, "cron", TITLE),
        ({"timezone": "Europe/Bonn"}, "timezone", "did you mean Europe/Berlin?"),
        ({"timezone": None}, "timezone", "must be text."),
        ({"duration": "59s"}, "duration", "must be at least 1m."),
        ({"duration": "32d"}, "duration", DURATION),
        ({"notice": "32d"}, "notice", DURATION),
        ({"notice": None}, "notice", DURATION),
        ({"title": ""}, "title", TITLE),
        ({"components": ["apo"]}, "components", "must be a list of some of api, cdn."),
        ({"stops": 1}, "stops", "must be true or false."),
    ],
)
async def test_a_wrong_field_of_a_rule_is_named_and_nothing_is_planned(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    before = desk.touched
    reply = await desk.operate("POST", MAINTENANCES, COMPACTION | change)
    assert (reply.status, reply.errors) == (422, {field: detail})
    assert desk.touched == before


async def test_who_mixes_both_forms_is_told_of_every_field_that_is_of_the_other(desk: Desk) -> None:
    before = desk.touched
    reply = await desk.operate("POST", MAINTENANCES, UPGRADE | {"cron": "0 3 * * *"})
    other = "is no field here; there are title, components, stops, cron, duration, timezone, notice."
    assert (reply.status, reply.errors) == (
        422,
        {"duration": "is missing.", "timezone": "is missing.", "starts": other, "ends": other},
    )
    assert desk.touched == before


@pytest.mark.parametrize(
    ("body", "detail"),
    [(b"cron", "The body is not JSON."), (b'["cron"]', "The body is not a JSON object.")],
)
async def test_a_body_that_is_no_json_object_is_refused(desk: Desk, body: bytes, detail: str) -> None:
    before = desk.touched
    reply = await desk.ask("POST", MAINTENANCES, body=body, key=await desk.key(Scope.ADMIN))
    assert (reply.status, reply.document["detail"]) == (400, detail)
    assert desk.touched == before


async def test_a_rule_that_comes_too_often_is_refused(desk: Desk) -> None:
    reply = await desk.operate("POST", MAINTENANCES, COMPACTION | {"cron": "* * * * *"})
    assert reply.status == 422
    assert reply.errors["cron"].startswith("over 100 of its occurrences would be known at a time")
    assert desk.calendar.kept == [STANDING_RULE]


async def test_a_rule_that_was_cancelled_and_is_planned_again_is_another(desk: Desk) -> None:
    first = await planned(desk, COMPACTION)
    await cancelled(desk, first["id"])
    desk.clock.at += 1
    assert (await planned(desk, COMPACTION))["id"] != first["id"]
