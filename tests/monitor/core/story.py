"""A story: a series of verdicts in; ledger, incidents and events out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.core.board import Board
from monitor.core.machine import advance
from monitor.core.model import (
    SECOND,
    ComponentSetup,
    Configured,
    Duration,
    Event,
    EventKind,
    Incident,
    Instant,
    LedgerRewrite,
    Observation,
    Reason,
    Result,
    Setup,
    Span,
    Started,
    Status,
    Step,
    Tick,
    Verdict,
    Window,
)
from tests.builders import NOON, result, setup

VERDICTS = {".": Verdict.PASS, "S": Verdict.SLOW, "F": Verdict.FAIL, "U": Verdict.UNKNOWN}
LETTERS = {
    Status.OPERATIONAL: ".",
    Status.DEGRADED: "d",
    Status.PARTIAL_OUTAGE: "p",
    Status.MAJOR_OUTAGE: "M",
    Status.MAINTENANCE: "w",
    Status.UNKNOWN: "u",
}
PACE: Duration = 30 * SECOND


class Story:
    """Feeds observations to a board as the pipeline does, and keeps what the store would.

    Runs start at a pace, at `now`; each takes 100 ms. All times given to a story are relative to its beginning.
    """

    def __init__(
        self, *components: ComponentSetup, windows: tuple[Window, ...] = (), resolve_after: int = 120
    ) -> None:
        self.board = Board()
        self.now: Instant = NOON
        self.observed: list[Observation] = []
        self.steps: list[Step] = []
        self.events: list[Event] = []
        self.rows: dict[str, list[Span]] = {}
        self.incidents: dict[str, Incident] = {}
        self.windows: dict[str, Window] = {}
        self.observe(Started(NOON, None))
        self.configure(setup(*components, windows=windows))

    # ── telling ──────────────────────────────────────────────────────────────────────────────────────

    def observe(self, observation: Observation) -> Step:
        step = advance(self.board, observation)
        self.board.apply(observation, step)
        self.observed.append(observation)
        self.steps.append(step)
        self.events.extend(step.events)
        self.incidents.update(step.incidents)
        self.windows.update(step.windows)
        for component, rewrite in step.ledger.items():
            self._rewrite(component, rewrite)
        return step

    def configure(self, changed: Setup) -> Step:
        return self.observe(Configured(self.now, changed))

    def runs(
        self,
        series: str | Mapping[str, str],
        *,
        pace: Duration = PACE,
        reason: Reason | None = None,
        detail: str = "",
    ) -> Story:
        """One run after another; with several probes, their runs start in turn at each beat."""
        by_probe = {"api/health": series} if isinstance(series, str) else series
        for beat in range(max(len(letters) for letters in by_probe.values())):
            for probe, letters in by_probe.items():
                if beat < len(letters) and letters[beat] in VERDICTS:
                    verdict = VERDICTS[letters[beat]]
                    why = reason if verdict in (Verdict.FAIL, Verdict.SLOW) else None
                    self.observe(result(probe, verdict, started=self.now, reason=why, detail=detail))
            self.now += pace
        return self

    def tick(self) -> Step:
        return self.observe(Tick(self.now))

    def tick_at(self, at: Instant) -> Step:
        return self.observe(Tick(at))

    def wait(self, duration: Duration) -> Story:
        self.now += duration
        self.tick()
        return self

    def sleep(self, duration: Duration) -> Story:
        """Nobody watches for so long."""
        last_alive, self.now = self.now, self.now + duration
        self.observe(Started(self.now, last_alive))
        return self

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────

    def status(self, component: str = "api") -> Status:
        return self.board.components[component].status

    def ledger(self, component: str = "api") -> list[tuple[int, str]]:
        """The spans as (seconds since the beginning, letter of the status)."""
        return [((span.since - NOON) // SECOND, LETTERS[span.status]) for span in self.rows[component]]

    def only_incident(self) -> Incident:
        (incident,) = self.incidents.values()
        return incident

    def timeline(self, component: str = "api") -> list[str]:
        """All entries of the incidents that the component opened, oldest incident first."""
        return [str(update.status) for incident in self.opened_by(component) for update in incident.updates]

    def opened_by(self, component: str) -> list[Incident]:
        return [incident for incident in self.incidents.values() if incident.components[0] == component]

    def told(self, kind: EventKind | None = None) -> list[Event]:
        return [event for event in self.events if kind in (None, event.kind)]

    def _rewrite(self, component: str, rewrite: LedgerRewrite) -> None:
        kept = [span for span in self.rows.get(component, []) if span.since < rewrite.since]
        self.rows[component] = [*kept, *rewrite.spans]


def replayed(observed: list[Observation], *, ticks: bool = True) -> Story:
    """The same observations through a new board."""
    story = Story.__new__(Story)
    story.board, story.now = Board(), NOON
    story.observed, story.steps, story.events = [], [], []
    story.rows, story.incidents, story.windows = {}, {}, {}
    for observation in observed:
        if ticks or not isinstance(observation, Tick):
            story.observe(observation)
    return story


def results_of(story: Story) -> Iterator[Result]:
    return (observation for observation in story.observed if isinstance(observation, Result))
