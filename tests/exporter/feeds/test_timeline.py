"""What each entry of a timeline is."""

from __future__ import annotations

import pytest

from exporter.feeds.timeline import entries, last_update
from monitor.core.model import MINUTE, IncidentStatus, Update
from tests.builders import NOON, incident

STATUSES = {
    "i": IncidentStatus.INVESTIGATING,
    "m": IncidentStatus.MONITORING,
    "r": IncidentStatus.RESOLVED,
}


@pytest.mark.parametrize(
    ("timeline", "expected"),
    [
        ("", ""),
        ("r", "r"),
        ("imr", "imr"),
        ("imrr", "imrp"),
        ("imrrr", "imrpp"),
        ("imrimr", "imrimr"),
        ("iir", "iir"),
    ],
)
def test_what_is_said_once_all_is_over_is_the_postmortem(timeline: str, expected: str) -> None:
    updates = tuple(Update(STATUSES[letter], "", NOON) for letter in timeline)
    assert "".join(status[0] for status, _ in entries(incident(updates=updates))) == expected


def test_an_incident_was_updated_with_its_last_entry() -> None:
    updates = tuple(Update(IncidentStatus.INVESTIGATING, "", NOON + number * MINUTE) for number in range(3))
    assert last_update(incident(updates=updates)) == NOON + 2 * MINUTE


def test_an_incident_of_which_nothing_was_said_was_updated_when_it_was_opened() -> None:
    assert last_update(incident(updates=())) == NOON
