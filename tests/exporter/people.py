"""What people say of incidents, and what the machine finds by itself, as tests ask for it."""

from __future__ import annotations

from typing import Any

from monitor.core.model import MINUTE, SECOND, Instant, Verdict
from tests.builders import NOON, result
from tests.exporter.desk import Desk, Reply

INCIDENTS = "/api/v1/incidents"
WISH = {"title": "Slow exports", "components": ["api"], "message": "Exports take an hour."}
MESSAGE = "must be 1 to 2000 printable characters, in one line or many."
TITLE = "must be one line of 1 to 100 characters."
SOME = "must be a list of some of api, cdn."
CHANGES = "title, impact, status, hold, message, postmortem"
PASSED_BY = "What this is about has changed meanwhile, and nothing was written: look at it again."

WRITING = [
    ("POST", INCIDENTS, WISH),
    ("POST", f"{INCIDENTS}/{{id}}/updates", {"message": "More."}),
    ("PATCH", f"{INCIDENTS}/{{id}}", {"title": "New"}),
]


async def opened(desk: Desk, **changes: object) -> Any:
    """An incident that the operator opened."""
    reply = await desk.operate("POST", INCIDENTS, WISH | changes)
    assert reply.status == 201, reply.text
    return reply.document


async def resolved(desk: Desk) -> Any:
    """One that is over, and on the board no more."""
    made = await opened(desk)
    return (await desk.operate("PATCH", f"{INCIDENTS}/{made['id']}", {"status": "resolved"})).document


async def hear(desk: Desk, verdict: Verdict, since: Instant, count: int = 3) -> None:
    """So many results of the API's check."""
    for number in range(count):
        await desk.obey.hear(result("api/health", verdict, started=since + number * 5 * SECOND))


async def found(desk: Desk) -> Any:
    """The incident that the machine opens when the API fails."""
    await hear(desk, Verdict.FAIL, NOON - MINUTE)
    (incident,) = desk.board.open_incidents()
    return await shown(desk, incident.id)


async def recovered(desk: Desk) -> Any:
    """One that was found, just after it stayed well for long enough, before anybody noticed."""
    incident = await found(desk)
    await hear(desk, Verdict.PASS, NOON, count=2)
    await hear(desk, Verdict.PASS, NOON + MINUTE, count=1)
    desk.clock.at = NOON + 2 * MINUTE + 10 * SECOND
    return incident


async def shown(desk: Desk, incident: str) -> Any:
    return (await desk.ask("GET", f"{INCIDENTS}/{incident}")).document


async def patched(desk: Desk, incident: str, change: object) -> Reply:
    return await desk.operate("PATCH", f"{INCIDENTS}/{incident}", change)
