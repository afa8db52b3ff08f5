"""On what the figures were taken."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path


def machine() -> Mapping[str, str]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "CPU": f"{_processor()}, {os.cpu_count()} cores",
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "Linux": platform.release(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    named = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return named[1] if named else platform.machine()
