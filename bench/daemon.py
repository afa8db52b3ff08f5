"""What a daemon needs: seconds until its first result, and memory under load, with few and many probes and a past."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.rig.costs import resident_megabytes
from bench.rig.daemons import config_of, daemon
from bench.rig.figures import Row, progress
from bench.rig.past import month
from bench.rig.target import target

STARTS = 3
LOADED = 10  # seconds of load


class Case(NamedTuple):
    probes: int
    interval: int  # seconds
    days: int  # behind it


CASES = (Case(6, 1, 0), Case(6, 1, 30), Case(100, 1, 0), Case(1_000, 1, 0))


def measure() -> Sequence[Row]:
    """A row for each case; takes a minute and a half, and one more if nobody wrote down the month before."""
    return [_row(case) for case in CASES]


def _row(case: Case) -> Row:
    progress(f"{case.probes:,} probes, {case.days} days of history")
    starts = [_start(case, LOADED if number == STARTS - 1 else 0) for number in range(STARTS)]
    return {
        "probes": case.probes,
        "days of history": case.days,
        "first result s": median(seconds for seconds, _ in starts),
        "resident MB": starts[-1][1],
    }


def _start(case: Case, loaded: float) -> tuple[float, float]:
    """Seconds from the start of the process until the target sees it, and MB after so many seconds of load."""
    with TemporaryDirectory() as directory, target() as asked:
        if case.days:
            shutil.copytree(month(), Path(directory) / "data")
        with daemon(config_of(case.probes, case.interval, asked), Path(directory)) as running:
            first = asked.first_asked() - running.began
            time.sleep(loaded)
            return first, resident_megabytes(running.pid)
