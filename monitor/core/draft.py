"""A draft: what one observation changes, written beside the board until it is whole."""

from __future__ import annotations

from dataclasses import replace

from monitor.core import ledger
from monitor.core.board import Board
from monitor.core.ids import status_event_id
from monitor.core.model import (
    QUIET,
    Amendment,
    ComponentSetup,
    ComponentState,
    Event,
    EventKind,
    Incident,
    LedgerRewrite,
    ProbeState,
    Setup,
    Span,
    Status,
    StatusChange,
    Step,
    Window,
)


class Draft:
    """Reads fall through to the board; writes stay here. `at` is the instant with which decisions are stamped."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.at = board.at
        self.setup: Setup | None = None
        self.probes: dict[str, ProbeState | None] = {}
        self.components: dict[str, ComponentState | None] = {}
        self.incidents: dict[str, Incident] = {}
        self.rewrites: dict[str, LedgerRewrite] = {}
        self.windows: dict[str, Window] = {}
        self.amendments: list[Amendment] = []
        self.events: list[Event] = []

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def probe(self, probe: str) -> ProbeState | None:
        return self.probes[probe] if probe in self.probes else self.board.probes.get(probe)

    def component(self, component: str) -> ComponentState:
        """Raises KeyError for a component that is not watched."""
        known = self.components if component in self.components else self.board.components
        state = known[component]
        if state is None:
            raise KeyError(component)
        return state

    def component_setup(self, component: str) -> ComponentSetup:
        setup = self.board.component_setup(component)
        if setup is None:
            raise KeyError(component)
        return setup

    def name(self, component: str) -> str:
        setup = self.board.component_setup(component)
        return setup.name if setup else component

    def windows_of(self, component: str) -> tuple[Window, ...]:
        return tuple(window for window in self.board.setup.in_force if component in window.components)

    def known_incident(self, incident: str) -> Incident | None:
        """One that is open or may be reopened."""
        return self.incidents.get(incident) or self.board.incidents.get(incident)

    def incident(self, incident: str) -> Incident:
        return self.incidents.get(incident) or self.board.incidents[incident]

    def known_incidents(self) -> list[Incident]:
        """Open ones and those that may be reopened, in no order."""
        return [*({**self.board.incidents, **self.incidents} if self.incidents else self.board.incidents).values()]

    def open_incidents(self) -> list[Incident]:
        """In no order."""
        return [incident for incident in self.known_incidents() if incident.open]

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def put_probe(self, probe: str, state: ProbeState) -> None:
        self.probes[probe] = state

    def drop_probe(self, probe: str) -> None:
        self.probes[probe] = None

    def put_component(self, component: str, state: ComponentState, rewrite: LedgerRewrite | None) -> None:
        """Remember it with what it changes in the ledger, and tell when its known status became another."""
        if rewrite is not None:
            self.rewrites[component] = ledger.composed(self.rewrites.get(component), rewrite)
        if state.status not in (Status.UNKNOWN, state.told):
            if (
                state.told is not None or state.status is not Status.OPERATIONAL
            ):  # that all is well from the start is no news
                self.events.append(self._status_changed(component, state))
            state = replace(state, told=state.status)
        self.components[component] = state

    def put_incident(self, incident: Incident) -> None:
        self.incidents[incident.id] = incident

    def drop_component(self, component: str) -> None:
        """Forget its state; its ledger goes on as unknown."""
        rewrite = LedgerRewrite(self.at, (Span(self.at, Status.UNKNOWN),))
        self.rewrites[component] = ledger.composed(self.rewrites.get(component), rewrite)
        self.components[component] = None

    def reseat(self, setup: Setup) -> None:
        """Go on under another setup; all that was written so far stands."""
        probes = {**self.board.probes, **self.probes}
        components = {**self.board.components, **self.components}
        self.setup = setup
        self.board = Board(
            setup=setup,
            probes={probe: state for probe, state in probes.items() if state},
            components={component: state for component, state in components.items() if state},
            incidents=self.known_incidents(),
            latest=self.board.latest,
            at=self.board.at,
        )

    def step(self) -> Step:
        if not (self.setup or self.probes or self.components or self.incidents or self.amendments or self.events):
            return QUIET
        return Step(
            setup=self.setup,
            probes=self.probes,
            components=self.components,
            ledger=self.rewrites,
            incidents=self.incidents,
            windows=self.windows,
            amendments=tuple(self.amendments),
            events=tuple(self.events),
        )

    def _status_changed(self, component: str, state: ComponentState) -> Event:
        return Event(
            id=status_event_id(component, state.status, self.at),
            kind=EventKind.COMPONENT_STATUS_CHANGED,
            at=self.at,
            subject=StatusChange(component, state.status, state.told, state.since),
        )
