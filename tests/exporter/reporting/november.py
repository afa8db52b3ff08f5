"""A November to report on: the API was down for twelve minutes, of which two were a false alarm."""

from __future__ import annotations

from aiohttp import ClientSession

from exporter.sources import Page, Sources
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, MINUTE, AmendmentKind, IncidentStatus, Instant, Span, Status
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
EXCUSED = amendment("amd_1", since=OUTAGE, until=OUTAGE + 2 * MINUTE, kind=AmendmentKind.FALSE_ALARM)


def told(board: Board = BOARD, *, at: Instant = NOON, page: Page | None = None) -> Sources:
    ledger = [
        Span(MONTH - DAY, Status.OPERATIONAL),
        Span(OUTAGE, Status.MAJOR_OUTAGE),
        Span(OUTAGE + 12 * MINUTE, Status.OPERATIONAL),
    ]
    history = FakeHistory(
        ledgers={"api": ledger},
        runs={"api": [(MONTH + DAY, 100_000), (MONTH + 2 * DAY, 100_000), (MONTH + 3 * DAY, 900_000)]},
        known=[OVER],
        amended=[EXCUSED],
    )
    return sources(board, history, FakeClock(at), page=page)


async def text(client: ClientSession, path: str, **headers: str) -> str:
    async with client.get(path, headers=headers) as response:
        assert response.status == 200
        return await response.text()
