"""The clocks of a daemon, to be set from outside while it runs."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp

from tests.torture.scorecard import Unavailable

SOURCE = Path(__file__).with_name("clock.c")
AHEAD = struct.Struct("=qq")  # nanoseconds: the wall clock, the boot clock
NANOSECONDS = 1_000_000_000


class Timepieces:
    """They go as ours do, but for what they were put ahead.

    A suspend puts the wall clock and the boot clock ahead and leaves the monotonic one alone, as Linux does. It takes
    a library of our own: libfaketime moves the boot clock only together with the monotonic one.

    Args:
        directory: of the world; the library is built there.
    """

    def __init__(self, directory: Path) -> None:
        self._library = directory / "clock.so"
        self._file = directory / "ahead"
        self._wall = self._boot = 0.0
        _build(self._library)
        self._put()

    @property
    def environ(self) -> Mapping[str, str]:
        """Of the daemon that has them."""
        return {"LD_PRELOAD": str(self._library), "CLOCKS_AHEAD": str(self._file)}

    @property
    def wall_ahead(self) -> float:
        """Seconds by which the wall clock is ahead of ours."""
        return self._wall

    def step(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self._wall += seconds
        self._put()

    def suspend(self, seconds: float) -> None:
        """The machine slept, and the wall clock is right again as it wakes."""
        self._wall += seconds
        self._boot += seconds
        self._put()

    def _put(self) -> None:
        ahead = AHEAD.pack(round(self._wall * NANOSECONDS), round(self._boot * NANOSECONDS))
        with self._file.open("r+b" if self._file.exists() else "xb") as file:
            file.write(ahead)


async def time_of_day(url: str) -> float:
    """What whoever answers there takes for the time, in seconds since 1970, by the header Date."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return parsedate_to_datetime(answer.headers["Date"]).timestamp()


def _build(library: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        raise Unavailable("there is no C compiler (cc) to build the library that moves a daemon's clocks")
    built = subprocess.run([compiler, "-shared", "-fPIC", "-o", library, SOURCE], capture_output=True, check=False)
    if built.returncode != 0:
        raise Unavailable(f"the library that moves a daemon's clocks cannot be built: {built.stderr.decode()[:200]}")
