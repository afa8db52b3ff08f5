"""A history and a clock that do as they are told, and a whole site around them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from exporter.beats import Beats
from exporter.callbacks import Callbacks
from exporter.metrics import Metrics
from exporter.sources import Ask, Page, Sources, Vitals
from monitor.core.board import Board
from monitor.core.model import Incident, IncidentStatus, Instant, Span
from monitor.core.ports import Cursor
from tests.builders import NOON, setup


@dataclass
class FakeClock:
    at: Instant = NOON

    def now(self) -> Instant:
        return self.at


@dataclass
class FakeHistory:
    """Knows what it was given.

    `asked` lists the questions, and `reached` is set with the first; `gate`, while closed, holds up all answers.
    """

    ledgers: dict[str, list[Span]] = field(default_factory=dict)
    runs: dict[str, list[tuple[Instant, int]]] = field(default_factory=dict)  # (started, µs), newest first
    known: list[Incident] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    async def spans(self, component: str, since: Instant) -> list[Span]:
        await self._answer(f"spans {component}")
        return self.ledgers.get(component, [])

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
        patience=patience,
    )


def questions(history: FakeHistory, about: str) -> int:
    """How many questions began like this."""
    return len([question for question in history.asked if question.startswith(about)])
