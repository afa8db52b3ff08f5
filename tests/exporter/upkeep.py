"""Maintenance to plan, some that is planned already, and how tests ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.core.ids import occurrence_id
from monitor.core.model import DAY, HOUR, Configured, Instant, Planned, Tick, Window
from monitor.core.recurring import Rule
from tests.builders import NOON
from tests.exporter.desk import Desk, Reply, watching

MAINTENANCES = "/api/v1/maintenances"
UPGRADE: dict[str, object] = {
    "title": "Upgrade",
    "components": ["api"],
    "starts": "2026-12-01T14:00:00Z",
    "ends": "2026-12-01T15:00:00Z",
}
NOW: dict[str, object] = {"title": "Upgrade", "components": ["api"], "duration": "1h"}
COMPACTION: dict[str, object] = {
    "title": "Compaction",
    "components": ["cdn"],
    "cron": "0 3 * * sun",
    "duration": "90m",
    "timezone": "Europe/Berlin",
}
STANDING = Window(id="mnt_config", title="Move", components=("cdn",), starts=NOON + HOUR, ends=NOON + 2 * HOUR)
STANDING_RULE = Rule(
    title="Reindexing", components=("cdn",), cron="0 15 * * *", duration=HOUR, timezone="UTC", notice=7 * DAY
)
OCCURRENCE = Window(
    id=occurrence_id(STANDING_RULE.id, NOON + 3 * HOUR),
    title="Reindexing",
    components=("cdn",),
    starts=NOON + 3 * HOUR,
    ends=NOON + 4 * HOUR,
    by=STANDING_RULE.id,
)

TITLE = "must be one line of 1 to 100 characters."
TIME = "must be a time such as 2026-12-01T02:00:00Z."
DURATION = "must be a duration such as 30m or 24h, and at most 31d."
END = "must be after its start, and in the future."
LENGTH = "must be at most 31 days after its start."
CHANGES = "title, components, stops, starts, ends"


@asynccontextmanager
async def maintaining(folder: Path) -> AsyncIterator[Desk]:
    """A desk with a window and a rule in the config, of which one occurrence is known."""
    async with watching(folder) as desk:
        await desk.obey.hear(Configured(NOON - 1, replace(desk.board.setup, windows=(STANDING,))))
        desk.calendar.kept = [STANDING_RULE]
        await desk.obey.hear(Planned(at=NOON - 1, window=OCCURRENCE))
        yield desk


async def planned(desk: Desk, wish: dict[str, object], **changes: object) -> Any:
    """What is answered to the operator who plans it."""
    reply = await desk.operate("POST", MAINTENANCES, wish | changes)
    assert reply.status == 201, reply.text
    return reply.document


async def changed(desk: Desk, name: str, change: object) -> Reply:
    return await desk.operate("PATCH", f"{MAINTENANCES}/{name}", change)


async def cancelled(desk: Desk, name: str) -> Reply:
    return await desk.operate("DELETE", f"{MAINTENANCES}/{name}")


async def shown(desk: Desk, name: str) -> Any:
    reply = await desk.ask("GET", f"{MAINTENANCES}/{name}")
    assert reply.status == 200, reply.text
    return reply.document


async def listed(desk: Desk) -> list[str]:
    """The ids of windows."""
    return [window["id"] for window in (await desk.ask("GET", MAINTENANCES)).document["maintenances"]]


async def status_of(desk: Desk, component: str) -> str:
    components = (await desk.ask("GET", "/api/v1/status")).document["components"]
    statuses: dict[str, str] = {each["id"]: each["status"] for each in components}
    return statuses[component]


async def pass_time(desk: Desk, until: Instant) -> None:
    desk.clock.at = until
    await desk.obey.hear(Tick(until))
