from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.core.model import (
    HOUR,
    MINUTE,
    SECOND,
    Amendment,
    AmendmentKind,
    Duration,
    Incident,
    IncidentStatus,
    Instant,
    Span,
    Status,
)
from monitor.replay.outcome import Outcome, outcome, paired
from tests.builders import NOON, component_setup, incident, setup
from tests.monitor.core.story import Story
from tests.monitor.replay.histories import observed_by, side

END = NOON + 12 * HOUR
UP, DOWN = Status.OPERATIONAL, Status.MAJOR_OUTAGE


def trouble(name: str, begins: Duration, lasts: Duration | None, **changes: object) -> Incident:
    """Of the component api, opened a minute after it began; times since noon. None: it goes on."""
    ended = None if lasts is None else NOON + begins + lasts
    seen = incident(
        name,
        status=IncidentStatus.INVESTIGATING if ended is None else IncidentStatus.RESOLVED,
        created_at=NOON + begins + MINUTE,
        resolved_at=None if ended is None else ended + 2 * MINUTE,
        started_at=NOON + begins,
        ended_at=ended,
    )
    return replace(seen, **changes)  # type: ignore[arg-type]


def with_incidents(*incidents: Incident, since: Instant = NOON, short: Duration = 5 * MINUTE) -> Outcome:
    kept = observed_by(side(), Story().observed)
    kept.incidents = {each.id: each for each in incidents}
    return outcome(kept, since, END, short)


def ids(found: Outcome) -> list[str]:
    return [each.id for each in found.incidents]


def test_incidents_are_those_that_were_open_in_that_time_oldest_first() -> None:
    found = with_incidents(
        trouble("late", 8 * HOUR, None),
        trouble("over", HOUR, MINUTE),
        trouble("open before", 2 * HOUR, 3 * HOUR),
        trouble("within", 5 * HOUR, HOUR),
        since=NOON + 4 * HOUR,
    )
    assert ids(found) == ["open before", "within", "late"]
    assert [found.open_before(each) for each in found.incidents] == [True, False, False]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (trouble("short", HOUR, 5 * MINUTE - 1), (1, 0)),
        (trouble("long", HOUR, 5 * MINUTE), (0, 0)),
        (trouble("still going on", HOUR, None), (0, 0)),
        (trouble("watched, and not over", HOUR, MINUTE, resolved_at=None, status=IncidentStatus.MONITORING), (0, 1)),
        (trouble("merged", HOUR, MINUTE, merged_into="inc_1"), (0, 1)),
        (trouble("opened by people", HOUR, MINUTE, by="ann"), (0, 1)),
        (trouble("long, by people", HOUR, 5 * MINUTE, by="ann"), (0, 0)),
    ],
    ids=lambda it: it.id if isinstance(it, Incident) else "",
)
def test_an_incident_that_was_over_soon_is_a_false_alarm_or_excused(
    seen: Incident, expected: tuple[int, int]
) -> None:
    found = with_incidents(seen)
    assert (found.false_alarms, found.excused) == expected


def test_what_was_open_before_is_no_false_alarm_and_was_not_detected() -> None:
    found = with_incidents(trouble("short", HOUR, 4 * MINUTE), since=NOON + HOUR + 2 * MINUTE)
    assert ids(found) == ["short"]
    assert (found.false_alarms, found.excused, found.detection) == (0, 1, [])


def test_detection_is_from_the_beginning_of_the_trouble_until_the_incident_is_opened() -> None:
    took = [MINUTE, 2 * MINUTE, 6 * MINUTE]
    found = with_incidents(*(trouble(str(each), HOUR, HOUR, created_at=NOON + HOUR + each) for each in took))
    assert (found.median_detection, found.worst_detection) == (2 * MINUTE, 6 * MINUTE)


def test_what_people_opened_was_not_detected() -> None:
    found = with_incidents(trouble("theirs", HOUR, HOUR, by="ann"), trouble("held", HOUR, HOUR, held=True))
    assert ids(found) == ["held", "theirs"]
    assert found.detection == [MINUTE]


def test_where_nothing_was_opened_nothing_was_detected() -> None:
    found = with_incidents()
    assert (found.median_detection, found.worst_detection) == (None, None)


def test_uptime_is_that_of_the_time_asked_for() -> None:
    seen = observed_by(side(), Story().observed)
    seen.ledgers["api"] = [Span(NOON, UP), Span(NOON + HOUR, DOWN), Span(NOON + 2 * HOUR, UP)]
    assert [outcome(seen, NOON, NOON + hours * HOUR, 0).uptimes["api"].percent for hours in (1, 2, 4)] == [
        100,
        50,
        75,
    ]
    assert outcome(seen, NOON + HOUR, NOON + 2 * HOUR, 0).uptimes["api"].percent == 0


def test_uptime_is_as_people_amended_it() -> None:
    seen = observed_by(side(), Story().observed)
    seen.ledgers["api"] = [Span(NOON, UP), Span(NOON + HOUR, DOWN)]
    amended = Amendment(
        id="amd_1",
        component="api",
        since=NOON + HOUR,
        until=NOON + 2 * HOUR,
        kind=AmendmentKind.FALSE_ALARM,
        reason="ours",
        by="ann",
        at=NOON,
    )
    seen.amendments = [amended, replace(amended, component="cdn", since=NOON, kind=AmendmentKind.EXCLUDED)]
    assert outcome(seen, NOON, NOON + 2 * HOUR, 0).uptimes["api"].percent == 100


def test_uptime_is_told_of_the_components_that_are_watched_in_the_end() -> None:
    story = Story(component_setup("api"), component_setup("cdn"))
    story.configure(setup(component_setup("cdn"), component_setup("auth")))
    assert list(outcome(observed_by(side(), story.observed), NOON, END, 0).uptimes) == ["cdn", "auth"]


# ── pairs ────────────────────────────────────────────────────────────────────────────────────────────


def pairs(one: list[Incident], other: list[Incident]) -> list[tuple[str | None, str | None]]:
    found = paired(one, other, END)
    return [(first.id if first else None, second.id if second else None) for first, second in found]


def test_the_same_incident_stands_beside_itself_whatever_else_overlaps() -> None:
    early = trouble("early", HOUR, HOUR)
    same, longer = trouble("same", HOUR + MINUTE, HOUR), trouble("same", HOUR + MINUTE, 3 * HOUR)
    assert pairs([early, same], [longer]) == [("early", None), ("same", "same")]


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (trouble("b", HOUR + 30 * SECOND, HOUR), True),
        (trouble("b", 2 * HOUR, HOUR), True),
        (trouble("b", 2 * HOUR + 1, HOUR), False),
        (trouble("b", 0, HOUR - 1), False),
        (trouble("b", 0, None), True),
        (trouble("b", HOUR, HOUR, components=("cdn",)), False),
    ],
)
def test_others_stand_beside_each_other_when_their_trouble_overlaps(other: Incident, together: bool) -> None:
    assert (("a", "b") in pairs([trouble("a", HOUR, HOUR)], [other])) is together


def test_each_incident_comes_once_and_the_oldest_first() -> None:
    one = [trouble("a", HOUR, HOUR), trouble("b", 5 * HOUR, HOUR)]
    other = [trouble("c", 0, MINUTE), trouble("d", HOUR, MINUTE), trouble("e", HOUR + 2 * MINUTE, MINUTE)]
    assert pairs(one, other) == [(None, "c"), ("a", "d"), (None, "e"), ("b", None)]
