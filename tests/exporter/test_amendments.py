"""Amendments, as people make them and everybody sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from monitor.core.model import MINUTE, QUIET, SECOND, Command, Step, Tick, Verdict
from monitor.core.subscribing import Scope
from tests.builders import NOON, result
from tests.exporter.desk import Desk, watching
from tests.exporter.fakes import FakeHistory

AMENDMENTS = "/api/v1/amendments"
WISH = {
    "component": "api",
    "since": "2026-12-01T11:00:00Z",
    "until": "2026-12-01T11:30:00Z",
    "kind": "false_alarm",
    "reason": "It was our own network.",
}
TIME = "must be a time such as 2026-12-01T02:00:00Z."
UNRECORDED = "must be after 2026-12-01T11:00:00Z: nothing is on record before."
REASON = "must be one line of 1 to 500 characters."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with watching(tmp_path) as desk:
        yield desk


async def amended(desk: Desk, **changes: object) -> Any:
    """What is answered to the operator who amends."""
    reply = await desk.operate("POST", AMENDMENTS, WISH | changes)
    assert reply.status == 201, reply.text
    return reply.document


async def test_an_amendment_is_told_whole_and_everybody_sees_it(desk: Desk) -> None:
    reply = await desk.ask("POST", AMENDMENTS, WISH, key=await desk.key(Scope.INCIDENTS))
    assert reply.status == 201
    made = reply.document["id"]
    assert made.startswith("amd_")
    assert reply.document == {"id": made, **WISH, "by": "someone", "created_at": "2026-12-01T12:00:00Z"}
    assert (await desk.ask("GET", AMENDMENTS)).document == {"amendments": [reply.document]}


async def test_what_was_no_outage_costs_no_uptime_until_the_ledger_holds_again(desk: Desk) -> None:
    for verdict, since in ((Verdict.PASS, NOON - 30 * MINUTE), (Verdict.FAIL, NOON - 20 * MINUTE)):
        for number in range(3):
            await desk.obey.hear(result(verdict=verdict, started=since + number * SECOND))
    await desk.obey.hear(Tick(NOON))
    uptimes = [await uptime(desk)]
    for kind in ("false_alarm", "as_recorded"):
        await amended(desk, since="2026-12-01T11:00:00Z", until="2026-12-01T12:00:00Z", kind=kind)
        uptimes.append(await uptime(desk))
        desk.clock.at += 1
    assert uptimes[0] == uptimes[2] < uptimes[1] == 100.0


async def uptime(desk: Desk) -> float:
    percent: float = (await desk.ask("GET", "/api/v1/components/api")).document["uptime_day"]
    return percent


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "excluded"},
        {"reason": "x" * 500},
        {"until": "2026-12-01T12:00:00Z"},
        {"since": "2025-11-30T12:00:00Z", "until": "2026-12-01T12:00:00Z"},
        {"since": "2026-12-01T11:29:59.999Z"},
        {"since": "2026-12-01T10:00:00Z", "until": "2026-12-01T11:00:00.001Z"},
    ],
)
async def test_what_may_be_said_may_be_said(desk: Desk, change: dict[str, object]) -> None:
    assert await amended(desk, **change) is not None


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"component": "apo"}, "component", "must be one of api, cdn."),
        ({"component": ["api"]}, "component", "must be one of api, cdn."),
        ({"since": "yesterday"}, "since", TIME),
        ({"since": 0}, "since", TIME),
        ({"since": "1969-12-31T23:59:59Z"}, "since", TIME),
        ({"until": "2026-12-01T11:00:00Z"}, "until", "must be after since."),
        ({"until": "2026-12-01T10:00:00Z"}, "until", "must be after since."),
        ({"until": "2026-12-01T12:00:00.001Z"}, "until", "must not be in the future."),
        ({"since": "2025-11-30T11:29:59Z"}, "until", "must be at most 366 days after since."),
        ({"since": "2026-12-01T10:00:00Z", "until": "2026-12-01T11:00:00Z"}, "until", UNRECORDED),
        ({"kind": "forgiven"}, "kind", "must be one of false_alarm, excluded, as_recorded."),
        ({"reason": " "}, "reason", REASON),
        ({"reason": "x" * 501}, "reason", REASON),
        ({"reason": "two\nlines"}, "reason", REASON),
        ({"by": "ada"}, "by", "is no field here; there are component, since, until, kind, reason."),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_amended(
    desk: Desk, change: dict[str, object], field: str, detail: str
) -> None:
    before = desk.touched
    reply = await desk.operate("POST", AMENDMENTS, WISH | change)
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert reply.errors == {field: detail}
    assert desk.touched == before
    assert (await desk.ask("GET", AMENDMENTS)).document == {"amendments": []}


async def test_of_a_component_without_a_record_nothing_is_amended(desk: Desk) -> None:
    desk.sources.history = FakeHistory()
    before = desk.touched
    reply = await desk.operate("POST", AMENDMENTS, WISH)
    assert (reply.status, reply.errors) == (422, {"component": "has nothing on record yet."})
    assert desk.touched == before


async def test_all_that_is_missing_is_named_at_once(desk: Desk) -> None:
    reply = await desk.operate("POST", AMENDMENTS, {})
    assert reply.errors == dict.fromkeys(WISH, "is missing.")


async def test_nobody_amends_without_a_key_that_may(desk: Desk) -> None:
    before = desk.touched
    assert (await desk.ask("POST", AMENDMENTS, WISH)).status == 401
    assert (await desk.ask("POST", AMENDMENTS, WISH, key=await desk.key(Scope.SUBSCRIPTIONS))).status == 403
    assert desk.touched == before


async def test_what_the_store_does_not_take_was_not_amended(desk: Desk) -> None:
    before = desk.touched
    desk.obey.refuses = True
    assert (await desk.operate("POST", AMENDMENTS, WISH)).status == 503
    assert desk.touched == before


async def test_who_is_ignored_is_told(tmp_path: Path) -> None:
    async with watching(tmp_path) as desk:
        desk.sources._obey = ignore
        reply = await desk.operate("POST", AMENDMENTS, WISH)
    assert (reply.status, reply.document["detail"]) == (409, "Nothing can be amended of api any more.")


async def ignore(_command: Command) -> Step:
    return QUIET


async def test_cursors_lead_through_all_amendments_once_the_newest_first(desk: Desk) -> None:
    made = []
    for _ in range(5):
        made.append((await amended(desk))["id"])
        desk.clock.at += MINUTE
    seen, path = [], f"{AMENDMENTS}?limit=2"
    for _ in range(3):
        document = (await desk.ask("GET", path)).document
        seen += [amendment["id"] for amendment in document["amendments"]]
        path = f"{AMENDMENTS}?limit=2&cursor={document.get('next_cursor')}"
    assert seen == made[::-1]
    assert "next_cursor" not in document


async def test_a_wrong_limit_is_named(desk: Desk) -> None:
    reply = await desk.ask("GET", f"{AMENDMENTS}?limit=0&cursor=x")
    assert (reply.status, list(reply.errors)) == (422, ["limit", "cursor"])


async def test_what_is_amended_is_seen_at_once_and_kept_until_then(desk: Desk) -> None:
    tag = {"If-None-Match": (await desk.ask("GET", AMENDMENTS)).headers["ETag"]}
    assert (await desk.ask("GET", AMENDMENTS, headers=tag)).status == 304
    await amended(desk)
    assert (await desk.ask("GET", AMENDMENTS, headers=tag)).status == 200
