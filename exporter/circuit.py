"""What a caller should do about a component: call it, try it carefully, or leave it alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from monitor.core.board import Board
from monitor.core.model import (
    SECOND,
    ComponentSetup,
    ComponentState,
    Duration,
    Incident,
    IncidentStatus,
    Instant,
    MaintenanceStatus,
    Status,
    Window,
)

UNHEARD = ComponentState()


class CircuitState(StrEnum):
    """As circuit breakers call it: closed lets calls through, open does not, half open a few."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


# When it is worth asking again, where nobody knows when it will be over.
RETRY_AFTER: dict[CircuitState, Duration] = {
    CircuitState.CLOSED: 0,
    CircuitState.HALF_OPEN: 5 * SECOND,
    CircuitState.OPEN: 30 * SECOND,
}


@dataclass(frozen=True, slots=True)
class Circuit:
    """`reason` is a sentence for people; None while closed."""

    state: CircuitState
    retry_after: Duration
    reason: str | None = None

    def document(self) -> dict[str, object]:
        """Seconds are whole, and rounded up: who waits as long does not come too early."""
        return {"state": self.state, "retry_after": ceil(self.retry_after / SECOND), "reason": self.reason}


def circuit(board: Board, component: ComponentSetup, at: Instant) -> Circuit:
    """The circuit of a component at an instant."""
    stop = _stop(board, component, at)
    if stop is not None:
        return Circuit(CircuitState.OPEN, stop.ends - at, f'The maintenance "{stop.title}" is in progress.')
    incidents = [incident for incident in board.open_incidents() if component.id in incident.components]
    match board.components.get(component.id, UNHEARD).status:
        case Status.MAJOR_OUTAGE:
            return _told(CircuitState.OPEN, _outage(component, incidents))
        case Status.UNKNOWN:  # what cannot be seen is no reason to hold anybody back
            return _told(CircuitState.CLOSED)
    watched = next((it for it in incidents if it.status is IncidentStatus.MONITORING), None)
    if watched is not None:
        return _told(CircuitState.HALF_OPEN, f'The incident "{watched.title}" is being monitored.')
    return _told(CircuitState.CLOSED)


def _told(state: CircuitState, reason: str | None = None) -> Circuit:
    return Circuit(state, RETRY_AFTER[state], reason)


def _stop(board: Board, component: ComponentSetup, at: Instant) -> Window | None:
    """Of the running windows that stop the component, the one that ends last."""
    stops = [window for window in board.setup.in_force if window.stops and component.id in window.components]
    running = [window for window in stops if window.status(at) is MaintenanceStatus.IN_PROGRESS]
    return max(running, key=lambda window: window.ends, default=None)


def _outage(component: ComponentSetup, incidents: list[Incident]) -> str:
    if not incidents:
        return f"{component.name} is in a major outage."
    return f'The incident "{incidents[0].title}" is open.'
