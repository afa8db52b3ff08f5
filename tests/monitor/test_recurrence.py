from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, Instant
from monitor.core.recurring import Rule
from monitor.recurrence import BadCron, check_cron, check_pace, check_timezone, coming, lasting, occurrences


def at(text: str) -> Instant:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def shown(instant: Instant) -> str:
    return f"{datetime.fromtimestamp(instant / 1_000, UTC):%Y-%m-%dT%H:%M}"


def rule(cron: str, timezone: str, **changes: Any) -> Rule:
    defaults: dict[str, Any] = {"title": "Compaction", "components": ("batch",), "duration": HOUR}
    return Rule(cron=cron, timezone=timezone, **(defaults | changes))


@pytest.mark.parametrize(
    ("timezone", "cron", "after", "starts"),
    [
        # every day at the same time of the wall clock, across the gap and the fold
        (
            "Europe/Berlin",
            "0 3 * * *",
            "2026-03-28T00:00",
            ["2026-03-28T02:00", "2026-03-29T01:00", "2026-03-30T01:00"],
        ),
        ("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("America/New_York", "30 2 * * *", "2026-03-07T12:00", ["2026-03-08T07:00", "2026-03-09T06:30"]),
        ("America/New_York", "30 1 * * *", "2026-10-31T12:00", ["2026-11-01T05:30", "2026-11-02T06:30"]),
        # a gap and a fold of half an hour
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00", ["2026-10-03T15:30", "2026-10-04T15:15"]),
        ("Australia/Lord_Howe", "45 1 * * *", "2026-04-04T00:00", ["2026-04-04T14:45", "2026-04-05T15:15"]),
        # a date that does not exist: 30 December 2011
        ("Pacific/Apia", "0 3 * * *", "2011-12-29T00:00", ["2011-12-29T13:00", "2011-12-30T13:00"]),
        ("Pacific/Apia", "59 23 * * *", "2011-12-29T12:00", ["2011-12-30T09:59", "2011-12-31T09:59"]),
        ("Pacific/Apia", "0 3 30 dec *", "2011-01-01T00:00", ["2012-12-29T13:00"]),
        ("Pacific/Kwajalein", "0 12 * * *", "1993-08-20T00:00", ["1993-08-21T00:00", "1993-08-22T00:00"]),
        # a gap that begins at midnight takes away a time, and no date
        ("Africa/Cairo", "30 0 * * *", "2026-04-22T23:00", ["2026-04-23T22:00", "2026-04-24T21:30"]),
        # a fold over midnight: the evening comes twice
        ("America/Sao_Paulo", "30 23 * * *", "2018-02-17T12:00", ["2018-02-18T01:30", "2018-02-19T02:30"]),
        # several times in one gap are one window, also with one that is at its end
        ("Europe/Berlin", "*/20 2 * * *", "2026-03-29T00:00", ["2026-03-29T01:00", "2026-03-30T00:00"]),
        (
            "Europe/Berlin",
            "0 * * * *",
            "2026-03-28T23:30",
            ["2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T02:00"],
        ),
        (
            "Australia/Lord_Howe",
            "*/15 * * * *",
            "2026-10-03T15:10",
            ["2026-10-03T15:15", "2026-10-03T15:30", "2026-10-03T15:45"],
        ),
        # what comes all the time rests while the clocks go through a fold again
        (
            "Europe/Berlin",
            "*/10 * * * *",
            "2026-10-25T00:35",
            ["2026-10-25T00:40", "2026-10-25T00:50", "2026-10-25T02:00"],
        ),
        ("America/New_York", "0 * * * *", "2026-11-01T04:30", ["2026-11-01T05:00", "2026-11-01T07:00"]),
        ("Australia/Lord_Howe", "*/15 1 * * *", "2026-04-04T14:40", ["2026-04-04T14:45", "2026-04-05T14:30"]),
        ("UTC", "0 3 * * sun", "2026-11-24T00:00", ["2026-11-29T03:00", "2026-12-06T03:00"]),
        ("UTC", "0 0 29 2 *", "2026-01-01T00:00", ["2028-02-29T00:00"]),
    ],
)
def test_windows_start_once_and_at_the_right_instant(timezone: str, cron: str, after: str, starts: list[str]) -> None:
    assert [shown(window.starts) for window in coming(rule(cron, timezone), at(after), len(starts))] == starts


@pytest.mark.parametrize(
    ("timezone", "after", "starts", "ends"),
    [
        ("Europe/Berlin", "2026-03-28T12:00", "2026-03-29T00:30", "2026-03-29T03:30"),  # from 1:30 to 5:30
        ("Europe/Berlin", "2026-10-24T12:00", "2026-10-24T23:30", "2026-10-25T02:30"),  # from 1:30 to 3:30
        ("America/New_York", "2026-03-07T12:00", "2026-03-08T06:30", "2026-03-08T09:30"),
        ("America/New_York", "2026-10-31T12:00", "2026-11-01T05:30", "2026-11-01T08:30"),
        ("Australia/Lord_Howe", "2026-04-04T00:00", "2026-04-04T14:30", "2026-04-04T17:30"),
        ("Pacific/Apia", "2011-12-29T00:00", "2011-12-29T11:30", "2011-12-29T14:30"),
    ],
)
def test_a_window_lasts_as_long_as_it_says_whatever_the_clocks_on_the_wall_do(
    timezone: str, after: str, starts: str, ends: str
) -> None:
    (window,) = coming(rule("30 1 * * *", timezone, duration=3 * HOUR), at(after), 1)
    assert (shown(window.starts), shown(window.ends)) == (starts, ends)


def test_a_window_that_began_before_the_date_that_does_not_exist_lasts_into_the_next() -> None:
    nightly = rule("0 22 * * *", "Pacific/Apia", duration=6 * HOUR)
    (window,) = occurrences(nightly, at("2011-12-30T10:00"), at("2011-12-30T14:00"))
    assert (shown(window.starts), shown(window.ends)) == ("2011-12-30T08:00", "2011-12-30T14:00")


def test_a_window_that_runs_already_is_an_occurrence() -> None:
    nightly = rule("0 3 * * *", "UTC")
    (window,) = occurrences(nightly, at("2026-11-24T03:59"), at("2026-11-24T04:30"))
    assert shown(window.starts) == "2026-11-24T03:00"
    assert occurrences(nightly, at("2026-11-24T04:00"), at("2026-11-25T03:00")) == []


def test_windows_that_outlast_the_time_until_the_next_run_side_by_side() -> None:
    long = rule("0 3 * * *", "UTC", duration=60 * HOUR)
    found = occurrences(long, at("2026-11-24T04:00"), at("2026-11-24T05:00"))
    assert [shown(window.starts) for window in found] == ["2026-11-22T03:00", "2026-11-23T03:00", "2026-11-24T03:00"]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2026-03-29T00:59", "2026-03-29T01:00", []),
        ("2026-03-29T01:00", "2026-03-29T01:01", ["2026-03-29T01:00"]),
        ("2026-03-29T01:59", "2026-03-29T02:00", ["2026-03-29T01:00"]),
        ("2026-03-29T02:00", "2026-03-29T03:00", []),
    ],
)
def test_an_occurrence_that_was_put_off_by_a_gap_is_found_wherever_one_begins_to_look(
    since: str, until: str, found: list[str]
) -> None:
    windows = occurrences(rule("30 2 * * *", "Europe/Berlin"), at(since), at(until))
    assert [shown(window.starts) for window in windows] == found


