"""Signals before there is a loop to heed them: as the first process of a container we would ignore them."""

from __future__ import annotations

import signal
import sys
from types import FrameType


def leave_quietly() -> None:
    """From now on a signal to stop ends the process with exit code 0, and one to reload does nothing."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
