"""How many probes a second one core carries without being late: more and more, until they are late or left out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rig.costs import cpu_seconds
from bench.rig.daemons import config_of, daemon, now, settles
from bench.rig.figures import Row, progress
from bench.rig.punctuality import Watched, punctuality
from bench.rig.target import target
from monitor.core.model import SECOND

INTERVAL = 1  # second
LASTS = 5  # seconds
ENOUGH = 2  # times that the same pace is tried before it counts as too much
LATE = 20  # ms that 99 of 100 runs may be late
STEPS = {"http": 500, "https": 250}  # probes a second, from one try to the next


def measure() -> Sequence[Row]:
    """A row for each pace that was tried; takes about three minutes."""
    return [row for scheme, step in STEPS.items() for row in _search(scheme, step)]


def _search(scheme: str, step: int) -> Iterator[Row]:
    for probes in count(step, step):
        row = _tried(scheme, probes)
        yield row
        if row["on time"] == "no":
            return


def _tried(scheme: str, probes: int) -> Row:
    """The first try that was on time, or the last of all."""
    for _ in range(ENOUGH):
        progress(f"{scheme}, {probes:,} probes a second")
        row = _pace(scheme, probes)
        if row["on time"] == "yes":
            break
    return row


def _pace(scheme: str, probes: int) -> Row:
    with TemporaryDirectory() as directory:
        with target(scheme) as asked, daemon(config_of(probes, INTERVAL, asked), Path(directory)) as running:
            time.sleep(settles(probes, INTERVAL))
            since, spent = now(), cpu_seconds(running.pid)
            time.sleep(LASTS)
            spent = cpu_seconds(running.pid) - spent
            time.sleep(INTERVAL)
        watched = Watched(probes, INTERVAL * SECOND, since, since + LASTS * SECOND)
        row = punctuality(running.data, watched)
    on_time = float(row["late p99 ms"]) <= LATE and not row["dropped"] and not row["not passed"]
    return {"scheme": scheme, "probes/s": probes, "core %": 100 * spent / LASTS, **row} | {
        "on time": "yes" if on_time else "no"
    }
