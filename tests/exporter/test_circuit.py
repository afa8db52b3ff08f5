"""What callers are told to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exporter.circuit import circuit
from exporter.documents import component_document
from exporter.figures import Figures
from monitor.core.board import Board
from monitor.core.model import (
    HOUR,
    MINUTE,
    QUIET,
    SECOND,
    ComponentState,
    Incident,
    IncidentStatus,
    Instant,
    Status,
    Tick,
    Window,
)
from tests.builders import NOON, component_setup, incident, setup

API = component_setup("api")
MONITORED = incident(status=IncidentStatus.MONITORING)
CLOSED = {"state": "closed", "retry_after": 0, "reason": None}


def window(*, ends: Instant = NOON + HOUR, **changes: Any) -> Window:
    defaults: dict[str, Any] = {"title": "Database upgrade", "components": ("api",), "stops": True}
    return Window(id="mnt_1", starts=NOON, ends=ends, **(defaults | changes))


def board(status: Status, *incidents: Incident, windows: tuple[Window, ...] = ()) -> Board:
    return Board(
        setup=setup(API, component_setup("cdn"), windows=windows),
        components={"api": ComponentState(status=status, decided=NOON)},
        incidents=incidents,
        at=NOON,
    )


def told(status: Status, *incidents: Incident, windows: tuple[Window, ...] = (), at: Instant = NOON) -> object:
    return circuit(board(status, *incidents, windows=windows), API, at).document()


@pytest.mark.parametrize("status", list(Status))
def test_only_a_major_outage_opens_by_itself(status: Status) -> None:
    opened = {"state": "open", "retry_after": 30, "reason": 'The incident "API outage" is open.'}
    assert told(status, incident()) == (opened if status is Status.MAJOR_OUTAGE else CLOSED)


def test_a_major_outage_without_an_incident_opens_too() -> None:
    expected = {"state": "open", "retry_after": 30, "reason": "API is in a major outage."}
    assert told(Status.MAJOR_OUTAGE) == expected


def test_of_a_component_never_heard_of_the_circuit_is_closed() -> None:
    assert circuit(Board(setup=setup(API)), API, NOON).document() == CLOSED


@pytest.mark.parametrize("status", [Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAINTENANCE])
def test_while_its_incident_is_monitored_a_circuit_is_half_open(status: Status) -> None:
    reason = 'The incident "API outage" is being monitored.'
    assert told(status, MONITORED) == {"state": "half_open", "retry_after": 5, "reason": reason}


def test_an_outage_that_came_back_opens_although_an_incident_is_monitored() -> None:
    assert circuit(board(Status.MAJOR_OUTAGE, MONITORED), API, NOON).state == "open"


def test_what_cannot_be_seen_holds_nobody_back() -> None:
    assert told(Status.UNKNOWN, MONITORED) == CLOSED


def test_the_incident_of_another_component_does_not_matter() -> None:
    other = incident(component="cdn", status=IncidentStatus.MONITORING)
    assert told(Status.OPERATIONAL, other) == CLOSED


def test_a_resolved_incident_does_not_matter() -> None:
    over = incident(status=IncidentStatus.RESOLVED, resolved_at=NOON)
    assert told(Status.OPERATIONAL, over) == CLOSED


def test_of_several_open_incidents_one_that_is_monitored_is_enough() -> None:
    older = incident("inc_older", created_at=NOON - HOUR)
    assert circuit(board(Status.DEGRADED, older, MONITORED), API, NOON).state == "half_open"


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        (NOON - 1, None),
        (NOON, 3_600),
        (NOON + 1, 3_600),
        (NOON + SECOND, 3_599),
        (NOON + HOUR - 1, 1),
        (NOON + HOUR, None),
    ],
)
def test_a_window_that_stops_opens_from_its_start_to_its_end(at: Instant, seconds: int | None) -> None:
    reason = 'The maintenance "Database upgrade" is in progress.'
    opened = {"state": "open", "retry_after": seconds, "reason": reason}
    assert told(Status.MAINTENANCE, windows=(window(),), at=at) == (CLOSED if seconds is None else opened)


@pytest.mark.parametrize("changes", [{"stops": False}, {"cancelled": True}, {"components": ("cdn",)}])
def test_other_windows_do_not_open(changes: dict[str, Any]) -> None:
    assert told(Status.MAINTENANCE, windows=(window(**changes),)) == CLOSED


def test_a_window_that_stops_opens_also_what_cannot_be_seen_or_is_monitored() -> None:
    assert circuit(board(Status.UNKNOWN, windows=(window(),)), API, NOON).state == "open"
    assert circuit(board(Status.OPERATIONAL, MONITORED, windows=(window(),)), API, NOON).state == "open"


def test_of_two_windows_the_one_that_ends_last_is_told() -> None:
    later = replace(window(ends=NOON + 2 * HOUR), id="mnt_2", title="Storage upgrade")
    found = circuit(board(Status.MAINTENANCE, windows=(later, window())), API, NOON)
    assert (found.retry_after, found.reason) == (2 * HOUR, 'The maintenance "Storage upgrade" is in progress.')


def test_a_component_document_bears_the_circuit_at_the_instant_of_the_board() -> None:
    seen = board(Status.MAINTENANCE, windows=(window(),))
    seen.apply(Tick(NOON + MINUTE), QUIET)
    told = component_document(seen, API, Figures({}, None))["circuit"]
    assert isinstance(told, dict)
    assert (told["state"], told["retry_after"]) == ("open", 59 * 60)
