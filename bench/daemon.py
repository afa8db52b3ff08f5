"""The whole daemon on one core, probing a target on another: what a run costs, how late it starts, what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from prometheus_client.parser import text_string_to_metric_families

LASTS = 60  # seconds
SETTLES = 15  # seconds from the start until the grid is on its own
SIZES = ((6, 30), (1_000, 10))  # probes, interval in seconds
PROBES_IN_A_COMPONENT = 10
BOUND = "0.02"  # seconds of lateness that count as on time


def measure() -> list[Mapping[str, float]]:
    """A row for each size; takes a minute and a half each."""
    return [daemon(probes, interval) for probes, interval in SIZES]


def daemon(probes: int, interval: int) -> Mapping[str, float]:
    core = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as directory, child("-m", "bench.target") as target:
        assert target.stdout is not None
        port = int(target.stdout.readline())
        config = Path(directory) / "probes.yaml"
        config.write_text(json.dumps(config_of(probes, interval, port)))
        began = time.monotonic()
        arguments = ("run", "--config", str(config), "--data", f"{directory}/data", "--listen", "127.0.0.1:0")
        with child("-m", "monitor", *arguments, core=core) as daemon:
            url = listens(daemon)
            first = first_result(url, began)
            time.sleep(SETTLES)
            before, spent = scraped(url), cpu_seconds(daemon.pid)
            time.sleep(LASTS)
            after, spent = scraped(url), cpu_seconds(daemon.pid) - spent
            resident = resident_megabytes(daemon.pid)
    runs = after["runs"] - before["runs"]
    return {
        "probes": probes,
        "runs": int(runs),
        "dropped": max(0, probes * LASTS // interval - int(runs)),
        "late over 20 ms %": 100 * (1 - (after["on time"] - before["on time"]) / runs),
        "CPU ms/run": 1_000 * spent / runs,
        "first result s": first,
        "resident MB": resident,
    }


def config_of(probes: int, interval: int, port: int) -> dict[str, Any]:
    """A config of so many probes; JSON is YAML, too."""
    components: dict[str, Any] = {}
    for number in range(probes):
        component = components.setdefault(f"c{number // PROBES_IN_A_COMPONENT}", {"name": "C", "probes": {}})
        component["probes"][f"p{number}"] = {"http": f"http://127.0.0.1:{port}/"}
    return {"defaults": {"interval": f"{interval}s", "timeout": "5s"}, "components": components}


@contextmanager
def child(*arguments: str, core: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """A Python of our own, on a core of its own; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(process.pid, {core} if core is not None else cores - {min(cores)} or cores)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def listens(daemon: subprocess.Popen[str]) -> str:
    assert daemon.stderr is not None
    for line in daemon.stderr:
        if "listening on " in line:
            return line.split()[-1]
    raise RuntimeError("the daemon never listened")


def first_result(url: str, began: float) -> float:
    """Seconds from the start of the process to the first result that can be read."""
    while time.monotonic() - began < LASTS:
        if scraped(url)["runs"]:
            return time.monotonic() - began
        time.sleep(0.01)
    raise RuntimeError("there was never a result")


def scraped(url: str) -> dict[str, float]:
    """Runs so far, and how many of them started on time."""
    figures = {"runs": 0.0, "on time": 0.0}
    try:
        with urlopen(Request(f"{url}/metrics"), timeout=10) as response:
            text = response.read().decode()
    except URLError:
        return figures
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "justkalm_probe_runs_total":
                figures["runs"] += sample.value
            elif sample.name == "justkalm_schedule_lateness_seconds_bucket" and sample.labels["le"] == BOUND:
                figures["on time"] = sample.value
    return figures


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
