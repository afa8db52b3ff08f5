"""Processes of our own, which end with the block that they were started for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from bench.rig.cores import OTHERS

ENDS_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Child:
    """A Python that runs. What it writes to stderr goes to a file, so that it never waits for a reader."""

    process: subprocess.Popen[str]
    log: IO[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        """The next line that it prints; waits for it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended: {self.logged()}")
        return line.strip()

    def logged(self) -> str:
        """All that it has written to stderr."""
        return os.pread(self.log.fileno(), 2**24, 0).decode()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Have it end, and wait until it has."""
        self.process.terminate()
        try:
            self.process.communicate(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()


@contextmanager
def child(*arguments: str, cores: Set[int] = OTHERS) -> Iterator[Child]:
    """A Python with these arguments, on these cores; a Ctrl-C reaches us alone, and we end it."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
        started = Child(process, log)
        try:
            os.sched_setaffinity(process.pid, cores)
            yield started
        finally:
            started.end()
