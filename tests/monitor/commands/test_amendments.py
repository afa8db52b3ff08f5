"""The commands for amendments, through the real socket of a real server, and decided by the real machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from monitor.commands.amendments import add_amendment
from monitor.core.model import HOUR, MINUTE, Amended, Amendment, Configured
from tests.builders import NOON, amendment
from tests.exporter.desk import Desk, standing

KIND = ("--kind", "false_alarm", "--reason", "It was our own network.")
ADD = ("add", "api", "--since", "2026-12-01T10:00:00Z", "--until", "2026-12-01T11:00:00Z", *KIND)
BELL = "\a"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        desk.sources.history = desk.store  # what is listed is what was written down
        await desk.obey.hear(Configured(NOON - 2 * HOUR, desk.sources.board.setup))
        yield desk


async def amendments(data: Path, *arguments: str) -> Result:
    """Run `amendment …` on a thread of its own, so that the server can answer meanwhile."""
    command = ["amendment", *arguments, "--data", str(data)]
    return await asyncio.to_thread(CliRunner().invoke, main, command)


async def known(desk: Desk) -> Amendment:
    """The one that there is, as it was written down."""
    (found,) = await desk.store.all_amendments(limit=2)
    return found


async def test_a_new_amendment_is_printed_by_its_id_alone_on_the_last_line(desk: Desk, tmp_path: Path) -> None:
    result = await amendments(tmp_path, *ADD)
    assert (result.exit_code, result.stderr) == (0, "")
    said, name = result.stdout.splitlines()
    assert said == "api, 2026-12-01T10:00:00Z to 2026-12-01T11:00:00Z, is amended as false_alarm:"
    assert name == (await known(desk)).id


async def test_a_stretch_is_amended_as_it_was_typed(desk: Desk, tmp_path: Path) -> None:
    await amendments(tmp_path, *ADD)
    found = await known(desk)
    assert (found.component, found.since, found.until) == ("api", NOON - 2 * HOUR, NOON - HOUR)
    assert (found.kind, found.reason, found.by) == ("false_alarm", "It was our own network.", "operator")


async def test_times_may_be_relative_to_now(desk: Desk, tmp_path: Path) -> None:
    typed = {"component": "api", "since": "-2h", "until": "-90s", "kind": "excluded", "reason": "So it was."}
    assert await asyncio.to_thread(add_amendment, tmp_path, typed, desk.clock) == 0
    found = await known(desk)
    assert (found.since, found.until) == (NOON - 2 * HOUR, NOON - 90_000)


async def test_a_list_is_a_line_for_each_newest_first(desk: Desk, tmp_path: Path) -> None:
    made = amendment("amd_1", since=NOON - 2 * HOUR, until=NOON - HOUR)
    for each in (replace(made, at=NOON - MINUTE), replace(made, id="amd_2", component="cdn", at=NOON, by="bob")):
        await desk.obey.hear(Amended(at=each.at, amendment=each))
    head, *lines = (await amendments(tmp_path, "list")).stdout.splitlines()
    assert head.split() == ["ID", "COMPONENT", "SINCE", "UNTIL", "KIND", "BY", "WRITTEN", "REASON"]
    between = ["2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z"]
    assert [line.split(maxsplit=7) for line in lines] == [
        ["amd_2", "cdn", *between, "false_alarm", "bob", "2026-12-01T12:00:00Z", "It was our own network."],
        ["amd_1", "api", *between, "false_alarm", "ada", "2026-12-01T11:59:00Z", "It was our own network."],
    ]


async def test_a_reason_does_nothing_to_a_terminal(desk: Desk, tmp_path: Path) -> None:
    made = replace(amendment(), reason=f"It was{BELL} DNS.")
    await desk.obey.hear(Amended(at=made.at, amendment=made))
    _, line = (await amendments(tmp_path, "list")).stdout.splitlines()
    assert line.endswith("It was\N{REPLACEMENT CHARACTER} DNS.")


async def test_an_empty_list_says_so(desk: Desk, tmp_path: Path) -> None:
    result = await amendments(tmp_path, "list")
    assert (result.exit_code, result.stdout) == (0, "Nothing was amended yet.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "www", *ADD[2:]), "COMPONENT: must be one of api, cdn."),
        ((*ADD, "--reason", ""), "--reason: must be one line of 1 to 500 characters."),
        ((*ADD, "--since", "2026-12-01T11:00:00Z"), "--until: must be after since."),
        (
            (*ADD, "--since", "lunch", "--kind", "lie"),
            (
                "--since: must be a time such as 2026-12-01T02:00:00Z. "
                "--kind: must be one of false_alarm, excluded, as_recorded."
            ),
        ),
    ],
)
async def test_what_the_daemon_refuses_is_told_in_its_words(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    result = await amendments(tmp_path, *arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (1, f"{sentence}\n", "")


@pytest.mark.parametrize("arguments", [("list",), ADD])
async def test_without_a_daemon_one_sentence_says_how_to_start_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = await amendments(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"no daemon runs on {tmp_path}: start one with justkalm-monitor run --data {tmp_path}\n"
