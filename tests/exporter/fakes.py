"""A history, a clock and a calendar that do as they are told, and a whole site around them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from exporter.beats import Beats
from exporter.callbacks import Callbacks
from exporter.metrics import Metrics
from exporter.sources import Ask, Obey, Page, Sources, Vitals
from exporter.stream.stream import Stream
from monitor import recurrence
from monitor.core.board import Board
from monitor.core.model import (
    Amendment,
    ComponentSetup,
    Duration,
    Incident,
    IncidentStatus,
    Instant,
    Phases,
    Span,
    Window,
)
from monitor.core.ports import Calendar, Cursor, StoreRefused
from monitor.core.recurring import Rule
from monitor.core.sketch import Sketch, Slot
from monitor.core.subscribing import Told
from tests.builders import NOON, setup


@dataclass
class FakeClock:
    at: Instant = NOON

    def now(self) -> Instant:
        return self.at


@dataclass
class FakeCalendar:
    """Keeps rules; whoever plans their occurrences is not here. While it refuses, it changes nothing."""

    clock: FakeClock
    kept: list[Rule] = field(default_factory=list)
    refuses: bool = False

    def rules(self) -> Sequence[Rule]:
        return self.kept

    def check_cron(self, cron: str) -> None:
        if len(cron.split()) != 5:
            raise ValueError("write five fields")

    def check_timezone(self, name: str) -> None:
        if name not in ("UTC", "Europe/Berlin"):
            raise ValueError("did you mean Europe/Berlin?")

    def check_pace(self, rule: Rule) -> None:
        recurrence.check_pace(rule)

    def coming(self, rule: Rule, most: int) -> list[Window]:
        return recurrence.coming(rule, self.clock.now(), most)

    async def plan(self, rule: Rule) -> None:
        self._consider()
        self.kept.append(rule)

    async def cancel(self, rule: str) -> None:
        self._consider()
        self.kept = [kept for kept in self.kept if kept.id != rule]

    def _consider(self) -> None:
        if self.refuses:
            raise StoreRefused("no space left")


@dataclass
class FakeHistory:
    """Knows what it was given.

    `asked` lists the questions, and `reached` is set with the first; `gate`, while closed, holds up all answers.
    """

    ledgers: dict[str, list[Span]] = field(default_factory=dict)
    runs: dict[str, list[tuple[Instant, int]]] = field(default_factory=dict)  # (started, µs), newest first
    known: list[Incident] = field(default_factory=list)
    amended: list[Amendment] = field(default_factory=list)
    planned: list[Window] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None
    gone: list[ComponentSetup] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    async def spans(self, component: str, since: Instant) -> list[Span]:
        await self._answer(f"spans {component}")
        return self.ledgers.get(component, [])

    async def begun(self, component: str) -> Instant | None:
        await self._answer(f"begun {component}")
        return next((span.since for span in self.ledgers.get(component, [])), None)

    async def amendments(self, component: str, since: Instant, until: Instant) -> list[Amendment]:
        await self._answer(f"amendments {component}")
        return [it for it in self.amended if it.component == component and it.since < until and it.until > since]

    async def latencies(self, component: str, since: Instant, limit: int | None = None) -> list[int]:
        await self._answer(f"latencies {component}")
        return [took for started, took in self.runs.get(component, []) if started >= since][:limit]

    async def incident(self, incident: str) -> Incident | None:
        await self._answer(f"incident {incident}")
        return next((known for known in self.known if known.id == incident), None)

    async def incidents(
        self,
        *,
        limit: int,
        before: Cursor | None = None,
        status: IncidentStatus | None = None,
        component: str | None = None,
    ) -> list[Incident]:
        await self._answer("incidents")
        newest_first = sorted(self.known, key=_place, reverse=True)
        return [
            incident
            for incident in newest_first
            if (before is None or _place(incident) < before)
            and status in (None, incident.status)
            and component in (None, *incident.components)
        ][:limit]

    async def incidents_between(self, component: str, since: Instant, until: Instant) -> list[Incident]:
        await self._answer(f"incidents_between {component}")
        return [
            incident
            for incident in sorted(self.known, key=_place)
            if component in incident.components
            and incident.started_at < until
            and (incident.ended_at is None or incident.ended_at > since)
        ]

    async def newest_event(self) -> int:
        await self._answer("newest_event")
        return self.told[-1].sequence if self.told else 0

    async def events(self, after: int, limit: int) -> list[Told]:
        await self._answer(f"events {after}")
        return [each for each in self.told if each.sequence > after][:limit]

    async def maintenance(self, window: str) -> Window | None:
        await self._answer(f"maintenance {window}")
        return next((known for known in self.planned if known.id == window), None)

    async def maintenances(self, *, limit: int, before: Cursor | None = None) -> list[Window]:
        await self._answer("maintenances")
        latest_first = sorted(self.planned, key=lambda window: (window.starts, window.id), reverse=True)
        return [each for each in latest_first if before is None or (each.starts, each.id) < before][:limit]

    async def all_amendments(self, *, limit: int, before: Cursor | None = None) -> list[Amendment]:
        await self._answer("all_amendments")
        newest_first = sorted(self.amended, key=lambda made: (made.at, made.id), reverse=True)
        return [each for each in newest_first if before is None or (each.at, each.id) < before][:limit]

    async def latency(self, component: str, since: Instant, until: Instant) -> Sketch:
        """All of the latency is processing."""
        await self._answer(f"latency {component} {since} {until}")
        return Sketch.of(
            Phases(processing=took) for started, took in self.runs.get(component, []) if since <= started < until
        )

    async def latency_slots(self, component: str, since: Instant, until: Instant, width: Duration) -> list[Slot]:
        """All of the latency is processing."""
        await self._answer(f"latency_slots {component} {since} {until} {width}")
        slots: dict[Instant, list[Phases]] = {}
        for started, took in self.runs.get(component, []):
            if since <= started < until:
                slots.setdefault(started - (started - since) % width, []).append(Phases(processing=took))
        return [Slot(begins, Sketch.of(runs)) for begins, runs in sorted(slots.items())]

    async def removed(self) -> list[ComponentSetup]:
        await self._answer("removed")
        return self.gone

    async def _answer(self, question: str) -> None:
        self.asked.append(question)
        self.reached.set()
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault


def _place(incident: Incident) -> Cursor:
    return incident.created_at, incident.id


def sources(
    board: Board | None = None,
    history: FakeHistory | None = None,
    clock: FakeClock | None = None,
    *,
    page: Page | None = None,
    vitals: Vitals | None = None,
    callbacks: Callbacks | None = None,
    beats: Beats | None = None,
    ask: Ask | None = None,
    stream: Stream | None = None,
    obey: Obey | None = None,
    calendar: Calendar | None = None,
    patience: float = 1.0,
) -> Sources:
    return Sources(
        board=board or Board(setup=setup()),
        history=history or FakeHistory(),
        clock=clock or FakeClock(),
        page=page or Page("JustKalm"),
        vitals=vitals or Vitals(configured=True, store_writable=True),
        metrics=Metrics("1.2.3"),
        callbacks=callbacks,
        beats=beats,
        ask=ask,
        stream=stream,
        obey=obey,
        calendar=calendar,
        patience=patience,
    )


def questions(history: FakeHistory, about: str) -> int:
    """How many questions began like this."""
    return len([question for question in history.asked if question.startswith(about)])
