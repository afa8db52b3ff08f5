from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import (
    MINUTE,
    Cancelled,
    Configured,
    Event,
    EventKind,
    Incident,
    IncidentStatus,
    Observation,
    Planned,
    Status,
    StatusChange,
    Tick,
    Update,
    Window,
)
from monitor.journal import line
from tests.builders import NOON, incident, setup

PLANNED = Window(id="mnt_1", title="Upgrade", components=("api", "batch"), starts=NOON, ends=NOON + MINUTE, by="ada")
OVER = replace(PLANNED, ends=NOON)
CALLED_OFF = replace(PLANNED, cancelled=True)
OTHER = replace(PLANNED, id="mnt_2")


def said(message: str, by: str = "") -> Incident:
    return incident("inc_1", updates=(Update(IncidentStatus.INVESTIGATING, message, NOON, by),))


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        (
            EventKind.INCIDENT_CREATED,
            incident("inc_1"),
            "inc_1 opened (investigating): API outage. All checks of API fail.",
        ),
        (
            EventKind.INCIDENT_RESOLVED,
            incident("inc_1"),
            "inc_1 resolved (investigating): API outage. All checks of API fail.",
        ),
        (
            EventKind.INCIDENT_CREATED,
            said("We look.", by="ada"),
            "inc_1 opened by ada (investigating): API outage. We look.",
        ),
        (
            EventKind.INCIDENT_UPDATED,
            said("One.\n\u202etwo", by="bob"),
            "inc_1 updated by bob (investigating): API outage. One. \N{REPLACEMENT CHARACTER}two",
        ),
        (
            EventKind.COMPONENT_STATUS_CHANGED,
            StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON),
            "api: major outage, was operational",
        ),
    ],
)
def test_an_event_is_one_line(kind: EventKind, subject: Incident | StatusChange, expected: str) -> None:
    assert line(Event("evt_1", kind, NOON, subject)) == expected


@pytest.mark.parametrize(
    ("kind", "window", "observation", "became"),
    [
        (EventKind.MAINTENANCE_SCHEDULED, PLANNED, Planned(at=NOON, window=PLANNED), "scheduled"),
        (
            EventKind.MAINTENANCE_SCHEDULED,
            replace(PLANNED, changed=1),
            Planned(at=NOON, window=PLANNED),
            "changed",
        ),
        (EventKind.MAINTENANCE_STARTED, replace(PLANNED, changed=1), Tick(NOON), "started"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, Tick(NOON), "completed"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, None, "completed"),
        (EventKind.MAINTENANCE_COMPLETED, CALLED_OFF, Cancelled(at=NOON, window="mnt_1"), "cancelled"),
        (EventKind.MAINTENANCE_COMPLETED, CALLED_OFF, Configured(NOON, setup()), "cancelled"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, Cancelled(at=NOON, window="mnt_1"), "ended early"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, Planned(at=NOON, window=PLANNED), "ended early"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, Configured(NOON, setup()), "ended early"),
        # what ran out was ended before the observation that let time go on
        (EventKind.MAINTENANCE_COMPLETED, OVER, Cancelled(at=NOON + 1, window="mnt_1"), "completed"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, Configured(NOON + 1, setup()), "completed"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, Cancelled(at=NOON, window="mnt_2"), "completed"),
        (EventKind.MAINTENANCE_COMPLETED, OVER, Planned(at=NOON, window=OTHER), "completed"),
    ],
)
def test_what_became_of_maintenance_is_told_with_who_planned_it(
    kind: EventKind, window: Window, observation: Observation | None, became: str
) -> None:
    told = line(Event("evt_1", kind, NOON, window), observation)
    assert told == f"maintenance {became}: Upgrade (api, batch), planned by ada"


def test_what_nobody_planned_at_run_time_the_config_did() -> None:
    told = line(Event("evt_1", EventKind.MAINTENANCE_STARTED, NOON, replace(PLANNED, by="")))
    assert told.endswith(", planned by config")
