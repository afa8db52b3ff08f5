"""What it costs to replay a month of six probes: read from the directory, and handed out by a running daemon."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rig.cores import OTHERS, on
from bench.rig.daemons import config_of, daemon
from bench.rig.figures import Row, progress
from bench.rig.past import month
from bench.rig.target import target

PROBES = 6  # of the month
REST = 3_600  # seconds: the running daemon has nothing else to do


def measure() -> Sequence[Row]:
    """A row without a daemon, and one with it; takes a minute, if nobody wrote down the month before."""
    with TemporaryDirectory() as directory, target() as asked:
        data, new, old = Path(directory) / "data", Path(directory) / "new.yaml", config_of(PROBES, REST, asked)
        shutil.copytree(month(), data)
        new.write_text(json.dumps(old | {"defaults": old["defaults"] | {"failure_threshold": 5}}))
        rows: list[Row] = []
        for name in ("none", "running"):
            progress(f"daemon: {name}")
            with daemon(old, Path(directory)) if name == "running" else nullcontext():
                rows.append({"daemon": name} | _replayed(new, data))
        return rows


def _replayed(config: Path, data: Path) -> dict[str, float | str]:
    command = [sys.executable, "-m", "monitor", "replay", "--json", "--config", str(config), "--data", str(data)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with on(OTHERS):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    lasted, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    document = json.loads(done.stdout)
    return {
        "results": sum(document["results"].values()),
        "incidents": len(document["incidents"]),
        "CPU s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "s": lasted,
        "MB": after.ru_maxrss / 1024,
    }
