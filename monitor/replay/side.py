"""One side of a replay: what the core decides of what was observed, seen in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.core.board import Board
from monitor.core.fanout import fan_out
from monitor.core.machine import advance
from monitor.core.model import (
    QUIET,
    Amendment,
    Event,
    Explained,
    Incident,
    Instant,
    LedgerRewrite,
    Observation,
    Span,
    Step,
    Tick,
    Written,
)
from monitor.core.subscribing import Subscription
from monitor.replay.judging import Lens


class Side:
    """Keeps what the store would have kept, and counts what would have been told from `since` on.

    Args:
        subscriptions: those to whom it is told; they are taken to have been there all along.
    """

    def __init__(self, name: str, lens: Lens, subscriptions: Sequence[Subscription], since: Instant) -> None:
        self.name = name
        self.board = Board()
        self.incidents: dict[str, Incident] = {}
        self.ledgers: dict[str, list[Span]] = {}
        self.amendments: list[Amendment] = []
        self.events = 0
        self.unheard = 0  # what people said from `since` on of incidents that this side has not, or no more
        self._lens = lens
        self._subscriptions = subscriptions
        self._since = since
        self._owed = 0
        self._told: set[tuple[str, str]] = set()
        self._known: set[str] = set()  # ids of events

    @property
    def webhooks(self) -> int | None:
        """How many would have been sent; None where nobody subscribed."""
        return self._owed if self._subscriptions else None

    def observe(self, observation: Observation) -> None:
        for seen in self._lens(observation):
            if isinstance(seen, Written | Explained):
                self._hear(seen)
            else:
                self._take(seen)

    def _hear(self, said: Written | Explained) -> None:
        """What people said of an incident is said of this side's own, or of none."""
        self._take(Tick(said.at))  # what falls due until then comes first
        mine = self._meant(said)
        if mine is None:
            self.unheard += said.at >= self._since
        else:
            self._take(mine)

    def _meant(self, said: Written | Explained) -> Written | Explained | None:
        """None where the incident is not there, or not as it must be: open, or over to be explained."""
        if isinstance(said, Written):
            written_of = self.incidents.get(said.incident)
            return said if written_of is not None and written_of.open else None
        over = self.incidents.get(said.incident.id)
        return None if over is None or over.open else replace(said, incident=over)

    def _take(self, seen: Observation) -> None:
        step = advance(self.board, seen)
        self.board.apply(seen, step)
        if step is not QUIET:
            self._keep(step)

    def _keep(self, step: Step) -> None:
        self.incidents.update(step.incidents)
        self.amendments.extend(step.amendments)
        self._rewrite(step.ledger)
        for event in step.events:
            if event.id not in self._known:  # the same fact is told once
                self._known.add(event.id)
                self._tell(event)

    def _rewrite(self, ledger: Mapping[str, LedgerRewrite]) -> None:
        for component, rewrite in ledger.items():
            spans = self.ledgers.setdefault(component, [])
            while spans and spans[-1].since >= rewrite.since:
                spans.pop()
            spans.extend(rewrite.spans)

    def _tell(self, event: Event) -> None:
        owed = fan_out(event, self._subscriptions, self._told)
        self._told |= {(delivery.subscription, delivery.incident) for delivery in owed if delivery.incident}
        if event.at >= self._since:
            self.events += 1
            self._owed += len(owed)
