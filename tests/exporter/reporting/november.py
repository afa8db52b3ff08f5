"""A November to report on: the API was down for twelve minutes, of which two were a false alarm.

In it, authentication may have been watched for a day, and been down for an hour of that.
"""

from __future__ import annotations

from aiohttp import ClientSession

from exporter.sources import Page, Sources
from monitor.core.board import Board
from monitor.core.model import (
    DAY,
    HOUR,
    MINUTE,
    Amendment,
    AmendmentKind,
    ComponentSetup,
    Incident,
    IncidentStatus,
    Instant,
    Span,
    Status,
)
from tests.builders import NOON, amendment, component_setup, incident, setup
from tests.exporter.fakes import FakeClock, FakeHistory, sources

MONTH: Instant = NOON - 12 * HOUR - 30 * DAY  # 2026-11-01T00:00:00Z
OUTAGE = MONTH + 9 * DAY + 14 * HOUR
BOARD = Board(setup=setup(component_setup("api", objective=99.9), component_setup("cdn")))
OVER = incident(
    "inc_1",
    created_at=OUTAGE + MINUTE,
    started_at=OUTAGE,
    resolved_at=OUTAGE + 20 * MINUTE,
    status=IncidentStatus.RESOLVED,
)
GONE = component_setup("auth")
LOST = incident("inc_2", component="auth", started_at=MONTH + HOUR, ended_at=MONTH + 2 * HOUR)
EXCUSED = amendment("amd_1", since=OUTAGE, until=OUTAGE + 2 * MINUTE, kind=AmendmentKind.FALSE_ALARM)


def told(
    board: Board = BOARD,
    *,
    at: Instant = NOON,
    page: Page | None = None,
    incidents: tuple[Incident, ...] = (),
    amendments: tuple[Amendment, ...] = (),
    gone: ComponentSetup | None = None,
) -> Sources:
    ledger = [
        Span(MONTH - DAY, Status.OPERATIONAL),
        Span(OUTAGE, Status.MAJOR_OUTAGE),
        Span(OUTAGE + 12 * MINUTE, Status.OPERATIONAL),
    ]
    watched_once = [
        Span(MONTH, Status.OPERATIONAL),
        Span(MONTH + HOUR, Status.MAJOR_OUTAGE),
        Span(MONTH + 2 * HOUR, Status.OPERATIONAL),
        Span(MONTH + DAY, Status.UNKNOWN),
    ]
    history = FakeHistory(
        ledgers={"api": ledger, "auth": watched_once},
        runs={"api": [(MONTH + DAY, 100_000), (MONTH + 2 * DAY, 100_000), (MONTH + 3 * DAY, 900_000)]},
        known=[OVER, *incidents, *([LOST] if gone else [])],
        amended=[EXCUSED, *amendments],
        gone=[gone] if gone else [],
    )
    return sources(board, history, FakeClock(at), page=page)


async def text(client: ClientSession, path: str, **headers: str) -> str:
    async with client.get(path, headers=headers) as response:
        assert response.status == 200
        return await response.text()
