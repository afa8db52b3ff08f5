"""A pager pages when trouble begins or grows, is acknowledged when somebody looks after it, and never pages after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exporter.webhooks.formats.paging import Call, alert_key, call
from monitor.core.model import MINUTE, Impact, Incident, IncidentStatus
from tests.exporter.webhooks.formats.notices import OCCASIONS, REOPENED, of_people
from tests.exporter.webhooks.formats.people import Desk, Told


def called(told: Told) -> Call:
    assert isinstance(told.event.subject, Incident)
    return call(of_people(told), told.event.subject)


@pytest.mark.parametrize(
    ("occasion", "wanted"),
    [
        ("created", Call.PAGE),
        ("identified", Call.PAGE),
        ("updated", Call.PAGE),
        ("monitoring", Call.NOTE),
        ("resolved", Call.END),
        ("reopened", Call.PAGE),
        ("escalated", Call.PAGE),
        ("merged", Call.END),
        ("opened_by_hand", Call.PAGE),
        ("updated_by_hand", Call.ACKNOWLEDGE),
        ("seen_beside_them", Call.ACKNOWLEDGE),
        ("joined_what_is_held", Call.PAGE),
        ("taken_over", Call.ACKNOWLEDGE),
        ("changed_by_hand", Call.ACKNOWLEDGE),
        ("raised_by_hand", Call.PAGE),
        ("relieved_by_hand", Call.ACKNOWLEDGE),
        ("resolved_by_hand", Call.END),
        ("postmortem", Call.NOTE),
    ],
)
def test_each_occasion_asks_for_one_thing(occasion: str, wanted: Call) -> None:
    incident = OCCASIONS[occasion].event.subject
    assert isinstance(incident, Incident)
    assert call(OCCASIONS[occasion], incident) is wanted


def machines() -> Desk:
    """One at which the machine found that Batch Processing is down."""
    desk = Desk()
    desk.breaks("batch/health")
    return desk


def test_a_message_alone_takes_nothing_over() -> None:
    assert called(machines().writes("ada", "We look at it.")) is Call.PAGE


def test_a_status_that_a_person_gives_takes_it_over() -> None:
    assert called(machines().writes("ada", "It is the disk.", status=IncidentStatus.IDENTIFIED)) is Call.ACKNOWLEDGE


def test_what_is_given_back_to_the_machine_is_trouble_as_any() -> None:
    desk = machines()
    desk.writes("ada", hold=True)
    assert called(desk.writes("ada", hold=False)) is Call.PAGE


def test_what_a_person_opens_pages_whatever_its_status() -> None:
    assert called(Desk().reports(status=IncidentStatus.MONITORING)) is Call.PAGE


@pytest.mark.parametrize("status", [IncidentStatus.IDENTIFIED, IncidentStatus.MONITORING])
def test_what_grows_pages_though_somebody_looks_after_it(status: IncidentStatus) -> None:
    desk = machines()
    desk.writes("ada", impact=Impact.MINOR, status=status)
    assert called(desk.writes("ada", impact=Impact.MAJOR)) is Call.PAGE


def test_trouble_of_another_component_pages_though_a_person_called_all_well() -> None:
    desk = Desk()
    desk.reports(status=IncidentStatus.MONITORING)
    assert called(desk.breaks("auth/health", "api/health")) is Call.PAGE


def test_of_one_incident_nothing_pages_or_acknowledges_after_its_end() -> None:
    desk = machines()
    desk.writes("ada", hold=True)
    desk.writes("ada", status=IncidentStatus.RESOLVED)
    calls = [called(desk.explains("ada", text)) for text in ("A cable.", "A disk.")]
    assert calls == [Call.NOTE, Call.NOTE]


def test_a_postmortem_within_the_time_in_which_it_may_reopen_pages_nobody() -> None:
    desk = machines()
    desk.mends()
    assert not desk.incident.open
    assert called(desk.explains("ada", "A cable.", after=MINUTE)) is Call.NOTE


def test_each_opening_has_an_alert_of_its_own() -> None:
    assert alert_key(REOPENED) == "inc_0123456789abcdef/1"
    assert alert_key(replace(REOPENED, reopened=0)) == "inc_0123456789abcdef/0"
