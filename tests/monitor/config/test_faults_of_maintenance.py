"""A row per fault of planned work: the text, and the exact line it is refused with."""

from __future__ import annotations

import pytest

from tests.monitor.config.texts import Refuse, with_maintenance

ONCE = """\
title: Upgrade
components: [api]
starts: 2026-12-01T02:00:00Z
ends: 2026-12-01T03:00:00Z"""
WEEKLY = """\
title: Compaction
components: [api]
cron: 0 3 * * sun
duration: 1h
timezone: UTC"""

FORMS = "starts and ends are for what comes once, cron, duration, timezone and notice for what recurs"
NO_ZONE = "there is no time zone"
NO_DURATION = "is not a duration; write a whole number and a unit: 500ms, 30s, 5m, 1h, 7d"
FIELDS = "a cron expression has five fields: minute, hour, day of month, month, day of week"


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("[api]", "[apo]", "8: maintenance[0].components[0]: there is no component apo; did you mean api?"),
        ("[api]", "[]", "8: maintenance[0].components: this is empty; write at least one"),
        ("[api]", "api", "8: maintenance[0].components: this must be a list"),
        (
            "T02:00:00Z",
            "T02:00:00",
            "9: maintenance[0].starts: 2026-12-01T02:00:00 has no time zone; write 2026-12-01T02:00:00Z for UTC",
        ),
        (
            "2026-12-01T03:00:00Z",
            "tomorrow",
            '10: maintenance[0].ends: "tomorrow" is not a time; write it like 2026-12-01T02:00:00Z',
        ),
        (
            "2026-12-01T03",
            "2026-12-32T03",
            "10: maintenance[0].ends: 2026-12-32T03:00:00Z is not in the calendar; write a day and a time that exist",
        ),
        (
            "T03:00:00Z",
            "T04:00:00+02:00",
            "10: maintenance[0].ends: this is not after the start; make it later than 2026-12-01T02:00:00Z",
        ),
        (
            "2026-12-01T03",
            "2027-01-01T03",
            "10: maintenance[0].ends: the window is longer than 31 days; make it shorter",
        ),
        ("\nends: 2026-12-01T03:00:00Z", "", "7: maintenance[0]: ends is missing; write it"),
        ("starts: 2026-12-01T02:00:00Z\n", "", "7: maintenance[0]: starts is missing; write it"),
        (
            "\nends",
            "\nstops: yes\nends",
            '10: maintenance[0].stops: "yes" is neither true nor false; write one of them',
        ),
        ("\nends", "\nstop: true\nends", "10: maintenance[0].stop: unknown key; did you mean stops?"),
    ],
)
def test_a_wrong_window_is_refused(refused: Refuse, right: str, wrong: str, fault: str) -> None:
    assert refused(with_maintenance(ONCE.replace(right, wrong))) == [f"probes.yaml:{fault}"]


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("[api]", "[api, apo]", "8: maintenance[0].components[1]: there is no component apo; did you mean api?"),
        ("0 3 * * sun", "0 3 * *", f"9: maintenance[0].cron: {FIELDS}"),
        ("0 3 * * sun", "'@weekly'", f"9: maintenance[0].cron: {FIELDS}"),
        ("0 3 * * sun", "7", '9: maintenance[0].cron: 7 is not text; write "7"'),
        ("0 3 * * sun", "' '", "9: maintenance[0].cron: this is blank; write something"),
        (
            "0 3 * * sun",
            "0 25 * * sun",
            "9: maintenance[0].cron: 0 25 * * sun never comes, or is no cron expression: bad hour",
        ),
        (
            "0 3 * * sun",
            "0 3 30 feb *",
            "9: maintenance[0].cron: 0 3 30 feb * never comes, or is no cron expression: bad day-of-month",
        ),
        (
            "0 3 * * sun",
            "0 3 */31 * mon#2",
            "9: maintenance[0].cron: 0 3 */31 * mon#2 never comes: no day is all that it asks for",
        ),
        (
            "0 3 * * sun",
            "'*/5 * * * *'",
            (
                "9: maintenance[0].cron: over 100 of its occurrences would be known at a time; make them rarer, "
                "or the notice shorter"
            ),
        ),
        ("1h", "1", "10: maintenance[0].duration: 1 has no unit; write 1s"),
        ("1h", "59s", "10: maintenance[0].duration: 59s is out of range; write between 1m and 31d"),
        ("1h", "32d", "10: maintenance[0].duration: 32d is out of range; write between 1m and 31d"),
        (
            "UTC",
            "Europe/Berln",
            f"11: maintenance[0].timezone: {NO_ZONE} 'Europe/Berln'; did you mean Europe/Berlin?",
        ),
        (
            "UTC",
            "Germany",
            f"11: maintenance[0].timezone: {NO_ZONE} 'Germany'; write one such as Europe/Berlin or UTC",
        ),
        ("UTC", "UTC\nnotice: soon", f'12: maintenance[0].notice: "soon" {NO_DURATION}'),
        ("UTC", "UTC\nnotice: 32d", "12: maintenance[0].notice: 32d is out of range; write between 1ms and 31d"),
        ("cron: 0 3 * * sun\n", "", "7: maintenance[0]: cron is missing; write it"),
        ("duration: 1h\n", "", "7: maintenance[0]: duration is missing; write it"),
    ],
)
def test_a_wrong_rule_is_refused(refused: Refuse, right: str, wrong: str, fault: str) -> None:
    assert refused(with_maintenance(WEEKLY.replace(right, wrong))) == [f"probes.yaml:{fault}"]


