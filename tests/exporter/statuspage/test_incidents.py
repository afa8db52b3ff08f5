"""Incidents in Statuspage's shape."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.statuspage.documents import component_documents
from exporter.statuspage.incidents import incident_document
from monitor.core.model import MINUTE, Impact, Incident, IncidentStatus, Update
from tests.builders import NOON, incident
from tests.exporter.statuspage.presents import PAGE, present
from tests.exporter.statuspage.shapes import INCIDENT, check

COMPONENTS = component_documents(present())


def document(told: Incident) -> dict[str, object]:
    made = incident_document(told, PAGE, COMPONENTS)
    check(INCIDENT, made)
    return made


def over(*more: Update, postmortem: str = "") -> Incident:
    return incident(
        "inc_abc123",
        status=IncidentStatus.RESOLVED,
        resolved_at=NOON + 5 * MINUTE,
        postmortem=postmortem,
        updates=(
            Update(IncidentStatus.INVESTIGATING, "All checks of API fail.", NOON),
            Update(IncidentStatus.MONITORING, "All checks pass again.", NOON + 3 * MINUTE),
            Update(IncidentStatus.RESOLVED, "Stable for 2 min.", NOON + 5 * MINUTE),
            *more,
        ),
    )


def test_an_incident_is_told_whole_with_its_newest_update_first() -> None:
    told = document(over())
    updates = told.pop("incident_updates")
    assert told == {
        "id": "inc_abc123",
        "name": "API outage",
        "status": "resolved",
        "created_at": "2026-12-01T12:00:00.000Z",
        "updated_at": "2026-12-01T12:05:00.000Z",
        "monitoring_at": "2026-12-01T12:03:00.000Z",
        "resolved_at": "2026-12-01T12:05:00.000Z",
        "impact": "critical",
        "shortlink": "https://status.justkalm.com/incidents/inc_abc123",
        "started_at": "2026-12-01T11:59:20.000Z",
        "page_id": "JustKalm",
        "components": [COMPONENTS["api"]],
        "reminder_intervals": None,
    }
    assert [update["status"] for update in updates] == ["resolved", "monitoring", "investigating"]  # type: ignore[attr-defined]


def test_an_update_is_told_whole() -> None:
    assert document(incident())["incident_updates"] == [
        {
            "id": "inc_0123456789abcdef-0",
            "status": "investigating",
            "body": "All checks of API fail.",
            "incident_id": "inc_0123456789abcdef",
            "created_at": "2026-12-01T12:00:00.000Z",
            "updated_at": "2026-12-01T12:00:00.000Z",
            "display_at": "2026-12-01T12:00:00.000Z",
            "affected_components": None,
            "deliver_notifications": True,
            "custom_tweet": None,
            "tweet_id": None,
        }
    ]


def test_the_id_of_an_update_stays_when_others_come() -> None:
    ids = [update["id"] for update in document(over())["incident_updates"]]  # type: ignore[attr-defined]
    assert ids == ["inc_abc123-2", "inc_abc123-1", "inc_abc123-0"]


@pytest.mark.parametrize("impact", list(Impact))
@pytest.mark.parametrize("status", list(IncidentStatus))
def test_status_and_impact_are_in_their_closed_lists(status: IncidentStatus, impact: Impact) -> None:
    told = document(incident(status=status, impact=impact))
    assert (told["status"], told["impact"]) == (status, impact)


def test_an_incident_that_people_wrote_up_is_a_postmortem() -> None:
    written = Update(IncidentStatus.RESOLVED, "A cable.", NOON + 60 * MINUTE, "bob")
    told = document(over(written, postmortem="A cable."))
    assert (told["status"], told["updated_at"]) == ("postmortem", "2026-12-01T13:00:00.000Z")
    first, second = told["incident_updates"][:2]  # type: ignore[index]
    assert (first["status"], first["body"]) == ("postmortem", "A cable.")
    assert second["status"] == "resolved"


def test_an_incident_that_came_back_after_it_was_written_up_is_no_postmortem_while_it_is_open() -> None:
    written = Update(IncidentStatus.RESOLVED, "A cable.", NOON + 6 * MINUTE, "bob")
    again = Update(IncidentStatus.INVESTIGATING, "It fails again.", NOON + 7 * MINUTE)
    reopened = replace(over(written, again, postmortem="A cable."), status=IncidentStatus.INVESTIGATING)
    assert document(reopened)["status"] == "investigating"


def test_an_incident_that_came_back_to_be_watched_says_when_last() -> None:
    again = (
        Update(IncidentStatus.INVESTIGATING, "It fails again.", NOON + 6 * MINUTE),
        Update(IncidentStatus.MONITORING, "All checks pass again.", NOON + 9 * MINUTE),
    )
    assert document(over(*again))["monitoring_at"] == "2026-12-01T12:09:00.000Z"


def test_an_open_incident_has_null_for_what_did_not_happen() -> None:
    told = document(incident())
    assert (told["monitoring_at"], told["resolved_at"]) == (None, None)


def test_an_incident_of_a_removed_component_is_told_without_it() -> None:
    assert document(incident(component="gone"))["components"] == []
