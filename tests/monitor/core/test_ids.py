from __future__ import annotations

import pytest

from monitor.core import ids
from monitor.core.model import DAY, HOUR, EventKind, IncidentStatus, Update
from monitor.core.recurring import Rule

CREATED, UPDATED, RESOLVED = (
    EventKind.INCIDENT_CREATED,
    EventKind.INCIDENT_UPDATED,
    EventKind.INCIDENT_RESOLVED,
)
STATUSES = {
    "i": IncidentStatus.INVESTIGATING,
    "d": IncidentStatus.IDENTIFIED,
    "m": IncidentStatus.MONITORING,
    "r": IncidentStatus.RESOLVED,
}


@pytest.mark.parametrize(
    ("timeline", "kinds"),
    [
        ("i", [CREATED]),
        ("m", [CREATED]),
        ("ii", [CREATED, UPDATED]),
        ("idmr", [CREATED, UPDATED, UPDATED, RESOLVED]),
        ("irir", [CREATED, RESOLVED, UPDATED, RESOLVED]),  # reopened
        ("irr", [CREATED, RESOLVED, UPDATED]),  # a post-mortem
        ("irrirr", [CREATED, RESOLVED, UPDATED, UPDATED, RESOLVED, UPDATED]),
    ],
)
def test_the_kind_of_an_entrys_event_is_told_by_the_timeline(timeline: str, kinds: list[EventKind]) -> None:
    updates = [Update(STATUSES[letter], letter, at) for at, letter in enumerate(timeline)]
    assert [ids.entry_kind(updates, ordinal) for ordinal in range(len(updates))] == kinds


def test_an_edge_of_a_window_that_was_changed_has_an_id_of_its_own() -> None:
    told = [ids.window_event_id("mnt_1", EventKind.MAINTENANCE_STARTED, changed) for changed in (0, 1, 2)]
    assert len(set(told)) == 3


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────


def rule(**changes: object) -> Rule:
    defaults: dict[str, object] = {
        "title": "Compaction",
        "components": ("api", "batch"),
        "cron": "0 3 * * sun",
        "duration": HOUR,
        "timezone": "Europe/Berlin",
    }
    return Rule(**(defaults | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Backup"},
        {"components": ("api",)},
        {"components": ("batch", "api")},
        {"cron": "0 4 * * sun"},
        {"duration": 2 * HOUR},
        {"timezone": "UTC"},
        {"stops": True},
    ],
)
def test_a_rule_of_other_occurrences_is_another(changes: dict[str, object]) -> None:
    assert rule(**changes).id != rule().id
    assert rule(**changes).facts != rule().facts


@pytest.mark.parametrize("changes", [{}, {"by": "ada"}, {"notice": 7 * DAY}])
def test_a_rule_of_the_same_occurrences_is_the_same(changes: dict[str, object]) -> None:
    assert rule(**changes).id == rule().id
    assert rule(**changes).facts == rule().facts


def test_a_rule_that_is_planned_once_more_is_another_of_the_same_occurrences() -> None:
    again = rule(by="ada", since=1)
    assert again.id != rule(by="ada").id
    assert again.facts == rule(by="ada").facts


def test_the_id_of_a_rule_is_the_same_for_ever() -> None:
    assert rule().id == "rule_b2b8bc536232cbce"


@pytest.mark.parametrize(
    ("name", "recurs", "by_config"),
    [
        (rule().id, True, True),
        (rule(since=DAY).id, True, False),
        ("rule_of_thumb", False, False),
        ("ada", False, False),
        ("", False, False),
    ],
)
def test_an_id_tells_whether_it_recurs_and_by_whom(name: str, recurs: bool, by_config: bool) -> None:
    assert (ids.recurs(name), ids.recurs_by_config(name)) == (recurs, by_config)
