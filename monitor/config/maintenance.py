"""Planned maintenance, once or again and again: a block of `maintenance`, and what is made of it."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from monitor.config.block import Block
from monitor.config.digest import digest
from monitor.config.kinds import Cron, Duration, Flag, Id, Instant, Line, Timezone
from monitor.core.model import DAY, Window
from monitor.core.recurring import Rule

ONCE = ("starts", "ends")
RECURRING = ("cron", "duration", "timezone", "notice")


def _form(needed: tuple[str, ...], foreign: tuple[str, ...]) -> dict[str, Any]:
    return {"required": [*needed], "not": {"anyOf": [{"required": [key]} for key in foreign]}}


class Maintenance(Block):
    model_config = ConfigDict(
        json_schema_extra={"oneOf": [_form(ONCE, RECURRING), _form(("cron", "duration"), ONCE)]}
    )

    title: Line = Field(description="What is done.")
    components: list[Id] = Field(min_length=1, description="The components that are worked on.")
    starts: Instant | None = Field(default=None, description="When it begins, such as 2026-12-01T02:00:00Z.")
    ends: Instant | None = Field(default=None, description="When it is over.")
    cron: Cron | None = Field(default=None, description="When it begins each time, such as 0 3 * * sun.")
    duration: Duration | None = Field(default=None, description="How long it lasts each time.")
    timezone: Timezone | None = Field(
        default=None, description="Whose clocks cron is read by, such as Europe/Berlin; the page's unless given."
    )
    notice: Duration = Field(default=DAY, description="How long before its start each one becomes known; 24h.")
    stops: Flag = Field(default=False, description="Whether the components cannot be used meanwhile; false.")


def window(once: Maintenance) -> Window | None:
    """None for what recurs."""
    if once.starts is None or once.ends is None:
        return None
    return Window(
        id=f"mnt_{digest([once.title, once.components, once.starts])}",
        title=once.title,
        components=tuple(once.components),
        starts=once.starts,
        ends=once.ends,
        stops=once.stops,
    )


def rule(recurring: Maintenance, timezone: str) -> Rule | None:
    """None for what comes once.

    Args:
        timezone: where it says nothing of one.
    """
    if recurring.cron is None or recurring.duration is None:
        return None
    return Rule(
        title=recurring.title,
        components=tuple(recurring.components),
        cron=recurring.cron,
        duration=recurring.duration,
        timezone=recurring.timezone or timezone,
        stops=recurring.stops,
        notice=recurring.notice,
    )
