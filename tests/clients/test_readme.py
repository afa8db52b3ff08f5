"""What the README of the clients shows runs as it stands there."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest

from exporter.server import Server
from monitor.core.board import Board
from tests.builders import component_setup, setup
from tests.exporter.fakes import sources

CLIENTS = Path(__file__).parents[2] / "clients"
BLOCKS = re.findall(r"```(python|js)\n(.*?)```", (CLIENTS / "README.md").read_text(), re.DOTALL)
NODE = shutil.which("node")
EXPECTED = ["calling the API\n", "uploading one\nuploading two\n", "calling the API\nuploading\n"]


def command(language: str, code: str) -> tuple[list[str], Path]:
    """What runs a block, and in which folder."""
    if language == "python":
        return [sys.executable, "-W", "error", "-c", code], CLIENTS / "python"
    if NODE is None:
        pytest.skip("Node is not installed: what the README shows of JavaScript was not tried")
    return [NODE, "--input-type=module", "--eval", code], CLIENTS / "javascript"


def test_the_readme_shows_each_of_them() -> None:
    assert [language for language, _ in BLOCKS] == ["python", "python", "js"]


@pytest.mark.parametrize(("block", "expected"), list(zip(BLOCKS, EXPECTED, strict=True)))
async def test_what_the_readme_shows_runs(block: tuple[str, str], expected: str) -> None:
    server = Server(sources(Board(setup=setup(component_setup("api"), component_setup("batch")))))
    host, port = await server.start("127.0.0.1", 0)
    language, code = block
    arguments, folder = command(language, code.replace("https://status.justkalm.com", f"http://{host}:{port}"))
    running = await asyncio.create_subprocess_exec(
        *arguments, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await running.communicate()
    await server.stop()
    assert (said.decode(), complained.decode(), running.returncode) == (expected, "", 0)
