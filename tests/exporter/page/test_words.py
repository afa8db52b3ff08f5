from __future__ import annotations

import pytest

from exporter.page.words import NOTHING, headline, milliseconds, spent_words, until, updated_at
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, MINUTE, ComponentState, Duration, Impact, Setup, Status
from tests.builders import NOON, component_setup, incident, setup

OK, DEGRADED, PARTIAL, MAJOR = Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE
WINDOW, UNKNOWN = Status.MAINTENANCE, Status.UNKNOWN


def board(*statuses: Status, impacts: tuple[Impact, ...] = ()) -> Board:
    names = [chr(ord("a") + number) for number in range(len(statuses))]
    states = {name: ComponentState(status=status) for name, status in zip(names, statuses, strict=True)}
    open_ones = [incident(f"inc_{number}", title="Fire", impact=impact) for number, impact in enumerate(impacts)]
    return Board(setup=setup(*map(component_setup, names)), components=states, incidents=open_ones)


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ([OK, OK], "All systems operational"),
        ([OK, UNKNOWN], "Some of our systems are not being observed right now"),
        ([OK, WINDOW], "Maintenance in progress on B"),
        ([DEGRADED, WINDOW], "Degraded performance of A"),
        ([MAJOR, PARTIAL, DEGRADED], "Major outage of A"),
        ([PARTIAL, OK, PARTIAL], "Partial outage of A and C"),
        ([MAJOR] * 3, "Major outage of A, B and C"),
        ([MAJOR] * 4, "Major outage of 4 components"),
    ],
)
def test_the_headline_names_those_that_are_worst(statuses: list[Status], sentence: str) -> None:
    assert headline(board(*statuses)).words == sentence


@pytest.mark.parametrize(
    ("status", "impacts", "shape", "sentence"),
    [
        (OK, [Impact.CRITICAL], MAJOR, "1 open incident: Fire"),
        (OK, [Impact.NONE], UNKNOWN, "1 open incident: Fire"),
        (OK, [Impact.MINOR, Impact.MAJOR], PARTIAL, "2 open incidents"),
        (UNKNOWN, [Impact.NONE], UNKNOWN, "1 open incident: Fire"),
        (WINDOW, [Impact.NONE], WINDOW, "1 open incident: Fire"),
        (WINDOW, [Impact.MINOR], DEGRADED, "1 open incident: Fire"),
        (DEGRADED, [Impact.CRITICAL], MAJOR, "1 open incident: Fire"),
        (MAJOR, [Impact.CRITICAL], MAJOR, "Major outage of A"),
        (MAJOR, [Impact.MINOR], MAJOR, "Major outage of A"),
    ],
)
def test_an_open_incident_is_the_headline_unless_the_components_tell_of_as_bad(
    status: Status, impacts: list[Impact], shape: Status, sentence: str
) -> None:
    found = headline(board(status, impacts=tuple(impacts)))
    assert (found.shape, found.words) == (shape, sentence)


def test_of_a_component_that_was_never_heard_of_the_headline_says_that_it_is_not_observed() -> None:
    assert headline(Board(setup=setup())).shape == UNKNOWN


def test_where_there_are_no_components_the_headline_says_so() -> None:
    assert headline(Board(setup=Setup())).words == NOTHING


@pytest.mark.parametrize(
    ("spent", "sentence"),
    [
        ({OK: DAY}, "Operational all day"),
        ({OK: DAY - 14 * MINUTE, MAJOR: 14 * MINUTE}, "Major outage 14 min, operational 23 h 46 min"),
        ({UNKNOWN: HOUR, OK: 22 * HOUR, WINDOW: HOUR}, "Under maintenance 1 h, unknown 1 h, operational 22 h"),
        ({OK: DAY, MAJOR: 0}, "Operational all day"),
    ],
)
def test_a_day_is_told_worst_first(spent: dict[Status, Duration], sentence: str) -> None:
    assert spent_words(spent) == sentence


@pytest.mark.parametrize(
    ("latency", "text"),
    [(None, "–"), (0, "0.0 ms"), (400, "0.4 ms"), (9_999, "10.0 ms"), (10_000, "10 ms"), (145_400, "145 ms")],
)
def test_latencies_are_told_in_milliseconds(latency: int | None, text: str) -> None:
    assert milliseconds(latency) == text


@pytest.mark.parametrize(
    ("lasted", "timezone", "text"),
    [
        (HOUR, "UTC", "13:00 UTC"),
        (13 * HOUR, "UTC", "2 Dec 2026, 01:00 UTC"),
        (11 * HOUR + 30 * MINUTE, "UTC", "23:30 UTC"),
        (11 * HOUR + 30 * MINUTE, "Europe/Berlin", "2 Dec 2026, 00:30 CET"),
    ],
)
def test_an_end_on_the_same_day_needs_no_date(lasted: Duration, timezone: str, text: str) -> None:
    assert until(NOON + lasted, NOON, timezone).words == text


def test_the_last_change_is_that_of_the_component_that_changed_last() -> None:
    states = {"a": ComponentState(decided=NOON), "b": ComponentState(decided=NOON - HOUR)}
    told = updated_at(Board(setup=setup(component_setup("a"), component_setup("b")), components=states), "UTC")
    assert told is not None
    assert told.words == "1 Dec 2026, 12:00 UTC"
    assert updated_at(board(OK), "UTC") is None
