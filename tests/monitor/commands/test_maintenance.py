"""The commands for maintenance, through the real socket of a real server, and decided by the real machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from monitor.commands.maintenance import change_maintenance, schedule_maintenance
from monitor.core.model import DAY, HOUR, MINUTE, SECOND, Configured, Planned, Window
from monitor.core.recurring import Rule
from tests.builders import NOON
from tests.exporter.desk import Desk, standing
from tests.exporter.fakes import FakeClock

ONCE = ("schedule", "--title", "Upgrade", "--component", "api")
TWO_HOURS = (*ONCE, "--starts", "2026-12-02T02:00:00Z", "--ends", "2026-12-02T04:00:00Z")
WEEKLY = (*ONCE, "--cron", "0 3 * * sun", "--for", "1h", "--timezone", "Europe/Berlin")
BOTH_FORMS = "Give --cron with --for, or --starts and --ends: it is one form or the other."
BELL = "\a"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        desk.sources.history = desk.store  # what is listed is what was written down
        await desk.obey.hear(Configured(NOON - 10 * DAY, desk.sources.board.setup))
        yield desk


async def maintenance(data: Path, *arguments: str) -> Result:
    """Run `maintenance …` on a thread of its own, so that the server can answer meanwhile."""
    command = ["maintenance", *arguments, "--data", str(data)]
    return await asyncio.to_thread(CliRunner().invoke, main, command)


async def planned(desk: Desk, **changes: Any) -> Window:
    """A window that somebody planned, an hour from now unless it is another."""
    defaults: dict[str, Any] = {
        "id": "mnt_1",
        "title": "Upgrade",
        "components": ("api",),
        "starts": NOON + HOUR,
        "ends": NOON + 2 * HOUR,
        "by": "ada",
    }
    window = Window(**(defaults | changes))
    await desk.obey.hear(Planned(at=min(window.starts, desk.clock.at), window=window))
    return window


def rule(**changes: Any) -> Rule:
    """Sundays at three in Berlin, unless it is another."""
    defaults: dict[str, Any] = {
        "title": "Compaction",
        "components": ("api", "cdn"),
        "cron": "0 3 * * sun",
        "duration": 90 * MINUTE,
        "timezone": "Europe/Berlin",
        "by": "ada",
    }
    return Rule(**(defaults | changes))


def known(desk: Desk) -> Window:
    """The one that there is."""
    (window,) = desk.sources.board.setup.windows
    return window


# ── planning it ──────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_planned_is_printed_by_its_id_alone_on_the_last_line(desk: Desk, tmp_path: Path) -> None:
    result = await maintenance(tmp_path, *TWO_HOURS)
    assert (result.exit_code, result.stderr) == (0, "")
    said, name = result.stdout.splitlines()
    assert said == "Upgrade lasts from 2026-12-02T02:00:00Z to 2026-12-02T04:00:00Z:"
    assert name == known(desk).id


@pytest.mark.parametrize(("arguments", "stops"), [((), False), (("--stops",), True)])
async def test_maintenance_is_planned_as_it_was_typed(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], stops: bool
) -> None:
    await maintenance(tmp_path, *TWO_HOURS, "--component", "cdn", *arguments)
    window = known(desk)
    assert (window.title, window.components, window.stops, window.by) == (
        "Upgrade",
        ("api", "cdn"),
        stops,
        "operator",
    )


@pytest.mark.parametrize(
    ("typed", "starts", "ends"),
    [
        ({"duration": "90s"}, NOON, NOON + 90 * SECOND),
        ({"ends": "+30m"}, NOON, NOON + 30 * MINUTE),
        ({"starts": "+90s", "ends": "+7d"}, NOON + 90 * SECOND, NOON + 7 * DAY),
        ({"starts": "-2h", "ends": "2026-12-01T13:00:00Z"}, NOON, NOON + HOUR),
    ],
)
async def test_times_may_be_relative_to_now(
    desk: Desk, tmp_path: Path, typed: dict[str, str], starts: int, ends: int
) -> None:
    wish = {"title": "Upgrade", "components": ("api",), **typed}
    assert await asyncio.to_thread(schedule_maintenance, tmp_path, wish, desk.clock) == 0
    assert (known(desk).starts, known(desk).ends) == (starts, ends)


async def test_a_relative_time_is_told_to_the_second(desk: Desk, tmp_path: Path) -> None:
    wish = {"title": "Upgrade", "components": ("api",), "ends": "+1h"}
    await asyncio.to_thread(schedule_maintenance, tmp_path, wish, FakeClock(NOON + 999))
    assert known(desk).ends == NOON + HOUR


@pytest.mark.parametrize("starts", [(), ("--starts", "2026-12-01T11:30:00Z")])
async def test_what_begins_now_is_said_to(desk: Desk, tmp_path: Path, starts: tuple[str, ...]) -> None:
    result = await maintenance(tmp_path, *ONCE, *starts, "--ends", "2026-12-01T14:00:00Z")
    assert result.stdout.splitlines()[0] == "Upgrade begins now and lasts to 2026-12-01T14:00:00Z:"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (ONCE, "Say --ends or --for."),
        ((*ONCE, "--starts", "+1h"), "Say --ends or --for."),
        ((*ONCE, "--ends", "+1h", "--for", "1h"), "Give one of --ends and --for, not both."),
        ((*ONCE, "--for", "1h", "--timezone", "UTC"), "--timezone goes with --cron."),
        ((*ONCE, "--for", "1h", "--notice", "1d"), "--notice goes with --cron."),
        ((*WEEKLY, "--starts", "+1h"), BOTH_FORMS),
        ((*WEEKLY, "--ends", "+1h"), BOTH_FORMS),
    ],
)
async def test_options_that_do_not_go_together_are_a_mistake_in_typing(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    result = await maintenance(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: {sentence}"


async def test_what_recurs_is_planned_with_its_next_start(desk: Desk, tmp_path: Path) -> None:
    result = await maintenance(tmp_path, *WEEKLY, "--notice", "7d")
    (kept,) = desk.calendar.kept
    assert result.stdout == f"Upgrade recurs, next at 2026-12-06T02:00:00Z:\n{kept.id}\n"
    assert (kept.cron, kept.duration, kept.timezone, kept.notice) == ("0 3 * * sun", HOUR, "Europe/Berlin", 7 * DAY)


# ── listing it ───────────────────────────────────────────────────────────────────────────────────────


async def listed(data: Path) -> dict[str, list[str]]:
    """The lines of a list, by the headings above them."""
    result = await maintenance(data, "list")
    assert (result.exit_code, result.stderr) == (0, "")
    sections = (section.splitlines() for section in result.stdout.split("\n\n"))
    return {heading: lines for heading, *lines in sections}


async def test_an_empty_list_says_so(desk: Desk, tmp_path: Path) -> None:
    assert await listed(tmp_path) == {
        "Running and to come": ["No maintenance runs, and none is to come."],
        "Recurring": ["No maintenance recurs."],
        "Over": ["No maintenance is over yet."],
    }


async def test_what_runs_and_is_to_come_is_listed_soonest_first(desk: Desk, tmp_path: Path) -> None:
    await planned(desk, id="mnt_2", starts=NOON - HOUR, components=("api", "cdn"), stops=True, by=rule().id)
    await planned(desk)
    head, *lines = (await listed(tmp_path))["Running and to come"]
    assert head.split() == ["ID", "STATUS", "STARTS", "ENDS", "STOPS", "PLANNED", "BY", "COMPONENTS", "TITLE"]
    assert [line.split() for line in lines] == [
        [
            "mnt_2",
            "in_progress",
            "2026-12-01T11:00:00Z",
            "2026-12-01T14:00:00Z",
            "yes",
            rule().id,
            "api,cdn",
            "Upgrade",
        ],
        ["mnt_1", "scheduled", "2026-12-01T13:00:00Z", "2026-12-01T14:00:00Z", "no", "ada", "api", "Upgrade"],
    ]


async def test_what_the_config_plans_is_listed_as_that(desk: Desk, tmp_path: Path) -> None:
    await planned(desk, by="")
    _, line = (await listed(tmp_path))["Running and to come"]
    assert line.split()[5] == "config"


async def test_the_last_five_that_are_over_are_listed_latest_first(desk: Desk, tmp_path: Path) -> None:
    for hours in range(7, 1, -1):
        await planned(desk, id=f"mnt_{hours}", starts=NOON - hours * HOUR, ends=NOON - (hours - 1) * HOUR)
    await planned(desk, id="mnt_0")
    await maintenance(tmp_path, "cancel", "mnt_0")
    _, *lines = (await listed(tmp_path))["Over"]
    assert [line.split()[:2] for line in lines] == [
        ["mnt_0", "cancelled"],
        ["mnt_2", "completed"],
        ["mnt_3", "completed"],
        ["mnt_4", "completed"],
        ["mnt_5", "completed"],
    ]


async def test_what_recurs_is_told_by_the_clocks_there_and_in_utc(desk: Desk, tmp_path: Path) -> None:
    desk.calendar.kept = [rule()]
    told, *table = (await listed(tmp_path))["Recurring"]
    head, *lines = map(str.strip, table)
    assert told.startswith(f"{rule().id}: Compaction of api, cdn: 0 3 * * sun for 90m in Europe/Berlin, ")
    assert told.endswith("told of 1d before, planned by ada")
    assert head.split("  ")[0] == "STARTS"
    assert [line.split("  ") for line in lines[:2]] == [
        [
            "Sun 2026-12-06 03:00 CET",
            "Sun 2026-12-06 04:30 CET",
            "Sun 2026-12-06 02:00 UTC",
            "Sun 2026-12-06 03:30 UTC",
        ],
        [
            "Sun 2026-12-13 03:00 CET",
            "Sun 2026-12-13 04:30 CET",
            "Sun 2026-12-13 02:00 UTC",
            "Sun 2026-12-13 03:30 UTC",
        ],
    ]
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("cron", "timezone", "columns"),
    [
        ("0 3 * * sun", "UTC", 2),
        ("0 3 * * sun", "Europe/London", 2),  # in winter
        ("0 3 1 1,7 *", "Europe/London", 4),  # in winter and summer
        ("0 3 * * sun", "Asia/Kolkata", 4),
    ],
)
async def test_utc_is_told_where_it_differs_from_the_clocks_there(
    desk: Desk, tmp_path: Path, cron: str, timezone: str, columns: int
) -> None:
    desk.calendar.kept = [rule(cron=cron, timezone=timezone)]
    _, *table = (await listed(tmp_path))["Recurring"]
    head, *lines = map(str.strip, table)
    assert [len(line.split("  ")) for line in lines] == [columns] * 5
    assert ("UTC" in head) == (columns == 4)


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"by": ""}, "planned by config"), ({"stops": True}, "api, cdn, which cannot be used meanwhile: 0 3")],
)
async def test_what_recurs_is_told_with_who_planned_it_and_what_it_stops(
    desk: Desk, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    desk.calendar.kept = [rule(**changes)]
    assert told in (await listed(tmp_path))["Recurring"][0]


async def test_all_windows_are_considered_however_many_there_are(desk: Desk, tmp_path: Path) -> None:
    await planned(desk, id="mnt_long", starts=NOON - 5 * DAY)
    for minutes in range(100, 0, -1):
        begun = NOON - (minutes + 1) * MINUTE
        await planned(desk, id=f"mnt_{minutes}", starts=begun, ends=begun + MINUTE)
    _, line = (await listed(tmp_path))["Running and to come"]
    assert line.split()[:2] == ["mnt_long", "in_progress"]


@pytest.mark.parametrize("heading", ["Running and to come", "Recurring"])
async def test_a_title_does_nothing_to_a_terminal(desk: Desk, tmp_path: Path, heading: str) -> None:
    await planned(desk, title=f"Up{BELL}grade")
    desk.calendar.kept = [rule(title=f"Up{BELL}grade")]
    text = "\n".join((await listed(tmp_path))[heading])
    assert "Up\N{REPLACEMENT CHARACTER}grade" in text
    assert BELL not in text


# ── changing and cancelling it ───────────────────────────────────────────────────────────────────────


async def test_a_change_says_when_maintenance_is_from_now_on(desk: Desk, tmp_path: Path) -> None:
    window = await planned(desk)
    result = await maintenance(tmp_path, "change", window.id, "--ends", "2026-12-01T16:00:00Z")
    assert result.stdout == "mnt_1: Upgrade lasts from 2026-12-01T13:00:00Z to 2026-12-01T16:00:00Z\n"
    assert known(desk) == replace(window, ends=NOON + 4 * HOUR, changed=1)


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (("--title", "Repair"), {"title": "Repair"}),
        (("--component", "cdn", "--component", "api"), {"components": ("cdn", "api")}),
        (("--starts", "2026-12-01T13:30:00Z"), {"starts": NOON + 90 * MINUTE}),
        (("--stops",), {"stops": True}),
    ],
)
async def test_what_is_typed_is_changed_and_nothing_else(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], changes: dict[str, Any]
) -> None:
    window = await planned(desk)
    await maintenance(tmp_path, "change", window.id, *arguments)
    assert known(desk) == replace(window, **changes, changed=1)


async def test_what_stopped_its_components_may_leave_them_usable(desk: Desk, tmp_path: Path) -> None:
    await planned(desk, stops=True)
    await maintenance(tmp_path, "change", "mnt_1", "--no-stops")
    assert not known(desk).stops


async def test_a_change_may_be_relative_to_now(desk: Desk, tmp_path: Path) -> None:
    await planned(desk)
    times = {"starts": "+2h", "ends": "+3h"}
    assert await asyncio.to_thread(change_maintenance, tmp_path, "mnt_1", times, desk.clock) == 0
    assert (known(desk).starts, known(desk).ends) == (NOON + 2 * HOUR, NOON + 3 * HOUR)


async def test_of_a_start_that_is_moved_too_far_the_start_is_told_as_wrong(desk: Desk, tmp_path: Path) -> None:
    window = await planned(desk)
    result = await maintenance(tmp_path, "change", window.id, "--starts", "2026-12-01T14:00:01Z")
    assert (result.exit_code, result.stderr) == (1, "--starts: must be before its end.\n")


async def test_a_change_of_nothing_is_a_mistake_in_typing(tmp_path: Path) -> None:
    result = await maintenance(tmp_path, "change", "mnt_1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == "Error: Say what there is to change, such as --ends."


async def test_what_is_cancelled_never_begins(desk: Desk, tmp_path: Path) -> None:
    await planned(desk)
    result = await maintenance(tmp_path, "cancel", "mnt_1")
    assert (result.exit_code, result.stdout) == (0, "mnt_1 is cancelled before it began\n")
    assert known(desk).cancelled


async def test_what_runs_when_it_is_cancelled_ends_now(desk: Desk, tmp_path: Path) -> None:
    await planned(desk, starts=NOON - HOUR)
    result = await maintenance(tmp_path, "cancel", "mnt_1")
    assert (result.exit_code, result.stdout) == (0, "mnt_1 ran, and ends now\n")
    assert known(desk).ends == NOON


async def test_a_rule_is_cancelled_by_its_id(desk: Desk, tmp_path: Path) -> None:
    desk.calendar.kept = [rule()]
    result = await maintenance(tmp_path, "cancel", rule().id)
    assert (result.exit_code, desk.calendar.kept) == (0, [])
    assert result.stdout.startswith(f"{rule().id} recurs no more: ")


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*ONCE, "--for", "1h", "--component", "www"), "--component: must be a list of some of api, cdn."),
        ((*ONCE, "--ends", "soon"), "--ends: must be a time such as 2026-12-01T02:00:00Z."),
        (
            (*ONCE, "--starts", "tomorrow", "--for", "1s"),
            "--starts: must be a time such as 2026-12-01T02:00:00Z. --for: must be at least 1m.",
        ),
        (
            (*ONCE, "--starts", "2026-11-01T02:00:00Z", "--for", "1h"),
            "--for: must be after its start, and in the future.",
        ),
        (
            (*ONCE, "--starts", "2026-11-01T02:00:00Z", "--ends", "2026-11-01T03:00:00Z"),
            "--ends: must be after its start, and in the future.",
        ),
        ((*ONCE, "--cron", "0 3 * * sun"), "--for: is missing. --timezone: is missing."),
        (
            (*WEEKLY, "--notice", "99d"),
            "--notice: must be a duration such as 30m or 24h, and at most 31d.",
        ),
        (
            (*ONCE, "--for", "365d"),
            "--for: must be a duration such as 30m or 24h, and at most 31d.",
        ),
        (("change", "mnt_0", "--stops"), "There is no maintenance 'mnt_0'."),
        (("cancel", "../keys"), "There is no maintenance '../keys'."),
    ],
)
async def test_what_the_daemon_refuses_is_told_in_its_words(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    result = await maintenance(tmp_path, *arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (1, f"{sentence}\n", "")


@pytest.mark.parametrize(("option", "value"), [("--cron", "0 3 * *"), ("--timezone", "Berlin")])
async def test_what_is_not_in_the_calendar_is_refused_by_the_name_of_its_option(
    desk: Desk, tmp_path: Path, option: str, value: str
) -> None:
    result = await maintenance(tmp_path, *WEEKLY, option, value)
    assert (result.exit_code, result.stderr.partition(":")[0], result.stdout) == (1, option, "")


@pytest.mark.parametrize("option", ["--ends", "--starts"])
@pytest.mark.parametrize("time", ["+soon", "+1", "-1w", "+999999d", "30m", "+1h30m", "++1h", "+١h"])
async def test_what_is_not_quite_relative_is_no_time(desk: Desk, tmp_path: Path, option: str, time: str) -> None:
    result = await maintenance(tmp_path, "change", (await planned(desk)).id, option, time)
    sentence = f"{option}: must be a time such as 2026-12-01T02:00:00Z.\n"
    assert (result.exit_code, result.stderr) == (1, sentence)


async def test_what_stands_in_the_config_is_changed_there(desk: Desk, tmp_path: Path) -> None:
    window = await planned(desk, by="")
    result = await maintenance(tmp_path, "change", window.id, "--stops")
    assert (result.exit_code, result.stderr) == (1, "mnt_1 stands in the config: change it there.\n")


@pytest.mark.parametrize(
    "arguments", [("list",), TWO_HOURS, WEEKLY, ("change", "mnt_1", "--stops"), ("cancel", "mnt_1")]
)
async def test_without_a_daemon_one_sentence_says_how_to_start_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = await maintenance(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"no daemon runs on {tmp_path}: start one with justkalm-monitor run --data {tmp_path}\n"
