"""Incidents, as people change and end them, and who is too late for that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.model import MINUTE, Configured, Impact, IncidentStatus, Reported, Tick, Verdict, Written
from monitor.core.subscribing import Scope
from tests.builders import NOON, component_setup, result, setup
from tests.exporter.desk import Desk, watching
from tests.exporter.people import (
    CHANGES,
    INCIDENTS,
    PASSED_BY,
    TITLE,
    WISH,
    WRITING,
    found,
    hear,
    opened,
    patched,
    recovered,
    resolved,
    shown,
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with watching(tmp_path) as desk:
        yield desk


@pytest.fixture
async def key(desk: Desk) -> str:
    return await desk.key(Scope.INCIDENTS)


# ── changing it ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "name", "value", "said"),
    [
        ({"title": "No exports"}, "title", "No exports", "This is now called “No exports”."),
        ({"impact": "none"}, "impact", "none", "Its impact is now none."),
        ({"status": "monitoring"}, "status", "monitoring", "It is now monitoring."),
        ({"message": "Still slow."}, "status", "investigating", "Still slow."),
        ({"title": "No exports", "message": "Worse."}, "title", "No exports", "Worse."),
        ({"title": "Slow exports", "message": "As slow."}, "title", "Slow exports", "As slow."),
    ],
)
async def test_what_is_changed_is_said_in_the_timeline(
    desk: Desk, change: dict[str, object], name: str, value: object, said: str
) -> None:
    made = await opened(desk)
    reply = await patched(desk, made["id"], change)
    assert (reply.status, reply.document[name]) == (200, value)
    assert (reply.document["updates"][-1]["message"], reply.document["updates"][-1]["by"]) == (said, "operator")
    assert await shown(desk, made["id"]) == reply.document


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Slow exports"},
        {"impact": "minor"},
        {"status": "investigating"},
        {"hold": True},
        {"title": "Slow exports", "impact": "minor", "status": "investigating", "hold": True},
    ],
)
async def test_who_changes_nothing_is_shown_it_as_it_is(desk: Desk, change: dict[str, object]) -> None:
    made = await opened(desk)
    before = desk.touched
    reply = await patched(desk, made["id"], change)
    assert (reply.status, reply.document) == (200, made)
    assert desk.touched == before


async def test_of_several_changes_one_is_enough(desk: Desk) -> None:
    made = await opened(desk)
    after = (await patched(desk, made["id"], {"title": "Slow exports", "impact": "major"})).document
    assert (after["impact"], len(after["updates"])) == ("major", 2)


async def test_who_gives_its_own_status_to_what_the_machine_found_takes_it_over(desk: Desk) -> None:
    before = await found(desk)
    assert (await patched(desk, before["id"], {"status": "investigating", "hold": False})).document == before
    after = (await patched(desk, before["id"], {"status": "investigating"})).document
    assert (after["held"], after["updates"][-1]["message"]) == (True, "Somebody looks after it.")


async def test_what_a_person_takes_over_the_machine_does_not_end_until_it_is_given_back(desk: Desk) -> None:
    before = await found(desk)
    assert (await patched(desk, before["id"], {"hold": True})).document["held"] is True
    await hear(desk, Verdict.PASS, NOON)
    assert (await shown(desk, before["id"]))["status"] == "investigating"
    desk.clock.at = NOON + MINUTE
    given = (await patched(desk, before["id"], {"hold": False})).document
    assert (given["held"], given["status"]) == (False, "monitoring")
    assert given["updates"][-2]["message"] == "It ends by itself once all is well."


async def test_what_people_opened_people_end(desk: Desk) -> None:
    made = await opened(desk)
    before = desk.touched
    reply = await patched(desk, made["id"], {"hold": False, "message": "It goes on by itself."})
    assert (reply.status, reply.errors) == (422, {"hold": "people opened it, so people end it."})
    assert desk.touched == before


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({}, f"Nothing is to be changed; there are {CHANGES}."),
        ({"title": "", "impact": "huge"}, f"title: {TITLE} impact: must be one of none, minor, major, critical."),
        ({"hold": "yes"}, "hold: must be true or false."),
        ({"components": ["cdn"]}, f"components: is no field here; there are {CHANGES}."),
        ({"postmortem": "A cable.", "title": "New"}, "postmortem: is written alone."),
    ],
)
async def test_a_wrong_change_is_named_and_changes_nothing(
    desk: Desk, change: dict[str, object], detail: str
) -> None:
    made = await opened(desk)
    before = desk.touched
    reply = await patched(desk, made["id"], change)
    assert (reply.status, reply.document["detail"]) == (422, detail)
    assert desk.touched == before


# ── once it is over ──────────────────────────────────────────────────────────────────────────────────


async def test_what_was_learned_is_written_once_it_is_over(desk: Desk, key: str) -> None:
    over = await resolved(desk)
    assert over["id"] not in desk.board.incidents
    text = "A cable.\n" + "x" * 9_991
    reply = await desk.ask("PATCH", f"{INCIDENTS}/{over['id']}", {"postmortem": text}, key=key)
    assert (reply.status, reply.document["postmortem"], reply.document["status"]) == (200, text, "resolved")
    assert reply.document["updates"][-1]["by"] == "someone"
    assert await shown(desk, over["id"]) == reply.document


@pytest.mark.parametrize("text", ["", "x" * 10_001, "a\x07b"])
async def test_a_post_mortem_is_text_of_a_certain_length(desk: Desk, text: str) -> None:
    over = await resolved(desk)
    before = desk.touched
    reply = await patched(desk, over["id"], {"postmortem": text})
    detail = "must be 1 to 10000 printable characters, in one line or many."
    assert (reply.status, reply.errors) == (422, {"postmortem": detail})
    assert desk.touched == before


async def test_of_an_incident_that_is_not_over_nothing_is_learned_yet(desk: Desk) -> None:
    made = await opened(desk)
    before = desk.touched
    reply = await patched(desk, made["id"], {"postmortem": "A cable."})
    detail = f"{made['id']} is not over; a post-mortem is written once it is resolved."
    assert (reply.status, reply.document["detail"]) == (422, detail)
    assert desk.touched == before


@pytest.mark.parametrize(
    ("method", "path", "wish"),
    [
        ("POST", "/updates", {"message": "More."}),
        ("POST", "/updates", {"message": "More.", "status": "investigating"}),
        *[
            ("PATCH", "", change)
            for change in (
                {"title": "New"},
                {"impact": "none"},
                {"status": "resolved"},
                {"hold": True},
                {"hold": False},
                {"message": "More."},
            )
        ],
    ],
)
async def test_all_else_comes_too_late(desk: Desk, method: str, path: str, wish: object) -> None:
    over = await resolved(desk)
    before = desk.touched
    reply = await desk.operate(method, f"{INCIDENTS}/{over['id']}{path}", wish)
    detail = f"{over['id']} is resolved; only a post-mortem can still be written."
    assert (reply.status, reply.document["detail"]) == (422, detail)
    assert desk.touched == before


# ── who is passed by ─────────────────────────────────────────────────────────────────────────────────


async def test_who_is_passed_by_another_report_is_told(desk: Desk) -> None:
    faster = Reported(
        at=NOON,
        by="ada",
        components=("api",),
        title="Exports",
        impact=Impact.MAJOR,
        status=IncidentStatus.INVESTIGATING,
        message="Slow.",
    )
    desk.obey.sooner = [faster]
    reply = await desk.operate("POST", INCIDENTS, WISH)
    assert (reply.status, reply.document["detail"]) == (409, PASSED_BY)
    (only,) = desk.board.open_incidents()
    assert (only.by, len(only.updates)) == ("ada", 1)


async def test_who_reports_of_what_is_watched_no_more_is_told(desk: Desk) -> None:
    desk.obey.sooner = [Configured(NOON, setup(component_setup("cdn")))]
    reply = await desk.operate("POST", INCIDENTS, WISH)
    assert (reply.status, reply.document["detail"]) == (409, PASSED_BY)
    assert desk.board.open_incidents() == []


@pytest.mark.parametrize(("method", "path", "wish"), WRITING[1:])
async def test_who_is_passed_by_the_end_is_told(desk: Desk, method: str, path: str, wish: object) -> None:
    made = await opened(desk)
    end = Written(at=NOON, by="ada", incident=made["id"], message="Over.", status=IncidentStatus.RESOLVED)
    desk.obey.sooner = [end]
    reply = await desk.operate(method, path.format(id=made["id"]), wish)
    assert (reply.status, reply.document["detail"]) == (409, PASSED_BY)
    assert [update["message"] for update in (await shown(desk, made["id"]))["updates"]][1:] == ["Over."]


async def test_a_deadline_that_settles_first_is_not_taken_for_what_was_written(desk: Desk) -> None:
    before = await recovered(desk)
    reply = await patched(desk, before["id"], {"message": "Are we there yet?"})
    assert (reply.status, reply.document["detail"]) == (409, PASSED_BY)
    after = await shown(desk, before["id"])
    assert (after["status"], after["updates"][-1]["by"]) == ("resolved", "machine")


async def test_what_is_open_again_meanwhile_gets_no_post_mortem(desk: Desk) -> None:
    before = await recovered(desk)
    await desk.obey.hear(Tick(desk.clock.at))
    again = result("api/health", Verdict.FAIL, started=desk.clock.at)
    desk.obey.sooner = [replace(again, started=again.started + n, at=again.at + n) for n in range(3)]
    reply = await patched(desk, before["id"], {"postmortem": "A cable."})
    assert (reply.status, reply.document["detail"]) == (409, PASSED_BY)
    after = await shown(desk, before["id"])
    assert (after["status"], after["reopened"], after["postmortem"]) == ("investigating", 1, None)
