"""A pipeline, with a memory that does as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import (
    SECOND,
    ComponentSetup,
    Configured,
    Event,
    Instant,
    Observation,
    Status,
    Verdict,
)
from monitor.core.ports import Decided
from monitor.core.subscribing import Delivery
from monitor.pipeline import Pipeline
from tests.builders import NOON, result, setup

PACE = 30 * SECOND


class FakeClock:
    def __init__(self) -> None:
        self.at: Instant = NOON

    def now(self) -> Instant:
        return self.at


class FakeMemory:
    """Keeps what is committed; refuses or fails when it is told to."""

    def __init__(self) -> None:
        self.commits: list[list[Observation]] = []
        self.alive: list[Instant] = []
        self.trouble: Exception | None = None
        self.while_committing: list[Observation] = []
        self.pipeline: Pipeline | None = None

    async def commit(
        self, decided: Sequence[Decided], alive: Instant, deliveries: Sequence[Delivery] = ()
    ) -> Sequence[Delivery]:
        if self.trouble is not None:
            raise self.trouble
        if self.pipeline is not None:
            for observation in self.while_committing:
                self.pipeline.offer(observation)
            self.while_committing = []
        self.commits.append([observation for observation, _ in decided])
        self.alive.append(alive)
        return [replace(delivery, sequence=number) for number, delivery in enumerate(deliveries, 1)]


class FakeDebts:
    """Owes one delivery for each event."""

    def __init__(self) -> None:
        self.owes: list[Delivery] = []

    def owed(self, events: Sequence[Event]) -> list[Delivery]:
        return [
            Delivery(
                id=f"dlv_{event.id}",
                event=event.id,
                kind=event.kind,
                incident=None,
                subscription="sub_1",
                created_at=event.at,
                due=event.at,
            )
            for event in events
        ]

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        self.owes.extend(deliveries)


class Heard:
    """A listener that notes what it heard and what the board showed then."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.decided: list[Decided] = []
        self.shown: list[Status] = []

    def __call__(self, decided: Sequence[Decided]) -> None:
        self.decided.extend(decided)
        self.shown += [state.status for state in self.board.components.values()]


class Rig:
    def __init__(self, *components: ComponentSetup, memory: FakeMemory | None = None) -> None:
        self.board = Board()
        configured = Configured(NOON, setup(*components))
        self.board.apply(configured, advance(self.board, configured))
        self.memory, self.clock, self.heard = memory or FakeMemory(), FakeClock(), Heard(self.board)
        self.commits: list[int] = []
        self.dropped = 0
        self.debts = FakeDebts()
        self.pipeline = Pipeline(
            self.board,
            self.memory,
            self.clock,
            self.debts,
            listeners=(self.heard,),
            committed=lambda _, observations: self.commits.append(observations),
            dropped=self.drop,
        )
        self.memory.pipeline = self.pipeline

    def drop(self, count: int) -> None:
        self.dropped += count

    def offer(self, series: str, begin: int = 0) -> None:
        verdicts = {".": Verdict.PASS, "F": Verdict.FAIL}
        for beat, letter in enumerate(series, begin):
            self.pipeline.offer(result(verdict=verdicts[letter], started=NOON + beat * PACE))
