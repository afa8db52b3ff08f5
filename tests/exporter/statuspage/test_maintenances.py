"""Maintenance in Statuspage's shape."""

from __future__ import annotations

import pytest

from exporter.statuspage.documents import component_documents
from exporter.statuspage.maintenances import maintenance_document
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Instant, Window
from tests.builders import NOON
from tests.exporter.feeds.windows import window
from tests.exporter.statuspage.presents import present
from tests.exporter.statuspage.shapes import MAINTENANCE, check

COMPONENTS = component_documents(present())


def document(told: Window, at: Instant = NOON, begun: dict[str, Instant] | None = None) -> dict[str, object]:
    made = maintenance_document(told, present(at=at, begun=begun), COMPONENTS)
    check(MAINTENANCE, made)
    return made


def test_a_window_is_told_whole() -> None:
    told = document(window("mnt_abc123", components=("cdn",)), at=NOON + MINUTE)
    assert len(told.pop("incident_updates")) == 2  # type: ignore[arg-type]
    assert told == {
        "id": "mnt_abc123",
        "name": "Database upgrade",
        "status": "in_progress",
        "created_at": "2026-10-22T12:00:00.000Z",
        "updated_at": "2026-12-01T12:00:00.000Z",
        "monitoring_at": None,
        "resolved_at": None,
        "impact": "maintenance",
        "shortlink": "https://status.justkalm.com/#mnt_abc123",
        "started_at": "2026-10-22T12:00:00.000Z",
        "page_id": "JustKalm",
        "components": [COMPONENTS["cdn"]],
        "reminder_intervals": None,
        "scheduled_for": "2026-12-01T12:00:00.000Z",
        "scheduled_until": "2026-12-01T13:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("at", "stages", "updated_at", "resolved_at"),
    [
        (NOON - SECOND, ["scheduled"], "2026-10-22T12:00:00.000Z", None),
        (NOON, ["in_progress", "scheduled"], "2026-12-01T12:00:00.000Z", None),
        (
            NOON + HOUR,
            ["completed", "in_progress", "scheduled"],
            "2026-12-01T13:00:00.000Z",
            "2026-12-01T13:00:00.000Z",
        ),
    ],
)
def test_a_window_has_an_update_for_each_stage_it_reached(
    at: Instant, stages: list[str], updated_at: str, resolved_at: str | None
) -> None:
    told = document(window(), at)
    updates = told["incident_updates"]
    assert [update["status"] for update in updates] == stages  # type: ignore[attr-defined]
    assert len({update["id"] for update in updates}) == len(stages)  # type: ignore[attr-defined]
    assert (told["status"], told["updated_at"], told["resolved_at"]) == (stages[0], updated_at, resolved_at)


def test_a_window_was_made_when_it_became_known_and_changed_when_it_was_revised() -> None:
    told = document(window(starts=NOON + DAY, known=NOON - HOUR, changed=1, revised=NOON - MINUTE))
    assert (told["created_at"], told["updated_at"]) == ("2026-12-01T11:00:00.000Z", "2026-12-01T11:59:00.000Z")
    assert told["incident_updates"][0]["created_at"] == told["started_at"] == told["created_at"]  # type: ignore[index]


def test_a_window_that_was_revised_before_it_began_changed_when_it_began() -> None:
    told = document(window(known=NOON - DAY, changed=1, revised=NOON - HOUR), at=NOON + MINUTE)
    assert told["updated_at"] == "2026-12-01T12:00:00.000Z"


def test_a_window_that_is_over_is_linked_to_the_history() -> None:
    assert document(window("mnt_abc"), at=NOON + HOUR)["shortlink"] == "https://status.justkalm.com/history#mnt_abc"


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ({"api": NOON - DAY}, "2026-11-30T12:00:00.000Z"),
        ({"api": NOON + DAY}, "2026-12-01T12:00:00.000Z"),  # its component came back later
        ({}, "2026-12-01T12:00:00.000Z"),
    ],
)
def test_a_window_of_which_it_is_not_remembered_was_made_no_later_than_it_began(
    begun: dict[str, Instant], expected: str
) -> None:
    assert document(window(), NOON + MINUTE, begun)["created_at"] == expected


def test_a_window_to_come_was_not_made_in_the_future() -> None:
    assert document(window(starts=NOON + DAY), NOON, {})["created_at"] == "2026-12-01T12:00:00.000Z"
