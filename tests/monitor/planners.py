"""Rules of recurring maintenance, what comes of them around noon, and a planner that goes by them."""

from __future__ import annotations

import asyncio
from typing import Any

from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import (
    HOUR,
    MINUTE,
    Command,
    Configured,
    Event,
    Instant,
    Observation,
    Step,
    Window,
)
from monitor.core.ports import StoreRefused
from monitor.core.recurring import Rule
from monitor.planning import Planner
from monitor.recurrence import coming
from tests.builders import NOON, component_setup, setup
from tests.monitor.pipelines import FakeClock


def rule(cron: str = "0 3 * * *", **changes: Any) -> Rule:
    """Every night at three, unless it says another."""
    defaults: dict[str, Any] = {"title": "Compaction", "components": ("batch",), "duration": HOUR, "timezone": "UTC"}
    return Rule(cron=cron, **(defaults | changes))


def occurrence(of: Rule, after: Instant = NOON) -> Window:
    """The first that begins after an instant."""
    return coming(of, after, 1)[0]


NIGHTLY = rule()
HALF_HOURLY = rule("*/30 * * * *", duration=10 * MINUTE, notice=HOUR)
NOW_RUNNING = rule("30 11 * * *")
TONIGHT, RUNNING = occurrence(NIGHTLY), occurrence(NOW_RUNNING, NOON - HOUR)


class FakeStore:
    """Keeps rules and windows, and refuses all when it is told to; `gate`, while closed, holds up answers."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.kept: dict[str, Rule] = {}
        self.windows: dict[str, Window] = {}
        self.refuses = False

    async def rules(self) -> list[Rule]:
        return list(self.kept.values())

    async def put_rule(self, rule: Rule) -> None:
        self.check()
        self.kept[rule.id] = rule

    async def drop_rule(self, rule: str) -> None:
        self.check()
        self.kept.pop(rule, None)

    async def maintenance(self, window: str) -> Window | None:
        await self.gate.wait()
        return self.windows.get(window)

    def check(self) -> None:
        if self.refuses:
            raise StoreRefused("the disk is full")


class Rig:
    """A planner and the machine that obeys it; `again` is the planner after a restart."""

    def __init__(self, *configured: Rule) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        self.board = Board()
        self.events: list[Event] = []
        self.given: list[Command] = []
        self.refuses = False
        self.setup = setup(component_setup("api"), component_setup("batch"))
        self.decide(Configured(NOON, self.setup))
        self.again(*configured)

    def again(self, *configured: Rule) -> None:
        self.planner = Planner(
            self.board, self.clock, self.store.maintenance, self.store, list(self.store.kept.values()), self.obey
        )
        self.planner.use(configured, self.setup)

    async def obey(self, command: Command) -> Step:
        if self.refuses:
            raise StoreRefused("the disk is full")
        self.given.append(command)
        return self.decide(command)

    def decide(self, observation: Observation) -> Step:
        step = advance(self.board, observation)
        self.board.apply(observation, step)
        self.store.windows.update(step.windows)
        self.events += step.events
        return step

    def pass_time(self, duration: int) -> None:
        self.clock.at += duration

    def forget_windows(self) -> None:
        """As the board does once they are long over."""
        self.board.setup = self.setup

    def kinds(self) -> list[str]:
        return [event.kind.removeprefix("maintenance.") for event in self.events if "maintenance" in event.kind]

    @property
    def windows(self) -> list[Window]:
        return list(self.board.setup.windows)