def test_those_that_last_go_on_for_years_in_their_order() -> None:
    windows = islice(lasting(rule("0 * * * *", "Europe/Berlin"), at("2026-01-01T00:00")), 20_000)
    starts = [window.starts for window in windows]
    assert starts == sorted(set(starts))


def test_an_occurrence_says_by_which_rule_it_is_and_what_that_says() -> None:
    weekly = rule("0 3 * * sun", "UTC", stops=True)
    (window,) = coming(weekly, at("2026-11-24T00:00"), 1)
    assert (window.by, window.title, window.components, window.stops) == (weekly.id, "Compaction", ("batch",), True)


def test_an_occurrence_has_the_same_id_however_it_is_asked_for() -> None:
    nightly = rule("0 3 * * *", "Europe/Berlin")
    (one,) = coming(nightly, at("2026-11-24T12:00"), 1)
    (same,) = occurrences(nightly, one.starts - DAY + HOUR, one.starts + MINUTE)
    assert one == same
    assert one.id != coming(rule("0 3 * * *", "Europe/Berlin", title="Backup"), at("2026-11-24T12:00"), 1)[0].id


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("0 3 * *", "a cron expression has five fields"),
        ("0 0 3 * * *", "a cron expression has five fields"),
        ("61 3 * * *", "61 3 * * * never comes, or is no cron expression: bad minute"),
        ("0 3 30 feb *", "never comes, or is no cron expression: bad day-of-month"),
        ("0 3 31 4,6,9,11 *", "never comes, or is no cron expression: bad day-of-month"),
        ("0 3 */31 * mon#2", "never comes: no day is all that it asks for"),
        (f"0 {'9' * 5_000} * * *", "a number in it is too long"),
    ],
)
def test_a_cron_expression_that_means_nothing_is_refused(cron: str, problem: str) -> None:
    with pytest.raises(BadCron, match=problem.replace("*", r"\*")):
        check_cron(cron)


