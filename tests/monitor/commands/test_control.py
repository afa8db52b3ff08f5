"""The commands for keys, through the real socket of a real server."""

from __future__ import annotations

import asyncio
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from exporter.socketfile import CONTROL_SOCKET
from monitor.cli import main
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
            "--scope: must be a list of some of subscriptions, incidents, admin.",
        ),
        (
            (*CREATE, "--expires", "soon"),
            "--expires: must be a duration such as 30m or 24h, and at most 3650d.",
        ),
        (
            ("create", "--name", "", "--scope", "admin", "--expires", "0d"),
            "--name: must be one line of 1 to 100 characters. --expires: must be longer than nothing.",
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


@asynccontextmanager
async def answering(folder: Path, answer: Callable[[str], tuple[int, bytes]]) -> AsyncIterator[None]:
    """What passes for a daemon: it answers each method with a status and a body."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        status, body = answer(head.split()[0])
        writer.write(b"HTTP/1.1 %d Well\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
        writer.close()

    async with await asyncio.start_unix_server(serve, folder / CONTROL_SOCKET):
        yield


# ── keys that nobody could read ──────────────────────────────────────────────────────────────────────


async def shell(data: Path, redirection: str) -> tuple[int | None, str, str]:
    """Run `keys create` as a shell would, with its output redirected: exit code, output, errors."""
    command = shlex.join([sys.executable, "-m", "monitor", "keys", *CREATE, "--data", str(data)])
    running = await asyncio.create_subprocess_shell(
        f"{command} {redirection}", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said, complained = await running.communicate()
    return running.returncode, said.decode(), complained.decode()


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
async def test_a_key_that_could_not_be_printed_is_revoked_again(desk: Desk, tmp_path: Path, redirection: str) -> None:
    code, _, complained = await shell(tmp_path, redirection)
    (key,) = desk.subscribing.keyring.all()
    assert key.revoked_at is not None
    sentence = f"{key.id} could not be printed, so it was revoked: create another where the output can be read\n"
    assert (code, complained) == (1, sentence)


async def test_a_key_that_could_neither_be_printed_nor_revoked_is_named(tmp_path: Path) -> None:
    def made_but_not_revoked(method: str) -> tuple[int, bytes]:
        made = method == "POST"
        return (201, b'{"id": "key_1", "key": "jk_live_1"}') if made else (503, b'{"detail": "no space left"}')

    async with answering(tmp_path, made_but_not_revoked):
        code, _, complained = await shell(tmp_path, ">/dev/full")
    sentence = "key_1 could not be printed, and not be revoked either: revoke it yourself (no space left)\n"
    assert (code, complained) == (1, sentence)


async def test_a_list_is_printed_in_ascii_where_there_is_nothing_else(desk: Desk, tmp_path: Path) -> None:
    text = (await keys(tmp_path, "create", "--name", "Zürich", "--scope", "admin")).stdout.splitlines()[-1]
    result = await asyncio.to_thread(
        CliRunner(charset="ascii").invoke, main, ["keys", "list", "--data", str(tmp_path)]
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split()[1:3] == ["Z?rich", f"jk_live_?{text[-4:]}"]


# ── no daemon, or no answer ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("arguments", [CREATE, ("list",), ("revoke", "key_0")])
async def test_without_a_daemon_one_sentence_says_how_to_start_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = await keys(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == f"no daemon runs on {tmp_path}: start one with justkalm-monitor run --data {tmp_path}\n"


async def test_a_socket_that_a_killed_daemon_left_is_no_daemon(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / CONTROL_SOCKET))
    result = await keys(tmp_path, "list")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (3, f"no daemon runs on {tmp_path}")


async def test_a_path_that_is_too_long_for_a_socket_is_told_in_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / ("x" * 100)
    result = await keys(data, "list")
    path = data / CONTROL_SOCKET
    sentence = f"{path} is {len(str(path))} bytes long, a socket's path at most 107: choose a shorter one\n"
    assert (result.exit_code, result.stderr) == (3, sentence)


async def test_what_is_no_daemon_is_told_in_one_sentence(tmp_path: Path) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_unix_server(hang_up, tmp_path / CONTROL_SOCKET):
        result = await keys(tmp_path, "list")
    assert result.exit_code == 3
    assert result.stderr.startswith(f"{tmp_path / CONTROL_SOCKET} does not answer: ")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (500, b"<h1>oops</h1>"),
        (500, b'"oops"'),
        (500, b"{}"),
        (200, b""),
        (200, b"\xff"),
        (200, b"[]"),
        (200, b"[" * 100_000),
    ],
)
async def test_an_answer_that_nobody_can_read_is_told_in_one_sentence(
    tmp_path: Path, status: int, body: bytes
) -> None:
    path = tmp_path / CONTROL_SOCKET
    async with answering(tmp_path, lambda _: (status, body)):
        result = await keys(tmp_path, "list")
    sentence = f"{path} answered {status} and nothing that can be read: see what the daemon logged\n"
    assert (result.exit_code, result.stderr, result.stdout) == (1, sentence, "")
