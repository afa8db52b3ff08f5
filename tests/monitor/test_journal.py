from __future__ import annotations

import pytest

from monitor.core.model import Event, EventKind, Incident, Status, StatusChange, Window
from monitor.journal import line
from tests.builders import NOON, incident

PLANNED = Window(id="mnt_1", title="Database upgrade", components=("api", "batch"), starts=NOON, ends=NOON + 1)


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
            EventKind.COMPONENT_STATUS_CHANGED,
            StatusChange("api", Status.MAJOR_OUTAGE, Status.OPERATIONAL, NOON),
            "api: major outage, was operational",
        ),
        (EventKind.MAINTENANCE_STARTED, PLANNED, "maintenance started: Database upgrade (api, batch)"),
    ],
)
def test_an_event_is_one_line(kind: EventKind, subject: Incident | StatusChange | Window, expected: str) -> None:
    assert line(Event("evt_1", kind, NOON, subject)) == expected
