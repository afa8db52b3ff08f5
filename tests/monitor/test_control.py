"""The commands for keys, through the real socket of a real server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import main
from monitor.control import SOCKET
from tests.exporter.desk import Desk, standing

CREATE = ("create", "--name", "ci", "--scope", "subscriptions")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with standing(tmp_path) as desk:
        yield desk


async def keys(data: Path, *arguments: str) -> Result:
    """Run `keys …` on a thread of its own, so that the server can answer meanwhile."""
    command = ["keys", *arguments, "--data", str(data)]
    return await asyncio.to_thread(CliRunner().invoke, main, command)


async def test_a_new_key_stands_alone_on_the_last_line(desk: Desk, tmp_path: Path) -> None:
    result = await keys(tmp_path, *CREATE)
    said, text = result.stdout.splitlines()
    assert result.exit_code == 0
    assert said.endswith("is shown this once, so keep it safe:")
    assert (await desk.ask("GET", "", key=text)).status == 200


async def test_a_key_may_have_several_scopes_be_for_tests_and_expire(desk: Desk, tmp_path: Path) -> None:
    result = await keys(tmp_path, *CREATE, "--scope", "incidents", "--test", "--expires", "90d")
    (key,) = desk.subscribing.keyring.all()
    assert result.stdout.splitlines()[-1].startswith("jk_test_")
    assert (key.scopes, key.expires_at) == (("subscriptions", "incidents"), key.created_at + 90 * 86_400_000)


async def test_a_list_shows_the_ends_of_keys_and_no_more(desk: Desk, tmp_path: Path) -> None:
    text = (await keys(tmp_path, *CREATE)).stdout.splitlines()[-1]
    (key,) = desk.subscribing.keyring.all()
    head, line = (await keys(tmp_path, "list")).stdout.splitlines()
    assert head.split("  ")[0] == "ID"
    assert line.split() == [
        key.id,
        "ci",
        f"jk_live_…{text[-4:]}",
        "subscriptions",
        "2026-12-01T12:00:00Z",
        "never",
        "never",
        "no",
    ]


async def test_a_key_is_revoked_by_its_id(desk: Desk, tmp_path: Path) -> None:
    text = (await keys(tmp_path, *CREATE)).stdout.splitlines()[-1]
    (key,) = desk.subscribing.keyring.all()
    result = await keys(tmp_path, "revoke", key.id)
    assert (result.exit_code, result.stdout) == (0, f"{key.id} is revoked\n")
    assert (await desk.ask("GET", "", key=text)).status == 401


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("create", "--name", "ci", "--scope", "all"),
            "scopes: must be a list of some of subscriptions, incidents, admin.",
        ),
        (
            (*CREATE, "--expires", "soon"),
            "expires_in: must be a duration such as 30m, 24h or 90d, and at most 3650d.",
        ),
        (("revoke", "key_0"), "There is no key 'key_0'."),
        (("revoke", "../api/v1/status"), "There is no key '../api/v1/status'."),
    ],
)
async def test_what_the_daemon_refuses_is_told_in_its_words(
    desk: Desk, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    result = await keys(tmp_path, *arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (1, f"{sentence}\n", "")


@pytest.mark.parametrize("arguments", [CREATE, ("list",), ("revoke", "key_0")])
async def test_without_a_daemon_one_sentence_says_how_to_start_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = await keys(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"no daemon runs on {tmp_path}: start one with justkalm-monitor run --data {tmp_path}\n"


async def test_a_socket_that_a_killed_daemon_left_is_no_daemon(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / SOCKET))
    result = await keys(tmp_path, "list")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (3, f"no daemon runs on {tmp_path}")


async def test_a_path_that_is_too_long_for_a_socket_is_told_in_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / ("x" * 100)
    result = await keys(data, "list")
    assert (result.exit_code, result.stderr) == (3, f"{data / SOCKET} does not answer: AF_UNIX path too long\n")


async def test_what_is_no_daemon_is_told_in_one_sentence(tmp_path: Path) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_unix_server(hang_up, tmp_path / SOCKET):
        result = await keys(tmp_path, "list")
    assert result.exit_code == 3
    assert result.stderr.startswith(f"{tmp_path / SOCKET} does not answer: ")
