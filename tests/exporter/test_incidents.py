"""Incidents, as people open them and say more of them, and who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.core.model import MINUTE
from monitor.core.subscribing import Scope
from tests.exporter.desk import Desk, watching
from tests.exporter.people import (
    INCIDENTS,
    MESSAGE,
    SOME,
    TITLE,
    WISH,
    WRITING,
    found,
    opened,
    patched,
    resolved,
    shown,
)

TESTING = "This key is for tests: what it wrote, everybody would read."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with watching(tmp_path) as desk:
        yield desk


@pytest.fixture
async def key(desk: Desk) -> str:
    return await desk.key(Scope.INCIDENTS)


# ── opening one ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_incident_that_a_person_opens_is_told_whole(desk: Desk, key: str) -> None:
    reply = await desk.ask("POST", INCIDENTS, WISH, key=key)
    assert reply.status == 201
    assert list(reply.document.items()) == [
        ("id", reply.document["id"]),
        ("title", "Slow exports"),
        ("status", "investigating"),
        ("impact", "minor"),
        ("created_at", "2026-12-01T12:00:00Z"),
        ("resolved_at", None),
        ("started_at", "2026-12-01T12:00:00Z"),
        ("ended_at", None),
        ("components", ["api"]),
        (
            "updates",
            [
                {
                    "status": "investigating",
                    "message": "Exports take an hour.",
                    "timestamp": "2026-12-01T12:00:00Z",
                    "by": "someone",
                }
            ],
        ),
        ("cause", "api"),
        ("merged_into", None),
        ("reopened", 0),
        ("by", "someone"),
        ("held", True),
        ("postmortem", None),
    ]


async def test_what_was_answered_is_what_everybody_sees_and_what_is_stored(desk: Desk) -> None:
    made = await opened(desk, impact="critical", status="identified", components=["cdn", "api", "cdn"])
    assert (made["impact"], made["status"], made["components"]) == ("critical", "identified", ["cdn", "api"])
    assert await shown(desk, made["id"]) == made
    assert (await desk.ask("GET", INCIDENTS)).document == {"incidents": [made]}
    assert await desk.store.incident(made["id"]) == desk.board.incidents[made["id"]]


async def test_an_impact_that_is_not_given_is_that_of_what_the_machine_sees(desk: Desk) -> None:
    before = await found(desk)
    assert (before["impact"], (await opened(desk))["impact"]) == ("critical", "critical")


async def test_the_operator_needs_no_key_and_writes_as_the_operator(desk: Desk) -> None:
    made = await opened(desk)
    assert (made["by"], made["updates"][0]["by"]) == ("operator", "operator")


async def test_what_the_machine_found_of_its_components_becomes_part_of_it(desk: Desk) -> None:
    before = await found(desk)
    made = await opened(desk)
    after = await shown(desk, before["id"])
    assert (after["status"], after["merged_into"]) == ("resolved", made["id"])
    assert made["started_at"] == before["started_at"]


async def test_where_people_look_after_a_component_already_one_is_told_where(desk: Desk) -> None:
    made = await opened(desk)
    before = desk.touched
    reply = await desk.operate("POST", INCIDENTS, WISH | {"components": ["cdn", "api"]})
    detail = f"api is part of {made['id']}, which people look after: write there."
    assert (reply.status, reply.document["detail"]) == (409, detail)
    assert desk.touched == before


async def test_a_component_of_which_the_incident_is_over_may_be_reported_again(desk: Desk) -> None:
    await resolved(desk)
    desk.clock.at += 1
    await opened(desk)


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"title": ""}, "title", TITLE),
        ({"title": "x" * 101}, "title", TITLE),
        ({"title": "two\nlines"}, "title", TITLE),
        ({"title": "\u202eturned"}, "title", TITLE),
        ({"title": None}, "title", "must be text."),
        ({"message": " \n "}, "message", MESSAGE),
        ({"message": "x" * 2_001}, "message", MESSAGE),
        ({"message": "a\x1b[31mb"}, "message", MESSAGE),
        ({"message": "a\x00b"}, "message", MESSAGE),
        ({"message": "a\tb"}, "message", MESSAGE),
        ({"message": "a\rb"}, "message", MESSAGE),
        ({"message": "a\x85b"}, "message", MESSAGE),
        ({"message": "a\n\u202eb"}, "message", MESSAGE),
        ({"message": "a\u2028b"}, "message", MESSAGE),
        ({"message": "a\u200bb"}, "message", MESSAGE),
        ({"message": "half \ud800"}, "message", "must be text."),
        ({"message": ["a"]}, "message", "must be text."),
        ({"components": []}, "components", "must name at least one of api, cdn."),
        ({"components": ["api", "apo"]}, "components", SOME),
        ({"components": "api"}, "components", SOME),
        ({"impact": "huge"}, "impact", "must be one of none, minor, major, critical."),
        ({"impact": None}, "impact", "must be one of none, minor, major, critical."),
        ({"status": "resolved"}, "status", "must be one of investigating, identified, monitoring."),
        ({"hold": True}, "hold", "is no field here; there are title, components, message, impact, status."),
    ],
)
async def test_a_wrong_field_is_named_and_opens_nothing(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    before = desk.touched
    reply = await desk.operate("POST", INCIDENTS, WISH | change)
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert reply.errors == {field: detail}
    assert desk.touched == before


async def test_all_that_is_missing_is_named_at_once(desk: Desk) -> None:
    reply = await desk.operate("POST", INCIDENTS, {"impact": 5})
    assert list(reply.errors) == ["title", "components", "message", "impact"]


async def test_a_message_may_have_lines_and_whatever_letters_there_are(desk: Desk) -> None:
    made = await opened(desk, message="\n One\n\ntwo \N{FAMILY}, \u0639\u0634\u0631\u0629. \r\n")
    assert made["updates"][0]["message"] == "One\n\ntwo \N{FAMILY}, \u0639\u0634\u0631\u0629."


async def test_html_is_told_as_it_was_written_and_harms_no_page(desk: Desk) -> None:
    html = "<script>alert(1)</script> & <b>bold</b>"
    made = await opened(desk, message=html, title="<i>Exports</i>")
    assert (made["updates"][0]["message"], made["title"]) == (html, "<i>Exports</i>")
    page = (await desk.ask("GET", "/")).text
    assert "<script>" not in page
    assert "<i>Exports" not in page
    assert "&lt;script&gt;alert(1)" in page


# ── saying more ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_update_goes_to_the_end_of_the_timeline_under_the_name_of_its_writer(desk: Desk, key: str) -> None:
    made = await opened(desk)
    desk.clock.at += MINUTE
    wish = {"message": "It is the queue.", "status": "identified"}
    reply = await desk.ask("POST", f"{INCIDENTS}/{made['id']}/updates", wish, key=key)
    assert (reply.status, reply.document["status"]) == (201, "identified")
    assert reply.document["updates"] == [
        *made["updates"],
        {
            "status": "identified",
            "message": "It is the queue.",
            "timestamp": "2026-12-01T12:01:00Z",
            "by": "someone",
        },
    ]
    assert await shown(desk, made["id"]) == reply.document


async def test_an_update_alone_leaves_an_incident_to_the_machine(desk: Desk) -> None:
    before = await found(desk)
    reply = await desk.operate("POST", f"{INCIDENTS}/{before['id']}/updates", {"message": "We are on it."})
    after = reply.document
    assert (after["status"], after["held"], after["by"]) == ("investigating", False, "machine")
    assert [update["by"] for update in after["updates"]] == ["machine", "operator"]


async def test_a_status_that_a_person_gives_makes_the_incident_theirs(desk: Desk) -> None:
    before = await found(desk)
    wish = {"message": "Found it.", "status": "identified"}
    assert (await desk.operate("POST", f"{INCIDENTS}/{before['id']}/updates", wish)).document["held"] is True


async def test_an_update_may_end_an_incident(desk: Desk) -> None:
    made = await opened(desk)
    desk.clock.at += MINUTE
    wish = {"message": "Done.", "status": "resolved"}
    ended = (await desk.operate("POST", f"{INCIDENTS}/{made['id']}/updates", wish)).document
    assert (ended["status"], ended["resolved_at"], ended["ended_at"]) == (
        "resolved",
        "2026-12-01T12:01:00Z",
        "2026-12-01T12:01:00Z",
    )
    assert (await desk.ask("GET", f"{INCIDENTS}?status=resolved")).document == {"incidents": [ended]}


@pytest.mark.parametrize(
    ("wish", "errors"),
    [
        ({}, {"message": "is missing."}),
        ({"message": ""}, {"message": MESSAGE}),
        (
            {"message": "More.", "status": "over", "title": "New"},
            {
                "status": "must be one of investigating, identified, monitoring, resolved.",
                "title": "is no field here; there are message, status.",
            },
        ),
    ],
)
async def test_a_wrong_field_of_an_update_is_named_and_nothing_is_written(
    desk: Desk, wish: dict[str, object], errors: dict[str, str]
) -> None:
    made = await opened(desk)
    before = desk.touched
    reply = await desk.operate("POST", f"{INCIDENTS}/{made['id']}/updates", wish)
    assert (reply.status, reply.errors) == (422, errors)
    assert desk.touched == before


# ── who may not, and what cannot be ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("method", "path", "wish"), WRITING)
async def test_nobody_writes_without_a_key_that_may(desk: Desk, method: str, path: str, wish: object) -> None:
    made = await opened(desk, components=["cdn"])
    before, address = desk.touched, path.format(id=made["id"])
    assert (await desk.ask(method, address, wish)).status == 401
    reply = await desk.ask(method, address, wish, key=await desk.key(Scope.SUBSCRIPTIONS))
    assert (reply.status, reply.document["detail"]) == (403, "This key lacks the scope incidents.")
    reply = await desk.ask(method, address, wish, key=await desk.key(Scope.INCIDENTS, test=True))
    assert (reply.status, reply.document["detail"]) == (403, TESTING)
    assert desk.touched == before


@pytest.mark.parametrize(("method", "path", "wish"), WRITING)
async def test_what_the_store_does_not_take_was_not_written(desk: Desk, method: str, path: str, wish: object) -> None:
    made = await opened(desk, components=["cdn"])
    before = desk.touched
    desk.obey.refuses = True
    reply = await desk.operate(method, path.format(id=made["id"]), wish)
    assert (reply.status, reply.headers["Retry-After"]) == (503, "10")
    assert desk.touched == before


@pytest.mark.parametrize(("method", "path", "wish"), WRITING[1:])
async def test_what_is_not_there_cannot_be_written_in(desk: Desk, method: str, path: str, wish: object) -> None:
    before = desk.touched
    reply = await desk.operate(method, path.format(id="inc_0"), wish)
    assert (reply.status, reply.document["detail"]) == (404, "There is no incident 'inc_0'.")
    assert desk.touched == before


# ── caches ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["", "/{id}"])
async def test_what_is_written_is_seen_at_once_and_kept_until_then(desk: Desk, path: str) -> None:
    made = await opened(desk)
    address = INCIDENTS + path.format(id=made["id"])
    tag = {"If-None-Match": (await desk.ask("GET", address)).headers["ETag"]}
    assert (await desk.ask("GET", address, headers=tag)).status == 304
    await patched(desk, made["id"], {"message": "More."})
    reply = await desk.ask("GET", address, headers=tag)
    assert reply.status == 200
    assert '"message":"More."' in reply.text
