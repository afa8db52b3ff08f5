"""What a daemon takes of the machine, as the kernel tells it, and which way that goes."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean, linear_regression

MB = 1_000_000  # bytes
KIB = 1_024  # bytes
HOUR = 3_600  # seconds
NANOSECONDS = 1_000_000_000
LAGS_EVERY = 0.02  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """At one moment: `at` is in seconds that never step, memory and log in MB.

    Args:
        ran: seconds that its main thread had a core.
        waited: seconds that it would have run, and others had the cores.
    """

    at: float
    resident: float
    descriptors: int
    threads: int
    ran: float = 0.0
    waited: float = 0.0
    log: float = 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """A slope and its standard error, both in units an hour."""

    slope: float
    error: float

    def __str__(self) -> str:
        return f"{self.slope:+.2f} ± {self.error:.2f}"


def read(pid: int, log: Path | None = None) -> Reading:
    """Of a process, and of the write-ahead log that it keeps. Raises OSError when the process is gone."""
    proc = Path(f"/proc/{pid}")
    ran, waited, _ = (proc / "schedstat").read_text().split()
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    return Reading(
        at=time.monotonic(),
        resident=int(status["VmRSS"].split()[0]) * KIB / MB,
        descriptors=len(list((proc / "fd").iterdir())),
        threads=int(status["Threads"]),
        ran=int(ran) / NANOSECONDS,
        waited=int(waited) / NANOSECONDS,
        log=log.stat().st_size / MB if log is not None and log.exists() else 0.0,
    )


async def observe(pid: int, readings: list[Reading], every: float, log: Path | None = None) -> None:
    """Read again and again, until it is cancelled."""
    while True:
        readings.append(read(pid, log))
        await asyncio.sleep(every)


class OwnLag:
    """How many seconds late our own loop came back at most: so late a target of ours may have been itself."""

    def __init__(self) -> None:
        self.most = 0.0

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            due = time.monotonic() + LAGS_EVERY
            await asyncio.sleep(LAGS_EVERY)
            self.most = max(self.most, time.monotonic() - due)

    def unexcused(self, wrong: int, timeout: float) -> list[str]:
        """A sentence when runs blamed a target of ours, though it was well and hardly late itself."""
        if not wrong or self.most > timeout / 2:
            return []
        return [f"{wrong} runs blamed a target that was well, and late by {self.most:.2f} s at most"]


def trend_of_memory(readings: Sequence[Reading], bin_lasts: float) -> Trend:
    """Least squares through the means of so many seconds each, as neighbours err alike; needs three such bins."""
    bins = [list(group) for _, group in groupby(readings, key=lambda each: each.at // bin_lasts)]
    hours = [fmean(each.at for each in group) / HOUR for group in bins]
    resident = [fmean(each.resident for each in group) for group in bins]
    slope, intercept = linear_regression(hours, resident)
    residual = sum((y - slope * x - intercept) ** 2 for x, y in zip(hours, resident, strict=True))
    spread = sum((x - fmean(hours)) ** 2 for x in hours)
    return Trend(slope, math.sqrt(residual / (len(bins) - 2) / spread))
