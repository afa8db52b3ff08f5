from __future__ import annotations

from datetime import date

from exporter.page.past import MOST_SHOWN, SHOWN_DAYS, latest_days, newest
from monitor.core.board import Board
from monitor.core.model import DAY, HOUR, MINUTE, Incident, IncidentStatus, Instant, Window
from tests.builders import NOON, incident, setup
from tests.exporter.fakes import FakeHistory

BOARD = Board(setup=setup())


def over(id_: str, created_at: Instant) -> Incident:
    return incident(id_, status=IncidentStatus.RESOLVED, created_at=created_at, resolved_at=created_at + MINUTE)


def told(*found: Incident) -> dict[str, tuple[list[str], str]]:
    """By day: the ids, and the note."""
    days, _ = latest_days(BOARD, found, NOON, "UTC")
    return {day.datetime: ([each.id for each in day.incidents], day.note) for day in days}


def test_each_of_the_last_days_says_what_happened_or_that_nothing_did() -> None:
    days = told(over("inc_b", NOON - DAY), over("inc_a", NOON - DAY - HOUR))
    assert len(days) == SHOWN_DAYS
    assert list(days)[:2] == ["2026-12-01", "2026-11-30"]
    assert days["2026-11-30"] == (["inc_b", "inc_a"], "")
    assert days["2026-11-29"] == ([], "No incidents.")


def test_of_a_day_whose_incident_is_still_open_it_is_not_said_that_there_was_none() -> None:
    open_one, another = incident("inc_b"), incident("inc_a")
    assert told(open_one)["2026-12-01"] == ([], "1 incident of this day is still open.")
    assert told(open_one, another)["2026-12-01"] == ([], "2 incidents of this day are still open.")


def test_what_is_older_than_the_days_is_left_to_the_history() -> None:
    days, place = latest_days(BOARD, [over("inc_a", NOON - SHOWN_DAYS * DAY)], NOON, "UTC")
    assert not any(day.incidents for day in days)
    midnight = NOON - 12 * HOUR - (SHOWN_DAYS - 1) * DAY
    assert (midnight - 1, "inc_z") < place <= (midnight, "inc_0")


def test_in_a_very_bad_time_only_the_days_are_told_of_that_are_known() -> None:
    found = [over(f"inc_{100 - number}", NOON - number * HOUR) for number in range(MOST_SHOWN + 1)]
    days, place = latest_days(BOARD, found, NOON, "UTC")
    assert [day.datetime for day in days] == ["2026-12-01", "2026-11-30", "2026-11-29"]
    assert sum(len(day.incidents) for day in days) == MOST_SHOWN
    assert place == (found[MOST_SHOWN - 1].created_at, found[MOST_SHOWN - 1].id)


def test_as_many_as_are_shown_leave_no_day_out() -> None:
    found = [over(f"inc_{100 - number}", NOON - number * HOUR) for number in range(MOST_SHOWN)]
    days, place = latest_days(BOARD, found, NOON, "UTC")
    assert len(days) == SHOWN_DAYS
    assert place[0] == NOON - 12 * HOUR - (SHOWN_DAYS - 1) * DAY


def test_of_a_day_that_nobody_watched_it_is_said_unless_something_happened() -> None:
    unwatched = {date(2026, 11, 30), date(2026, 11, 29)}
    days, _ = latest_days(BOARD, [over("inc_a", NOON - DAY)], NOON, "UTC", unwatched)
    assert [day.note for day in days[:4]] == ["No incidents.", "", "Not observed.", "No incidents."]


async def test_incidents_and_maintenance_come_in_one_order_each_page_after_the_last() -> None:
    windows = [
        Window(id=f"mnt_{hours}", title="", components=("api",), starts=NOON - hours * HOUR, ends=NOON)
        for hours in (-1, 0, 1, 3)
    ]
    history = FakeHistory(known=[over("inc_a", NOON - 2 * HOUR), incident("inc_b", created_at=NOON)], planned=windows)
    first = await newest(history, 3, NOON)
    assert [each.id for each in first] == ["mnt_0", "inc_b", "mnt_1"]
    rest = await newest(history, 3, NOON, (NOON - HOUR, "mnt_1"), IncidentStatus.RESOLVED)
    assert [each.id for each in rest] == ["inc_a", "mnt_3"]
