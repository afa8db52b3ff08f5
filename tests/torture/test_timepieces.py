"""The clocks of another process, set from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from tests.torture.scorecard import Unavailable
from tests.torture.timepieces import Timepieces

CLOCKS = """
import json, sys, time
for _ in sys.stdin:
    clocks = (time.CLOCK_REALTIME, time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)
    print(json.dumps([time.clock_gettime(clock) for clock in clocks]), flush=True)
"""
HOUR = 3_600


class Other:
    """A process that tells its wall, boot and monotonic clock."""

    def __init__(self, clocks: Timepieces, asked: IO[str], told: IO[str]) -> None:
        self.clocks = clocks
        self._asked = asked
        self._told = told
        self._first = self._clocks()

    def ahead(self) -> Sequence[int]:
        """Whole hours by which each is ahead of where it would be."""
        return [round((now - first) / HOUR) for now, first in zip(self._clocks(), self._first, strict=True)]

    def _clocks(self) -> list[float]:
        self._asked.write("\n")
        self._asked.flush()
        clocks: list[float] = json.loads(self._told.readline())
        return clocks


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Other]:
    try:
        clocks = Timepieces(tmp_path)
    except Unavailable as why:
        pytest.skip(str(why))
    environ = {**os.environ, **clocks.environ}
    with subprocess.Popen(
        [sys.executable, "-c", CLOCKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Other(clocks, process.stdin, process.stdout)


@pytest.mark.parametrize("hours", [1, -1, 87_648])
def test_a_step_moves_only_the_wall_clock(other: Other, hours: int) -> None:
    other.clocks.step(hours * HOUR)
    assert other.ahead() == [hours, 0, 0]


def test_a_suspend_moves_all_clocks_but_the_monotonic_one(other: Other) -> None:
    other.clocks.suspend(8 * HOUR)
    assert other.ahead() == [8, 8, 0]


def test_what_was_put_ahead_adds_up(other: Other) -> None:
    other.clocks.suspend(8 * HOUR)
    other.clocks.step(-2 * HOUR)
    assert other.ahead() == [6, 8, 0]
    assert other.clocks.wall_ahead == 6 * HOUR
