"""The calendar of maintenance, as others read it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from exporter.feeds.icalendar import calendar
from exporter.sources import Page
from monitor.core.maintenance import cancelled, planned
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Instant, Window
from tests.builders import NOON, setup
from tests.exporter.feeds.windows import window

PAGE = Page("JustKalm", "https://status.justkalm.com")
NAMES = {"api": "API", "cdn": "CDN"}
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def told(*windows: Window, at: Instant = NOON, page: Page = PAGE) -> Calendar:
    text = calendar(page, windows, NAMES, at)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    read = Calendar.from_ical(text)
    assert isinstance(read, Calendar)
    assert read.errors == []
    return read


def event(of: Window, *, at: Instant = NOON, page: Page = PAGE) -> Event:
    (read,) = told(of, at=at, page=page).events
    assert read.errors == []
    return read


def test_the_calendar_has_what_it_must_and_a_name() -> None:
    read = told()
    assert (read["version"], read["prodid"]) == ("2.0", "-//JustKalm//justkalm-monitor//EN")
    assert read["x-wr-calname"] == "JustKalm maintenance"
    assert read.events == []


def test_a_window_is_told_whole() -> None:
    read = event(window("mnt_abc", starts=NOON + DAY, components=("api", "cdn"), stops=True))
    assert {name: read.decoded(name) for name in read} == {
        "UID": "mnt_abc@status.justkalm.com",
        "SEQUENCE": 0,
        "DTSTAMP": DECEMBER,
        "DTSTART": datetime(2026, 12, 2, 12, tzinfo=UTC),
        "DTEND": datetime(2026, 12, 2, 13, tzinfo=UTC),
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
        "SUMMARY": "Database upgrade",
        "DESCRIPTION": "Affects API, CDN. They cannot be used meanwhile.",
        "URL": "https://status.justkalm.com/#mnt_abc",
    }


def test_times_are_in_utc() -> None:
    assert "DTSTART:20261201T120000Z\r\nDTEND:20261201T130000Z\r\n" in calendar(PAGE, [window()], NAMES, NOON)


@pytest.mark.parametrize(
    ("changed", "called_off", "status"),
    [(0, False, "CONFIRMED"), (2, False, "CONFIRMED"), (1, True, "CANCELLED"), (3, True, "CANCELLED")],
)
def test_every_change_raises_the_sequence(changed: int, called_off: bool, status: str) -> None:
    read = event(window(changed=changed, cancelled=called_off))
    assert (read["sequence"], read["status"]) == (changed, status)


@pytest.mark.parametrize("at", [NOON - HOUR, NOON + MINUTE])
def test_a_window_that_is_called_off_or_ended_early_is_news_to_a_calendar_that_knows_it(at: Instant) -> None:
    before = planned(setup(), window(by="ada"), NOON - DAY)
    after = cancelled(before, window().id, at, orphaned=False)
    known, news = (event(made.windows[0], at=at) for made in (before, after))
    assert (known["sequence"], news["sequence"]) == (0, 1)
    assert known.decoded("dtstamp") == datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert news.decoded("dtstamp") == news.decoded("last-modified") == datetime.fromtimestamp(at // SECOND, UTC)


def test_a_calendar_is_told_when_a_window_became_known_and_when_it_was_revised() -> None:
    read = event(window(starts=NOON + DAY, known=NOON - DAY, changed=1, revised=NOON - HOUR))
    assert [read.decoded(name) for name in ("created", "last-modified", "dtstamp")] == [
        datetime(2026, 11, 30, 12, tzinfo=UTC),
        datetime(2026, 12, 1, 11, tzinfo=UTC),
        datetime(2026, 12, 1, 11, tzinfo=UTC),
    ]


def test_of_a_window_that_was_revised_it_is_told_when_also_where_nobody_remembers_its_planning() -> None:
    read = event(window(starts=NOON + DAY, changed=1, revised=NOON - HOUR))
    assert "created" not in read
    assert read.decoded("last-modified") == datetime(2026, 12, 1, 11, tzinfo=UTC)


def test_the_uid_stays_when_a_window_moves() -> None:
    moved = window(starts=NOON + DAY, changed=1, title="Database downgrade")
    assert event(window())["uid"] == event(moved)["uid"]


@pytest.mark.parametrize(
    ("starts", "at", "stamp"),
    [
        (NOON + DAY, NOON, DECEMBER),
        (NOON + DAY, NOON + 11 * HOUR, DECEMBER),  # the same all day
        (NOON + DAY, NOON + 12 * HOUR, datetime(2026, 12, 2, tzinfo=UTC)),
        (NOON, NOON + 3 * DAY, datetime(2026, 12, 1, 12, tzinfo=UTC)),
    ],
)
def test_what_nobody_remembers_planning_was_known_by_today_and_when_it_began(
    starts: Instant, at: Instant, stamp: datetime
) -> None:
    assert event(window(starts=starts), at=at).decoded("dtstamp") == stamp


def test_a_window_that_ended_within_a_second_ends_after_it_began() -> None:
    read = event(window(starts=NOON + 100, ends=NOON + 200))
    assert read.decoded("dtend") - read.decoded("dtstart") == timedelta(seconds=1)
    assert event(window(ends=NOON + MINUTE)).decoded("dtend") == datetime(2026, 12, 1, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("a\r\nEND:VEVENT\r\nBEGIN:VALARM", "a END:VEVENT BEGIN:VALARM"),
        ("a\nSTATUS:CANCELLED", "a STATUS:CANCELLED"),
        ("one; two, three\\n", "one; two, three\\n"),
        ("\x00\x07bell", "bell"),
        ("\u202eesrever", "esrever"),
        ("äöü " * 40, ("äöü " * 40).strip()),
        ("😀" * 60, "😀" * 60),
        ("half \ud800 of one", "half of one"),
    ],
)
def test_hostile_titles_stay_titles(hostile: str, expected: str) -> None:
    read = event(window(title=hostile))
    assert (read["summary"], read["status"]) == (expected, "CONFIRMED")
    assert read.subcomponents == []


def test_names_of_components_stay_descriptions() -> None:
    text = calendar(PAGE, [window()], {"api": "API\x00\r\nEND:VEVENT"}, NOON)
    (read,) = Calendar.from_ical(text).events
    assert str(read["description"]).split() == ["Affects", "API", "END:VEVENT."]


def test_a_component_that_is_watched_no_more_is_named_by_its_id() -> None:
    assert event(window(components=("gone",)))["description"] == "Affects gone."


def test_without_an_address_of_the_page_there_are_still_uids() -> None:
    assert event(window("mnt_abc"), page=Page("JustKalm"))["uid"] == "mnt_abc"