@pytest.mark.parametrize(
    "cron", ["0 3 * * sun", "*/5 * * * *", "0 9 1,15 * *", "0 0 L * *", "0 0 29 2 *", "0 0 31 4 sun"]
)
def test_a_cron_expression_that_means_something_is_taken(cron: str) -> None:
    check_cron(cron)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Erope/Berlin", "did you mean Europe/Berlin?"),
        ("New York", "write one such as Europe/Berlin or UTC"),
        ("America/New York", "did you mean America/New_York?"),
        ("Germany", "write one such as Europe/Berlin or UTC"),
        ("", "write one such as Europe/Berlin or UTC"),
        ("../Berlin", "did you mean Europe/Berlin?"),
        ("localtime", "write one such as Europe/Berlin or UTC"),
    ],
)
def test_a_time_zone_that_nobody_else_knows_is_refused(name: str, remedy: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone") as refusal:
        check_timezone(name)
    assert str(refusal.value) == f"there is no time zone {name!r}; {remedy}"


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "US/Pacific", "Etc/GMT-1"]
)
def test_a_time_zone_of_the_database_is_taken(name: str) -> None:
    check_timezone(name)


@pytest.mark.parametrize(
    ("cron", "changes"),
    [
        ("* * * * *", {"duration": MINUTE}),
        ("* * 25 12 *", {"duration": MINUTE}),  # all on one day of the year
        ("0 * * * *", {"duration": MINUTE, "notice": 7 * DAY}),
        ("0 * * * *", {"duration": 7 * DAY}),
    ],
)
def test_a_rule_of_which_too_many_occurrences_would_be_known_is_refused(cron: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="over 100 of its occurrences"):
        check_pace(rule(cron, "UTC", **changes))


@pytest.mark.parametrize(
    ("cron", "changes"),
    [
        ("0 * * * *", {"duration": HOUR}),
        ("*/10 * * * *", {"duration": MINUTE, "notice": 12 * HOUR}),
        ("0 3 * * *", {"duration": 31 * DAY, "notice": 31 * DAY}),
        ("0 0 29 2 *", {"duration": DAY}),
    ],
)
def test_a_rule_may_recur_as_often_as_can_be_known_at_a_time(cron: str, changes: dict[str, Any]) -> None:
    check_pace(rule(cron, "UTC", **changes))
