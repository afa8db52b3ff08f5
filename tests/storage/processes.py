"""Starts children that work on a store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def child(act: str, directory: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A running child with its standard input and output as pipes; killed in the end if it still runs."""
    command = [sys.executable, "-m", "tests.storage.child", act, str(directory), *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def said(act: str, directory: Path) -> str:
    """All that a child says until it ends."""
    with child(act, directory) as running:
        return running.communicate()[0]
