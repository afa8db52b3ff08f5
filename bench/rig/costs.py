"""What the kernel says that a process has spent and needs."""

from __future__ import annotations

import os
import re
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # in a second


def cpu_seconds(pid: int) -> float:
    """User and system time of all its threads, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_nanoseconds(pid: int) -> int:
    """Of all threads that live, to the nanosecond."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)


def resident_megabytes(pid: int | str = "self", which: str = "VmRSS") -> float:
    """Now (VmRSS), or at most since the peak was forgotten (VmHWM)."""
    (kilobytes,) = re.findall(rf"{which}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(kilobytes) / 1024


def forget_peak() -> None:
    """Of our own memory."""
    Path("/proc/self/clear_refs").write_text("5")
