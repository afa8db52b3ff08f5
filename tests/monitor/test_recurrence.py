from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, Instant
from monitor.core.recurring import Rule
from monitor.recurrence import BadCron, check_cron, coming, occurrences


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
        # several times in one gap are one window
        ("Europe/Berlin", "*/20 2 * * *", "2026-03-29T00:00", ["2026-03-29T01:00", "2026-03-30T00:00"]),
        ("UTC", "0 3 * * sun", "2026-11-24T00:00", ["2026-11-29T03:00", "2026-12-06T03:00"]),
        ("UTC", "0 0 29 2 *", "2026-01-01T00:00", ["2028-02-29T00:00"]),
    ],
)
def test_windows_start_once_and_at_the_right_instant(timezone: str, cron: str, after: str, starts: list[str]) -> None:
    assert [shown(window.starts) for window in coming(rule(cron, timezone), at(after), len(starts))] == starts


def test_a_window_lasts_as_long_as_it_says_whatever_the_clocks_on_the_wall_do() -> None:
    for window in coming(rule("30 1 * * *", "Europe/Berlin", duration=3 * HOUR), at("2026-03-28T12:00"), 2):
        assert window.ends - window.starts == 3 * HOUR


def test_a_window_that_runs_already_is_an_occurrence() -> None:
    nightly = rule("0 3 * * *", "UTC")
    (window,) = occurrences(nightly, at("2026-11-24T03:59"), at("2026-11-24T04:30"))
    assert shown(window.starts) == "2026-11-24T03:00"
    assert occurrences(nightly, at("2026-11-24T04:00"), at("2026-11-25T03:00")) == []


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
    ],
)
def test_a_cron_expression_that_means_nothing_is_refused(cron: str, problem: str) -> None:
    with pytest.raises(BadCron, match=problem.replace("*", r"\*")):
        check_cron(cron)


@pytest.mark.parametrize("cron", ["0 3 * * sun", "*/5 * * * *", "0 9 1,15 * *", "0 0 L * *"])
def test_a_cron_expression_that_means_something_is_taken(cron: str) -> None:
    check_cron(cron)
