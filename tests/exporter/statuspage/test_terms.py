"""Statuspage's words for what we know."""

from __future__ import annotations

import pytest

from exporter.statuspage.terms import blend, shown, timestamp
from monitor.core.model import Instant, Status
from tests.exporter.statuspage.presents import state
from tests.exporter.statuspage.shapes import COMPONENT_STATUSES, STATUS, check

STATUSES = {
    "o": Status.OPERATIONAL,
    "m": Status.MAINTENANCE,
    "d": Status.DEGRADED,
    "p": Status.PARTIAL_OUTAGE,
    "x": Status.MAJOR_OUTAGE,
}


@pytest.mark.parametrize(
    ("components", "indicator", "description"),
    [
        ("", "none", "All Systems Operational"),
        ("o", "none", "All Systems Operational"),
        ("ooo", "none", "All Systems Operational"),
        ("m", "maintenance", "Service Under Maintenance"),
        ("oom", "maintenance", "Service Under Maintenance"),
        ("ood", "minor", "Partially Degraded Service"),
        ("omd", "minor", "Partially Degraded Service"),
        ("md", "minor", "Partially Degraded Service"),
        ("d", "minor", "Degraded System Service"),
        ("ddd", "minor", "Degraded System Service"),
        ("oop", "minor", "Minor Service Outage"),
        ("ddp", "minor", "Minor Service Outage"),
        ("mmp", "minor", "Minor Service Outage"),
        ("p", "major", "Partial System Outage"),
        ("ppp", "major", "Partial System Outage"),
        ("oox", "major", "Partial System Outage"),
        ("ppx", "major", "Partial System Outage"),
        ("xxm", "major", "Partial System Outage"),
        ("x", "critical", "Major System Outage"),
        ("xxx", "critical", "Major System Outage"),
    ],
)
def test_the_page_is_said_to_be_as_its_components_are_together(
    components: str, indicator: str, description: str
) -> None:
    assert blend([STATUSES[letter] for letter in components]) == (indicator, description)
    check(STATUS, {"indicator": indicator, "description": description})


@pytest.mark.parametrize("told", [None, *(status for status in Status if status is not Status.UNKNOWN)])
@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_shown_as_one_of_the_closed_list(status: Status, told: Status | None) -> None:
    assert shown(state(status, told=told)) in COMPONENT_STATUSES


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [
        (Status.UNKNOWN, None, "operational"),
        (Status.UNKNOWN, Status.MAJOR_OUTAGE, "major_outage"),
        (Status.DEGRADED, Status.MAJOR_OUTAGE, "degraded_performance"),
        (Status.OPERATIONAL, None, "operational"),
    ],
)
def test_what_is_unknown_is_shown_as_it_was_known_last(status: Status, told: Status | None, expected: str) -> None:
    assert shown(state(status, told=told)) == expected


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1_733_844_600_000, "2024-12-10T15:30:00.000Z"),
        (1_733_844_600_007, "2024-12-10T15:30:00.007Z"),
        (0, "1970-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_always_has_milliseconds(at: Instant, text: str) -> None:
    assert timestamp(at) == text
