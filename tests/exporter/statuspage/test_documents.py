"""Page and components, compared whole."""

from __future__ import annotations

import pytest

from exporter.statuspage.documents import component_documents, page_document, status_document, those_of
from monitor.core.board import Board
from monitor.core.model import HOUR, MINUTE, ComponentSetup, Incident, IncidentStatus, Instant, Status
from tests.builders import NOON, component_setup, incident, probe_setup, setup
from tests.exporter.statuspage.presents import BEGUN, board, present, state
from tests.exporter.statuspage.shapes import COMPONENT, PAGE, STATUS, check


def test_the_page_is_told_whole() -> None:
    document = page_document(present())
    assert document == {
        "id": "JustKalm",
        "name": "JustKalm",
        "url": "https://status.justkalm.com",
        "time_zone": "UTC",
        "updated_at": "2026-12-01T12:00:00.000Z",
    }
    check(PAGE, document)


@pytest.mark.parametrize(
    ("decided", "incidents", "expected"),
    [
        (NOON - HOUR, (), "2026-12-01T11:00:00.000Z"),
        (NOON - HOUR, (incident(created_at=NOON - MINUTE),), "2026-12-01T11:59:00.000Z"),
        (NOON, (incident(created_at=NOON - MINUTE),), "2026-12-01T12:00:00.000Z"),
    ],
)
def test_the_page_changed_when_a_status_did_or_an_incident(
    decided: Instant, incidents: tuple[Incident, ...], expected: str
) -> None:
    states = {component: state(Status.OPERATIONAL, decided=decided) for component in ("api", "cdn")}
    shown = board(states=states, incidents=incidents)
    assert page_document(present(shown))["updated_at"] == expected


def test_the_page_did_not_change_back_when_an_incident_was_forgotten() -> None:
    states = {component: state(Status.OPERATIONAL, decided=NOON - HOUR) for component in ("api", "cdn")}
    over = incident(status=IncidentStatus.RESOLVED, created_at=NOON - MINUTE, resolved_at=NOON)
    assert page_document(present(board(states=states), recent=(over,)))["updated_at"] == "2026-12-01T11:59:00.000Z"


def test_before_anything_was_decided_all_is_called_well() -> None:
    nothing = present(Board(setup=setup()), begun={})
    check(PAGE, page_document(nothing))
    check(COMPONENT, component_documents(nothing)["api"])
    assert status_document(nothing) == {"indicator": "none", "description": "All Systems Operational"}


def test_a_component_is_told_whole() -> None:
    component = ComponentSetup(
        id="api", name="API", description="Core valuation API", probes=(probe_setup("api/health"),)
    )
    shown = Board(
        setup=setup(component_setup("cdn"), component),
        components={"api": state(Status.PARTIAL_OUTAGE, decided=NOON - MINUTE)},
    )
    document = component_documents(present(shown))["api"]
    assert document == {
        "id": "api",
        "name": "API",
        "status": "partial_outage",
        "created_at": "2026-10-22T12:00:00.000Z",
        "updated_at": "2026-12-01T11:59:00.000Z",
        "position": 2,
        "description": "Core valuation API",
        "showcase": True,
        "start_date": "2026-10-22",
        "group_id": None,
        "page_id": "JustKalm",
        "group": False,
        "only_show_if_degraded": False,
    }
    check(COMPONENT, document)


def test_a_component_without_a_description_has_null() -> None:
    assert component_documents(present())["api"]["description"] is None


def test_a_component_did_not_change_before_it_was_made() -> None:
    shown = board(states={"api": state(Status.OPERATIONAL, decided=BEGUN - HOUR)})
    document = component_documents(present(shown))["api"]
    assert document["updated_at"] == document["created_at"] == "2026-10-22T12:00:00.000Z"


@pytest.mark.parametrize("status", list(Status))
def test_the_status_of_the_page_is_in_its_closed_lists(status: Status) -> None:
    check(STATUS, status_document(present(board(states={"api": state(status)}))))


def test_an_unknown_component_counts_as_what_it_was_last() -> None:
    shown = board(states={"api": state(Status.UNKNOWN, told=Status.MAJOR_OUTAGE)})
    assert component_documents(present(shown))["api"]["status"] == "major_outage"
    assert status_document(present(shown))["indicator"] == "major"


def test_components_that_are_watched_no_more_are_left_out() -> None:
    known = component_documents(present())
    assert those_of(known, ("gone", "cdn")) == [known["cdn"]]
