"""Planned work, once or again and again: what a right entry becomes."""

from __future__ import annotations

import pytest

from monitor.core.model import DAY, HOUR, MINUTE, Window
from monitor.core.recurring import Rule
from tests.builders import NOON
from tests.monitor.config.texts import Load, with_maintenance, with_sections

ONCE = "title: Upgrade\ncomponents: [api]\nstarts: 2026-12-01T13:00:00+01:00\nends: 2026-12-01T13:00Z"
WEEKLY = "title: Compaction\ncomponents: [api]\ncron: 0 3 * * sun\nduration: 90m"

UPGRADE = Window(
    id="mnt_325fa925a23ef5b6", title="Upgrade", components=("api",), starts=NOON, ends=NOON + 60 * MINUTE
)
COMPACTION = Rule(
    title="Compaction", components=("api",), cron="0 3 * * sun", duration=90 * MINUTE, timezone="UTC", notice=DAY
)


def test_what_comes_once_is_a_window_under_a_derived_id(loaded: Load) -> None:
    config = loaded(with_maintenance(ONCE))
    assert (config.setup.windows, config.rules) == ((UPGRADE,), ())


def test_a_window_of_which_more_is_said_keeps_its_id(loaded: Load) -> None:
    (window,) = loaded(with_maintenance(f"{ONCE}\nstops: true")).setup.windows
    assert (window.id, window.stops) == (UPGRADE.id, True)


def test_the_same_instant_in_another_zone_is_the_same_window(loaded: Load) -> None:
    utc = ONCE.replace("T13:00:00+01:00", "T12:00:00Z")
    assert loaded(with_maintenance(utc)).setup == loaded(with_maintenance(ONCE)).setup


def test_a_window_may_last_31_days(loaded: Load) -> None:
    assert loaded(with_maintenance(ONCE.replace("ends: 2026-12-01T13:00Z", "ends: 2027-01-01T12:00Z")))


def test_what_recurs_is_a_rule_and_no_window(loaded: Load) -> None:
    config = loaded(with_maintenance(WEEKLY))
    assert (config.setup.windows, config.rules) == ((), (COMPACTION,))


def test_all_that_can_be_said_of_what_recurs_is_in_its_rule(loaded: Load) -> None:
    (rule,) = loaded(with_maintenance(f"{WEEKLY}\ntimezone: Europe/Berlin\nnotice: 7d\nstops: true")).rules
    assert (rule.timezone, rule.notice, rule.stops, rule.by) == ("Europe/Berlin", 7 * DAY, True, "")


@pytest.mark.parametrize(("own", "timezone"), [("", "Asia/Tokyo"), ("\ntimezone: Europe/Berlin", "Europe/Berlin")])
def test_what_names_no_time_zone_goes_by_that_of_the_page(loaded: Load, own: str, timezone: str) -> None:
    text = with_maintenance(WEEKLY + own) + "page: {timezone: Asia/Tokyo}\n"
    assert [rule.timezone for rule in loaded(text).rules] == [timezone]


def test_windows_and_rules_keep_the_order_in_which_they_are_written(loaded: Load) -> None:
    told = [WEEKLY, ONCE, WEEKLY.replace("Compaction", "Backup"), ONCE.replace("Upgrade", "Move")]
    config = loaded(with_maintenance(*told))
    assert [rule.title for rule in config.rules] == ["Compaction", "Backup"]
    assert [window.title for window in config.setup.windows] == ["Upgrade", "Move"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("90m", "1m"),
        ("90m", "31d"),
        ("90m", "14d"),  # longer than from one Sunday to the next
        ("0 3 * * sun", "'0 * * * *'"),
        ("0 3 * * sun", "0 0 29 2 *"),
    ],
)
def test_what_recurs_may_be_short_long_seldom_or_overlap(loaded: Load, right: str, wrong: str) -> None:
    assert len(loaded(with_maintenance(WEEKLY.replace(right, wrong))).rules) == 1


@pytest.mark.parametrize(
    ("right", "other"),
    [
        ("Compaction", "Backup"),
        ("0 3 * * sun", "0 4 * * sun"),
        ("90m", "91m"),
        ("duration", "timezone: Europe/Berlin\nduration"),
        ("duration", "stops: true\nduration"),
    ],
)
def test_rules_that_differ_in_what_they_plan_stand_side_by_side(loaded: Load, right: str, other: str) -> None:
    one, another = loaded(with_maintenance(WEEKLY, WEEKLY.replace(right, other))).rules
    assert one.id != another.id


def test_variables_may_say_when(loaded: Load) -> None:
    text = with_maintenance(WEEKLY.replace("0 3 * * sun", "${WHEN}").replace("90m", "${LONG:-2h}"))
    (rule,) = loaded(text, {"WHEN": "30 4 1 * *"}).rules
    assert (rule.cron, rule.duration) == ("30 4 1 * *", 2 * HOUR)


def test_nothing_is_planned_by_an_empty_list(loaded: Load) -> None:
    config = loaded(with_sections("maintenance: []\n"))
    assert (config.setup.windows, config.rules) == ((), ())