def test_a_rule_that_says_only_by_whose_clocks_lacks_the_rest(refused: Refuse) -> None:
    told = WEEKLY.replace("cron: 0 3 * * sun\nduration: 1h\n", "")
    assert refused(with_maintenance(told)) == [
        "probes.yaml:7: maintenance[0]: cron is missing; write it",
        "probes.yaml:7: maintenance[0]: duration is missing; write it",
    ]


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("", "7: maintenance[0]: write starts and ends, or cron and duration"),
        ("stops: true", "7: maintenance[0]: write starts and ends, or cron and duration"),
        ("start: x", "9: maintenance[0].start: unknown key; did you mean starts?"),
        (
            "starts: 2026-12-01T02:00:00Z\nduration: 1h",
            f"10: maintenance[0].duration: starts and duration are both given; {FORMS}",
        ),
        (
            "ends: 2026-12-01T02:00:00Z\ntimezone: UTC\nnotice: 1h",
            f"10: maintenance[0].timezone: ends and timezone are both given; {FORMS}",
        ),
        (
            "cron: 0 3 * * sun\nduration: 1h\nends: 2026-12-01T02:00:00Z",
            f"11: maintenance[0].ends: cron and ends are both given; {FORMS}",
        ),
        (
            "notice: 1h\nstarts: 2026-12-01T02:00:00Z",
            f"10: maintenance[0].starts: notice and starts are both given; {FORMS}",
        ),
    ],
)
def test_maintenance_of_neither_form_or_of_both_is_refused(refused: Refuse, more: str, fault: str) -> None:
    told = f"title: Upgrade\ncomponents: [api]\n{more}".rstrip()
    assert refused(with_maintenance(told)) == [f"probes.yaml:{fault}"]


@pytest.mark.parametrize(
    ("told", "again", "line"),
    [
        (ONCE, ONCE.replace("T02:00:00Z", "T03:00:00+01:00").replace("T03:00:00Z", "T05:00:00Z"), 11),
        (ONCE, f"{ONCE}\nstops: true", 11),
        (ONCE, ONCE.replace("Upgrade", "' Upgrade '"), 11),
        (WEEKLY, WEEKLY, 12),
        (WEEKLY, WEEKLY.replace("1h", "60m"), 12),
        (WEEKLY, WEEKLY.replace("\ntimezone: UTC", ""), 12),
        (WEEKLY, f"{WEEKLY}\nnotice: 2d\nstops: false", 12),
    ],
)
def test_what_is_planned_twice_is_refused(refused: Refuse, told: str, again: str, line: int) -> None:
    assert refused(with_maintenance(told, again)) == [
        f"probes.yaml:{line}: maintenance[1]: this is maintenance[0] again; remove one, or change its title"
    ]


def test_the_time_zone_of_the_page_makes_twins_too(refused: Refuse) -> None:
    there = with_maintenance(WEEKLY.replace("UTC", "Asia/Tokyo"), WEEKLY.replace("\ntimezone: UTC", ""))
    assert refused(f"{there}page: {{timezone: Asia/Tokyo}}\n") == [
        "probes.yaml:12: maintenance[1]: this is maintenance[0] again; remove one, or change its title"
    ]


def test_a_wrong_time_zone_of_the_page_is_blamed_once(refused: Refuse) -> None:
    told = with_maintenance(WEEKLY.replace("\ntimezone: UTC", ""))
    assert refused(f"{told}page: {{timezone: Berlin}}\n") == [
        f"probes.yaml:11: page.timezone: {NO_ZONE} 'Berlin'; did you mean Europe/Berlin?"
    ]
